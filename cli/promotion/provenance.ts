/** Where a pipeline came from: its notebook, and the state of the repository then. No part of the version. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const provenanceFile = 'provenance.json'

export interface Provenance {
  readonly format: 1
  /** From the project's root. */
  readonly notebook: string
  /** How it was promoted, to do the same again. */
  readonly outputs?: readonly string[]
  readonly history?: 'log' | 'document'
  /** Absent where there is no repository. */
  readonly git?: {
    readonly commit: string
    /** Whether anything tracked differed from the commit. */
    readonly dirty: boolean
    /** SHA-256 of the differences then. */
    readonly patch?: string
  }
}

const run = promisify(execFile)

export async function provenanceOf(
  root: string,
  how: Pick<Provenance, 'notebook' | 'outputs' | 'history'>,
): Promise<Provenance> {
  const git = await gitState(root)
  return { format: 1, ...how, ...(git ? { git } : {}) }
}

/** Undefined where a folder has none, as pipelines of other tools or of an earlier Slipway. */
export function readProvenance(folder: string): Provenance | undefined {
  const file = join(folder, provenanceFile)
  if (!existsSync(file)) return undefined
  const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Provenance>
  return value.format === 1 && typeof value.notebook === 'string' ? (value as Provenance) : undefined
}

async function gitState(root: string): Promise<Provenance['git']> {
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: root, maxBuffer: 2 ** 28, timeout: 10_000 })).stdout
  try {
    const commit = (await git('rev-parse', 'HEAD')).trim()
    const patch = await git('diff', 'HEAD', '--binary', '--', '.')
    if (patch === '') return { commit, dirty: false }
    return { commit, dirty: true, patch: createHash('sha256').update(patch).digest('hex') }
  } catch {
    // No git, no repository, or no commit yet: then there is nothing to say.
    return undefined
  }
}
