/** A preview for an editor: what `slipway promote` would do with a notebook as the editor has it. */
import {
  editsFile,
  lockFile,
  noEdits,
  parseEdits,
  shownTrims,
  type FileDiff,
  type ProposeOptions,
} from '../../promote/index.ts'
import { createOutput } from '../output.ts'
import { proposalOf } from '../promotion/chosen.ts'
import { promotionRequest } from '../promotion/request.ts'
import { rootOfNotebook } from '../promotion/root.ts'
import type { PreviewAnswer, PreviewRequest } from './messages.ts'

/** @throws PromoteError for what is no notebook */
export async function previewPromotion(
  { file, text, name, edits, history }: PreviewRequest,
  cache: NonNullable<ProposeOptions['cache']>,
): Promise<PreviewAnswer> {
  const root = rootOfNotebook(file)
  const { colors } = createOutput(true)
  const request = promotionRequest({ root, file, text, name, edits, history, colors, cache })
  const { options, folder } = request
  const { proposal } = await proposalOf(request, root)
  const { pipeline, preview, diagnostics, kept, dropped, assumptions, trims } = proposal
  return {
    name: options.name,
    folder,
    edits: edits ?? keptEdits(options.previous?.[editsFile]),
    ...(preview && { preview: { ...preview, files: preview.files.map(withoutFixtures) } }),
    ...(pipeline && { version: pipeline.manifest.version }),
    diagnostics,
    kept,
    dropped,
    assumptions,
    trims: shownTrims(trims),
    edited: pipeline?.edited ?? [],
  }
}

/** What verification recorded in the lock is no change of a person's. */
function withoutFixtures(file: FileDiff): FileDiff {
  const { path, state, before, after } = file
  if (path !== lockFile || state !== 'changed' || before === undefined || after === undefined) return file
  return unrecorded(before) === unrecorded(after) ? { path, state: 'unchanged', before, after: before } : file
}

function unrecorded(text: string): string {
  try {
    return JSON.stringify({ ...(JSON.parse(text) as object), fixtures: {} })
  } catch {
    // A lock that somebody broke is written anew.
    return text
  }
}

function keptEdits(text: string | undefined): PreviewAnswer['edits'] {
  return text === undefined ? noEdits : parseEdits(text)
}
