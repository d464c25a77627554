/** A pipeline's folder on disk: finding it, reading it, and sending it to a backend. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import Schema from 'typebox/schema'
import type { PipelineFile, PipelineVersion } from '../backend/api/index.ts'
import type { BackendClient } from '../backend/client.ts'
import {
  checkVersion,
  lockFile,
  manifestFile,
  parseLock,
  parseManifest,
  type Lock,
  type Manifest,
} from '../promote/index.ts'
import { CliError, exitCodes } from './errors.ts'

export interface Pipeline {
  /** Absolute. */
  readonly folder: string
  /** The project's root; data paths in the lock start here. */
  readonly root: string
  readonly manifest: Manifest
  readonly lock: Lock
  /** Content by path relative to the folder. */
  readonly files: Readonly<Record<string, Buffer>>
}

/** `pipelines/` in the project's root holds them. */
export function pipelinesFolder(root: string): string {
  return join(root, 'pipelines')
}

/**
 * The folder that the user means: a path, a name in `pipelines/`, or the only one there is.
 * @throws CliError CLI007
 */
export function findPipeline(root: string, given: string | undefined, path: (p: string) => string): string {
  const isPipeline = (folder: string) => existsSync(join(folder, manifestFile))
  if (given !== undefined) {
    const candidates = [path(given), join(pipelinesFolder(root), given)]
    const found = candidates.find(isPipeline)
    if (found !== undefined) return found
    throw new CliError('CLI007', `No ${manifestFile} in ${candidates.join(' or ')}. ${advice(root)}`)
  }
  const all = pipelineNames(root)
  if (all.length === 1) return join(pipelinesFolder(root), all[0]!)
  throw new CliError('CLI007', all.length ? `Which pipeline? There are ${all.join(', ')}.` : advice(root))
}

function advice(root: string): string {
  const all = pipelineNames(root)
  return all.length
    ? `This project has ${all.join(', ')}.`
    : 'This project has no pipeline yet: `slipway promote <notebook>` writes one.'
}

export function pipelineNames(root: string): readonly string[] {
  const folder = pipelinesFolder(root)
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter(name => existsSync(join(folder, name, manifestFile)))
}

/** @throws PromoteError when manifest or lock cannot be used, or something was edited after promotion */
export function readPipeline(root: string, folder: string): Pipeline {
  const files = readTree(folder)
  const manifest = parseManifest(files[manifestFile]?.toString('utf8') ?? '')
  const lock = parseLock(files[lockFile]?.toString('utf8') ?? '')
  checkVersion(manifest, lock, files)
  return { folder, root, manifest, lock, files }
}

function readTree(folder: string): Record<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !/[\\/](node_modules|\.slipway)[\\/]/.test(path))
  return Object.fromEntries(paths.sort().map(path => [slashes(relative(folder, path)), readFileSync(path)]))
}

interface Blob {
  readonly path: string
  readonly digest: string
  readonly sizeBytes: number
  read(): Uint8Array | ReadableStream<Uint8Array>
}

/**
 * Registers this version at the backend, sending only what it does not have.
 * @throws CliError CLI002 when a data file is missing or is no longer the one that was locked
 */
export async function registerPipeline(
  client: BackendClient,
  pipeline: Pipeline,
  onProgress: (message: string) => void,
): Promise<{ pipeline: PipelineVersion; created: boolean; uploadedBytes: number }> {
  const blobs = [...folderBlobs(pipeline), ...(await dataBlobs(pipeline))]
  const { missing } = await client.missingBlobs([...new Set(blobs.map(blob => blob.digest))])
  const wanted = new Set(missing)
  let uploadedBytes = 0
  for (const blob of blobs) {
    if (!wanted.delete(blob.digest)) continue
    onProgress(`Sending ${blob.path} (${sizeText(blob.sizeBytes)})`)
    await client.putBlob(blob.digest, blob.read())
    uploadedBytes += blob.sizeBytes
  }
  const files: PipelineFile[] = blobs.map(({ path, digest }) => ({ path, digest }))
  const { name, version } = pipeline.manifest
  return { ...(await client.registerPipeline({ name, version, files })), uploadedBytes }
}

function folderBlobs({ manifest, files }: Pipeline): Blob[] {
  return Object.entries(files).map(([path, content]) => ({
    path: `pipelines/${manifest.name}/${path}`,
    digest: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
    read: () => content,
  }))
}

