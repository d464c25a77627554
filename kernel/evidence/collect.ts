/** In the user process: notes what each run touches, and looks afterwards which values of the session changed. */
import { dirname, join, sep } from 'node:path'
import { installation } from '../../library/installation.ts'
import type { ChildEvent, RunRequest } from '../session/child-protocol.ts'
import type { Run, RunContext } from '../session/child/run.ts'
import type { Scope } from '../session/child/scope.ts'
import { fingerprint, type Fingerprint } from './fingerprint.ts'
import { createNotes, noteFile, observedOf, startObserving, type Notes, type Observer } from './observe.ts'
import type { ValueEvidence } from './record.ts'

/** Cells may replace globals. */
const now = performance.now.bind(performance)

export interface Collector {
  begin(run: Run): void
  /** The run has been settled and its client told: there is a little time. */
  end(run: Run, request: RunRequest): void
}

export interface CollectorOptions {
  readonly context: RunContext
  readonly scope: Scope
  /** The folders of packages that were imported so far. */
  packages(): readonly string[]
  send(event: Extract<ChildEvent, { type: 'evidence' }>): void
}

export const noCollector: Collector = { begin: () => undefined, end: () => undefined }

/** For the values of one run: those it mentions come first, then those longest not looked at. */
const budgetMs = 4

export function createCollector({ context, scope, packages, send }: CollectorOptions): Collector {
  const notesOf = new WeakMap<Run, Notes>()
  const values = createValues(scope)
  const told = new Set<string>()
  const observer: Observer = {
    current() {
      const run = context.current()
      return run && notesOf.get(run)
    },
    isOwnFile: createOwnFiles(),
  }
  startObserving(observer)
  // For what reads files by other ways than Node's, such as DuckDB.
  Object.defineProperty(globalThis, Symbol.for('slipway.evidence'), {
    value: {
      file: (path: unknown, how: { read?: boolean; written?: boolean }) => noteFile(observer, path, how),
    },
    configurable: true,
  })

  return {
    begin: run => void notesOf.set(run, createNotes()),
    end(run, { mentions = [] }) {
      const notes = notesOf.get(run)
      if (!notes) return
      notesOf.delete(run)
      setImmediate(() => {
        const news = packages().filter(folder => !told.has(folder))
        for (const folder of news) told.add(folder)
        const observed = { ...observedOf(notes), packages: news, ...values.look(mentions) }
        send({ type: 'evidence', run: run.id, observed })
      })
    },
  }
}

interface Values {
  /** Looks at as many as there is time for. */
  look(mentioned: readonly string[]): {
    /** Of names whose values are others than at the last look. */
    readonly values: readonly ValueEvidence[]
    readonly unlooked: readonly string[]
  }
}

function createValues(scope: Scope): Values {
  const last = new Map<string, string>()
  let turn = 0

  function changed(name: string): ValueEvidence | undefined {
    const property = scope.property(name)
    if (!property) {
      last.delete(name)
      return undefined
    }
    // What is computed when it is asked for is not asked for.
    const print: Fingerprint = 'value' in property ? fingerprint(name, property.value) : { type: 'computed' }
    const text = JSON.stringify(print)
    if (last.get(name) === text) return undefined
    last.set(name, text)
    return { name, ...print }
  }

  return {
    look(mentioned) {
      const names = scope.names().map(({ name }) => name)
      const known = new Set(names)
      const first = mentioned.filter(name => known.has(name))
      const others = names.filter(name => !first.includes(name))
      const start = others.length === 0 ? 0 : turn % others.length
      const order = [...first, ...others.slice(start), ...others.slice(0, start)]
      const found: ValueEvidence[] = []
      const end = now() + budgetMs
      let looked = 0
      for (const name of order) {
        if (looked > 0 && now() > end) break
        const value = changed(name)
        if (value) found.push(value)
        looked += 1
      }
      turn = start + Math.max(0, looked - first.length)
      return { values: found, unlooked: order.slice(looked) }
    },
  }
}

/** Packages, what this installation is made of, and what Node itself reads are none of the user's data. */
function createOwnFiles(): (path: string) => boolean {
  const { root, packaged } = installation()
  const parts = packaged
    ? ['dist']
    : ['library', 'language', 'engine', 'catalog', 'kernel', 'promote', 'node_modules']
  const own = [
    ...parts.map(part => join(root, part) + sep),
    dirname(process.execPath) + sep,
    '/proc/',
    '/sys/',
    '/dev/',
  ]
  const modules = `${sep}node_modules${sep}`
  const workspace = `${sep}.slipway${sep}`
  return path =>
    path.includes(modules) || path.includes(workspace) || own.some(start => path.startsWith(start))
}
