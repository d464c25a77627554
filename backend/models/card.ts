/** The card of a stored model. */
import type { Card } from '../../engine/types.ts'
import type { BlobStore, FolderEntry } from '../blobs.ts'
import { BackendError } from '../errors.ts'

/** @throws BCK017 when the model's folder has no card */
export async function readCard(
  blobs: BlobStore,
  files: readonly Omit<FolderEntry, 'sizeBytes'>[],
): Promise<Card> {
  const file = files.find(entry => entry.path === 'card.json')
  if (!file) {
    throw new BackendError('BCK017', 'The stored model has no card.', {
      expected: 'a file card.json beside model.onnx',
      got: files.map(entry => entry.path).join(', ') || 'an empty folder',
    })
  }
  return JSON.parse((await blobs.read(file.digest)).toString('utf8')) as Card
}

/** As it is written in the model, with the split it is judged on. */
export function requirementText({ metric, per, op, value, split }: Card['requirements'][number]): string {
  return `${metric}${per === undefined ? '' : ` per ${per}`} ${op} ${value} on ${split}`
}
