/** Writes the evidence of a session, in the kernel process and beside everything else it does. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAbsolute, join, relative } from 'node:path'
import { createLineLog } from '../session/line-log.ts'
import type { CellUses } from '../session/rewrite.ts'
import type { Log } from '../wire/transport.ts'
import {
  evidenceVersion,
  type CellEvidence,
  type FileEvidence,
  type Observed,
  type PackageEvidence,
  type SessionEvidence,
} from './record.ts'

export interface CellThatRan {
  /** Of the execute_request. */
  readonly run: string
  readonly cell: string | null
  readonly source: string
  readonly order: number
  readonly status: 'ok' | 'error'
  readonly time: string
  readonly uses: CellUses
}

export interface EvidenceLog {
  ran(cell: CellThatRan): void
  /** What the user process saw, which may come before or behind `ran`. */
  observed(run: string, observed: Observed): void
  /** All names were forgotten. */
  restarted(): void
  /** Resolves when the user process has said all it saw of cells that ran, or has had the time to. */
  settled(): Promise<void>
  /** Resolves when all is written. */
  close(): Promise<void>
}

export interface EvidenceLogOptions {
  /** The notebook's folder. */
  readonly folder: string
  /** Of the session: the file's name. */
  readonly id: string
  readonly notebook: string | null
  readonly kernel: string
  readonly log: Log
}

/** Larger files are known by size and time. */
const maxHashedBytes = 16 << 20
/** Files of one cell that are looked at. */
const maxFiles = 200
/** How long the user process may take to say what it saw, before a line is written without it. */
const patienceMs = 2000
/** At the end of a session there is less. */
const settleMs = 200

export const noEvidence: EvidenceLog = {
  ran: () => undefined,
  observed: () => undefined,
  restarted: () => undefined,
  settled: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** Creates its file with the first cell. One that cannot be written is told once, and no more. */
export function createEvidenceLog(options: EvidenceLogOptions): EvidenceLog {
  const { folder, id, log } = options
  const file = join(folder, '.slipway', 'sessions', `${id}.evidence.jsonl`)
  const waiting = new Map<string, { readonly cell: CellThatRan; readonly timer: NodeJS.Timeout }>()
  const early = new Map<string, Observed>()
  const describe = createDescriber(folder)
  const lines = createLineLog({ file, title: "The session's evidence", log })
  /** One cell after the other: this is never what anybody waits for. */
  let describing: Promise<unknown> = Promise.resolve()
  let begun = false
  let hasCells = false

  function append(line: () => Promise<object>): void {
    if (!begun) begin()
    const described = describing.then(line)
    describing = described.catch(() => undefined)
    lines.append(described)
  }

  function begin(): void {
    begun = true
    const first: SessionEvidence = {
      type: 'session',
      version: evidenceVersion,
      session: id,
      notebook: options.notebook,
      time: new Date().toISOString(),
      node: process.versions.node,
      kernel: options.kernel,
      platform: `${process.platform}-${process.arch}`,
    }
    lines.append(first)
  }

  function write(cell: CellThatRan, observed: Observed): void {
    append(() => describe(cell, observed))
  }

  return {
    ran(cell) {
      hasCells = true
      const observed = early.get(cell.run)
      if (observed) {
        early.delete(cell.run)
        return write(cell, observed)
      }
      const timer = setTimeout(() => {
        waiting.delete(cell.run)
        write(cell, nothing)
      }, patienceMs)
      waiting.set(cell.run, { cell, timer })
    },
    observed(run, observed) {
      const known = waiting.get(run)
      if (!known) {
        // Of cells that are not stored nothing is kept.
        early.set(run, observed)
        if (early.size > 20) early.delete(early.keys().next().value!)
        return
      }
      clearTimeout(known.timer)
      waiting.delete(run)
      write(known.cell, observed)
    },
    restarted() {
      if (hasCells) append(() => Promise.resolve({ type: 'restart', time: new Date().toISOString() }))
    },
    async settled() {
      const deadline = performance.now() + settleMs
      while (waiting.size > 0 && performance.now() < deadline) await sleep(5)
    },
    async close() {
      for (const { cell, timer } of waiting.values()) {
        clearTimeout(timer)
        write(cell, nothing)
      }
      waiting.clear()
      await lines.close()
    },
  }
}

/** For who did not say in time: nothing is known, least of all that nothing changed. */
const nothing: Observed = {
  files: [],
  hosts: [],
  environment: [],
  processes: [],
  random: false,
  packages: [],
  values: [],
  unlooked: [],
  changes: [],
}

const clockNames = new Set(['Date', 'performance', 'Temporal'])
const randomNames = new Set(['randomUUID', 'crypto'])

function createDescriber(folder: string): (cell: CellThatRan, observed: Observed) => Promise<CellEvidence> {
  const versions = new Map<string, PackageEvidence | undefined>()
  const shown = (path: string) => {
    const inside = relative(folder, path)
    return inside.startsWith('..') || isAbsolute(inside) ? path : inside.replaceAll('\\', '/')
  }

  async function fileEvidence({ path, read, written }: Observed['files'][number]): Promise<FileEvidence> {
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) return { path: shown(path), read, written }
    const sha256 = found.size <= maxHashedBytes ? await hashOf(path) : undefined
    return {
      path: shown(path),
      read,
      written,
      sizeBytes: found.size,
      modified: found.mtime.toISOString(),
      ...(sha256 === undefined ? {} : { sha256 }),
    }
  }

  async function packageEvidence(place: string): Promise<PackageEvidence | undefined> {
    if (versions.has(place)) return versions.get(place)
    const found = await readFile(join(place, 'package.json'), 'utf8')
      .then(text => JSON.parse(text) as { name?: string; version?: string })
      .then(({ name, version }) => ({ name: String(name), version: String(version) }))
      .catch(() => undefined)
    versions.set(place, found)
    return found
  }

  return async ({ cell, source, order, status, time, uses }, observed) => {
    const files: FileEvidence[] = []
    // One after the other: this is never what anybody waits for.
    for (const file of observed.files.slice(0, maxFiles)) files.push(await fileEvidence(file))
    const packages = await Promise.all(observed.packages.map(packageEvidence))
    return {
      type: 'cell',
      order,
      cell,
      source: createHash('sha256').update(source).digest('hex'),
      status,
      time,
      reads: uses.reads.filter(isOfSession),
      writes: uses.writes,
      dynamic: uses.dynamic,
      clock: uses.reads.some(name => clockNames.has(name)),
      random: observed.random || uses.reads.some(name => randomNames.has(name)),
      files,
      hosts: observed.hosts,
      environment: observed.environment,
      processes: observed.processes,
      packages: packages.filter(found => found !== undefined),
      values: observed.values,
      ...(observed === nothing ? {} : { unlooked: observed.unlooked, changes: observed.changes }),
    }
  }
}

/** What Node has by itself is nothing that a cell read of another. */
const isOfSession = (name: string) => !(name in globalThis) && name !== 'display' && name !== 'require'

async function hashOf(path: string): Promise<string | undefined> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}