/** A data file that a pipeline was fixed to, and is not as it was. */
export interface ChangedData {
  /** From the project's root. */
  readonly path: string
  /** Of what it was fixed to. */
  readonly sha256: string
  readonly isMissing: boolean
}

/** The data files of the lock that are others than at promotion. */
export async function changedData({
  root,
  lock,
}: Pick<Pipeline, 'root' | 'lock'>): Promise<readonly ChangedData[]> {
  const changed: ChangedData[] = []
  for (const { path, sha256, sizeBytes } of lock.data) {
    const file = join(root, path)
    if (!existsSync(file)) changed.push({ path, sha256, isMissing: true })
    else if (fileSize(file) !== sizeBytes || (await hashFile(file)) !== sha256)
      changed.push({ path, sha256, isMissing: false })
  }
  return changed
}

async function dataBlobs(pipeline: Pipeline): Promise<Blob[]> {
  const { root, lock, manifest } = pipeline
  const [changed] = await changedData(pipeline)
  if (changed) {
    const { path, sha256, isMissing } = changed
    const what = isMissing ? 'is missing' : 'has other content than at promotion'
    throw new CliError(
      'CLI002',
      `${path} ${what}; pipeline ${manifest.name} is fixed to sha256 ${sha256.slice(0, 12)}…. ` +
        (isMissing ? 'Bring it back, or promote again.' : 'Restore it, or promote again for a new version.'),
    )
  }
  return lock.data.map(({ path, sha256, sizeBytes }) => ({
    path,
    digest: sha256,
    sizeBytes,
    read: () => Readable.toWeb(createReadStream(join(root, path))) as ReadableStream<Uint8Array>,
  }))
}

/** Hexadecimal SHA-256 of a file of any size. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(file)
  for await (const chunk of handle.createReadStream()) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

export function fileSize(file: string): number {
  return statSync(file).size
}

export function slashes(path: string): string {
  return path.split(sep).join('/')
}

export function sizeText(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** A name for a pipeline made of a file's name: `My Notebook.ipynb` → `my-notebook`. */
export function pipelineNameOf(file: string): string {
  const name = basename(file).replace(/\.[^.]*$/, '')
  return (
    name
      .toLowerCase()
      .replaceAll('ß', 'ss')
      // Letters without their accents.
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'pipeline'
  )
}

export function isPipelineName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)
}

/** `name=value`: the value is JSON where the parameter takes it so, else text. @throws CliError CLI006 */
export function parseParameters({ manifest }: Pipeline, given: readonly string[]): Record<string, unknown> {
  const usage = (message: string) => new CliError('CLI006', message, { exitCode: exitCodes.usage })
  return Object.fromEntries(
    given.map(item => {
      const at = item.indexOf('=')
      const name = item.slice(0, at)
      if (at < 1) throw usage(`Expected --param name=value, got ${item}.`)
      const parameter = manifest.parameters.find(each => each.name === name)
      if (!parameter)
        throw usage(`Pipeline ${manifest.name} has no parameter ${name}. ${knownParameters(manifest)}`)
      const text = item.slice(at + 1)
      const value = [jsonOrText(text), text].find(each => fitsParameter(parameter, each))
      if (value === undefined)
        throw usage(
          `Expected ${schemaText(parameter.schema)} for the parameter ${name}, got ${text || 'nothing'}.`,
        )
      return [name, value]
    }),
  )
}

function knownParameters({ parameters }: Manifest): string {
  if (parameters.length === 0) return 'It has none.'
  return `It has ${parameters.map(({ name, schema }) => `${name} (${schemaText(schema)})`).join(', ')}.`
}

type Parameter = Manifest['parameters'][number]

function fitsParameter({ schema }: Parameter, value: unknown): boolean {
  return !(typeof value === 'number' && !Number.isFinite(value)) && Schema.Check(schema, value)
}

function schemaText(schema: Parameter['schema']): string {
  const { type } = schema as { readonly type?: unknown }
  if (Object.keys(schema).length > 1 || typeof type !== 'string')
    return `a value of ${JSON.stringify(schema)}`
  return { number: 'a number', string: 'a text', boolean: 'true or false' }[type] ?? `a value of type ${type}`
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
