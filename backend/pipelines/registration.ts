/** A pipeline that is sent in: complete, consistent, and of the version it says. */
import {
  lockFile,
  manifestFile,
  parseLock,
  parseManifest,
  type Lock,
  type Manifest,
} from '../../promote/manifest.ts'
import { pipelineVersion, type PipelineFiles } from '../../promote/version.ts'
import type { PipelineRegistration } from '../api/index.ts'
import type { BlobStore } from '../blobs.ts'
import { BackendError } from '../errors.ts'
import { pipelinePrefix } from '../runs/layout.ts'
import type { StoredPipeline } from '../store/pipelines.ts'

/** @throws BCK006 a blob is missing, BCK007 another version, BCK008 not a usable pipeline */
export async function checkRegistration(
  blobs: BlobStore,
  { name, version, files }: PipelineRegistration,
): Promise<Omit<StoredPipeline, 'createdAt'>> {
  checkBlobs(blobs, files)
  const own = await readPipelineFolder(blobs, name, files)
  const { manifest, lock } = parsePipeline(name, own)
  checkData(lock, files)
  const found = recompute(manifest, lock, own)
  for (const claimed of [version, manifest.version]) {
    if (claimed === found) continue
    throw new BackendError('BCK007', `Pipeline ${name} is not of the version it says.`, {
      expected: claimed,
      got: `${found}, recomputed from the content`,
      action: 'Something was edited after promotion: promote the notebook again.',
    })
  }
  return { name, version, manifest, lock, files }
}

function checkBlobs(blobs: BlobStore, files: PipelineRegistration['files']): void {
  const missing = files.filter(file => !blobs.has(file.digest))
  if (missing.length === 0) return
  throw new BackendError('BCK006', `${missing.length} of the pipeline's files were not uploaded.`, {
    expected: 'every blob to be there before the pipeline is registered',
    got: `no blob for ${missing
      .slice(0, 5)
      .map(file => file.path)
      .join(', ')}`,
    action: 'Ask for what is missing (POST /api/v1/blobs/missing) and upload it.',
    details: missing.map(file => ({ path: file.path, got: file.digest })),
  })
}

/** The pipeline's own files by path relative to its folder. Tests and fixtures are not needed. */
async function readPipelineFolder(
  blobs: BlobStore,
  name: string,
  files: PipelineRegistration['files'],
): Promise<PipelineFiles> {
  const prefix = pipelinePrefix(name)
  const own: Record<string, Uint8Array> = {}
  for (const { path, digest } of files) {
    const inside = path.slice(prefix.length)
    if (path.startsWith(prefix) && !inside.startsWith('tests/')) own[inside] = await blobs.read(digest)
  }
  return own
}

function parsePipeline(name: string, files: PipelineFiles): { manifest: Manifest; lock: Lock } {
  const text = (file: string) => {
    const content = files[file]
    if (content !== undefined) return Buffer.from(content).toString('utf8')
    throw unusable(`It has no ${pipelinePrefix(name)}${file}.`)
  }
  const [manifestText, lockText] = [text(manifestFile), text(lockFile)]
  try {
    const manifest = parseManifest(manifestText)
    const lock = parseLock(lockText)
    if (manifest.name === name) return { manifest, lock }
  } catch (cause) {
    throw unusable((cause as Error).message, cause)
  }
  throw unusable(`Its manifest gives it another name.`)
}

function recompute(manifest: Manifest, lock: Lock, files: PipelineFiles): string {
  try {
    return pipelineVersion(manifest, lock, files)
  } catch (cause) {
    throw unusable((cause as Error).message, cause)
  }
}

/** Every data file of the lock is there with the content that was locked. */
function checkData(lock: Lock, files: PipelineRegistration['files']): void {
  const digests = new Map(files.map(file => [file.path, file.digest]))
  for (const { path, sha256 } of lock.data) {
    const got = digests.get(path)
    if (got === sha256) continue
    throw new BackendError('BCK008', `The data file ${path} is not the one that was locked.`, {
      expected: `SHA-256 ${sha256}`,
      got: got === undefined ? 'no such file' : `SHA-256 ${got}`,
      action: 'Put the locked file back, or promote the notebook again with the new one.',
    })
  }
}

function unusable(what: string, cause?: unknown): BackendError {
  return new BackendError('BCK008', `The pipeline cannot be used. ${what}`, {
    cause,
    action: 'Promote the notebook again.',
  })
}
