/**
 * What a line of `.slipway/sessions/<id>.evidence.jsonl` says. The first is of the session, each other one of a cell
 * that ran. Never the content of a file, a value or a secret: names, sizes and hashes.
 */

/** Raised when a line means something else than before. */
export const evidenceVersion = 1

export interface SessionEvidence {
  readonly type: 'session'
  readonly version: typeof evidenceVersion
  readonly session: string
  /** The notebook's file, relative to the folder in which the session ran, when the client tells; null else. */
  readonly notebook: string | null
  /** ISO 8601. */
  readonly time: string
  /** Of Node. */
  readonly node: string
  readonly kernel: string
  readonly platform: string
}

/** All names were forgotten. */
export interface RestartEvidence {
  readonly type: 'restart'
  readonly time: string
}

export interface CellEvidence {
  readonly type: 'cell'
  /** The execution count. */
  readonly order: number
  readonly cell: string | null
  /** SHA-256 of the source. */
  readonly source: string
  readonly status: 'ok' | 'error'
  /** ISO 8601, when it ended. */
  readonly time: string
  /** Names of the session in the cell's text; functions of the cell included. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Whether the text may reach names that it does not say (`eval`, `globalThis`). */
  readonly dynamic: boolean
  /** Whether the text asks for the time. */
  readonly clock: boolean
  /** Whether random numbers were drawn, by the cell or anything it called. */
  readonly random: boolean
  readonly files: readonly FileEvidence[]
  /** `host:port` of connections. */
  readonly hosts: readonly string[]
  /** Names of environment variables that the user's code read; never their values. */
  readonly environment: readonly string[]
  /** Programs that were started, without their arguments. */
  readonly processes: readonly string[]
  readonly packages: readonly PackageEvidence[]
  /** Of names whose values are others than before the cell. */
  readonly values: readonly ValueEvidence[]
  /** Names that there was no time to look at: of all others than these and `values` the value is as it was. */
  readonly unlooked?: readonly string[]
  /** What of the process itself was changed, by the cell or anything it called. */
  readonly changes?: readonly ProcessChange[]
}

/** `environment`: a variable of it was set or removed; `folder`: the working folder is another. */
export type ProcessChange = 'environment' | 'folder'

export interface FileEvidence {
  /** Relative to the folder of the session when it lies there. */
  readonly path: string
  readonly read: boolean
  readonly written: boolean
  /** As it stood after the cell; absent when it was gone. */
  readonly sizeBytes?: number
  /** ISO 8601. */
  readonly modified?: string
  /** Of files of up to 16 MiB. */
  readonly sha256?: string
}

export interface PackageEvidence {
  readonly name: string
  readonly version: string
}

export interface ValueEvidence {
  readonly name: string
  readonly type: string
  /** Such as `[1000]` or `[1000, 12]`. */
  readonly shape?: readonly number[]
  /** Of a bounded part of the value; absent for what looks like a secret and for what cannot be looked at. */
  readonly hash?: string
  /** The hash is of all that the value is: plain data, and not too much of it. */
  readonly whole?: boolean
}

/** What the user process saw of one run. */
export interface Observed {
  readonly files: readonly { readonly path: string; readonly read: boolean; readonly written: boolean }[]
  readonly hosts: readonly string[]
  readonly environment: readonly string[]
  readonly processes: readonly string[]
  readonly random: boolean
  /** The folders of packages. */
  readonly packages: readonly string[]
  readonly values: readonly ValueEvidence[]
  readonly unlooked: readonly string[]
  readonly changes: readonly ProcessChange[]
}
