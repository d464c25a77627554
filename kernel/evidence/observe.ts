/**
 * Sees what user code touches outside itself: files, hosts, environment variables, programs, random numbers. In the
 * user process, by replacing functions with ones that take a note and call the original; with what they cost, a
 * note is a lookup in a set.
 */
import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Observed, ProcessChange } from './record.ts'

/** What one run has touched so far. */
export interface Notes {
  readonly files: Map<string, { read: boolean; written: boolean }>
  readonly hosts: Set<string>
  readonly environment: Set<string>
  readonly processes: Set<string>
  readonly changes: Set<ProcessChange>
  random: boolean
}

export interface Observer {
  /** Whose notes are taken now; undefined when nobody's are. */
  current(): Notes | undefined
  /** Whether a path says nothing of the user's work: a module, a file of the installation. */
  isOwnFile(path: string): boolean
}

const maxNotes = 1000

export const createNotes = (): Notes => ({
  files: new Map(),
  hosts: new Set(),
  environment: new Set(),
  processes: new Set(),
  changes: new Set(),
  random: false,
})

export function observedOf(notes: Notes): Omit<Observed, 'packages' | 'values' | 'unlooked'> {
  return {
    files: [...notes.files].map(([path, how]) => ({ path, ...how })),
    hosts: [...notes.hosts],
    environment: [...notes.environment],
    processes: [...notes.processes],
    changes: [...notes.changes],
    random: notes.random,
  }
}

/** Notes a file that code reads or writes by other ways than Node's. */
export function noteFile(
  observer: Observer,
  path: unknown,
  how: { read?: boolean; written?: boolean },
): void {
  const notes = observer.current()
  const full = pathOf(path)
  if (!notes || full === undefined || observer.isOwnFile(full)) return
  const known = notes.files.get(full)
  if (known) {
    known.read ||= how.read === true
    known.written ||= how.written === true
  } else if (notes.files.size < maxNotes) {
    notes.files.set(full, { read: how.read === true, written: how.written === true })
  }
}

/** Replaces what is observed, for the rest of the process. */
export function startObserving(observer: Observer): void {
  observeFiles(observer)
  observeHosts(observer)
  observeProcesses(observer)
  observeRandom(observer)
  observeEnvironment(observer)
  before(process, 'chdir', () => void observer.current()?.changes.add('folder'))
  syncBuiltinESMExports()
}

type Target = Record<string, unknown>
type Method = (...args: unknown[]) => unknown

/** Calls `note` before the original. What cannot be replaced stays. */
function before(target: object, name: string, note: (args: readonly unknown[]) => void): void {
  const original = (target as Target)[name] as Method | undefined
  const found = Object.getOwnPropertyDescriptor(target, name)
  if (typeof original !== 'function' || found?.configurable === false) return
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    note(args)
    return new.target ? Reflect.construct(original, args) : original.apply(this, args)
  }
  Object.defineProperties(observed, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(target, name, {
    value: observed,
    writable: true,
    configurable: true,
    enumerable: true,
  })
}

const reading = [
  'readFile',
  'readFileSync',
  'createReadStream',
  'readdir',
  'readdirSync',
  'opendir',
  'opendirSync',
]
const writing = [
  ...[
    'writeFile',
    'writeFileSync',
    'appendFile',
    'appendFileSync',
    'createWriteStream',
    'truncate',
    'truncateSync',
  ],
  ...['rm', 'rmSync', 'unlink', 'unlinkSync', 'mkdir', 'mkdirSync', 'utimes', 'utimesSync', 'openAsBlob'],
]
const copying = ['copyFile', 'copyFileSync', 'rename', 'renameSync', 'cp', 'cpSync']

function observeFiles(observer: Observer): void {
  const note = (path: unknown, how: { read?: boolean; written?: boolean }) => noteFile(observer, path, how)
  for (const target of [fs, fs.promises]) {
    for (const name of reading) before(target, name, ([path]) => note(path, { read: true }))
    for (const name of writing)
      before(target, name, ([path]) => note(path, name === 'openAsBlob' ? { read: true } : { written: true }))
    for (const name of copying)
      before(target, name, ([from, to]) => {
        note(from, name.startsWith('rename') ? { written: true } : { read: true })
        note(to, { written: true })
      })
    for (const name of ['open', 'openSync'])
      before(target, name, ([path, flags]) => note(path, modeOf(flags)))
  }
}

function modeOf(flags: unknown): { read: boolean; written: boolean } {
  if (typeof flags === 'number') {
    const access = flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)
    return { read: access !== fs.constants.O_WRONLY, written: access !== 0 }
  }
  const text = typeof flags === 'string' ? flags : 'r'
  return { read: /r|\+/.test(text), written: /[wa+]/.test(text) }
}

function pathOf(path: unknown): string | undefined {
  try {
    if (typeof path === 'string') return path.startsWith('\0') ? undefined : resolve(path)
    if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : undefined
    return Buffer.isBuffer(path) ? resolve(path.toString()) : undefined
  } catch {
    return undefined
  }
}

/** All TCP of this process, HTTP and `fetch` included, begins here. */
function observeHosts({ current }: Observer): void {
  before(net.Socket.prototype, 'connect', args => {
    const notes = current()
    if (!notes || notes.hosts.size >= maxNotes) return
    // Node gives its own calls as one normalized list.
    const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
    if (typeof first === 'object' && first !== null) {
      const { host, port, path, servername } = first as Record<string, unknown>
      if (path === undefined || port !== undefined)
        notes.hosts.add(`${String(host ?? servername ?? 'localhost')}:${String(port)}`)
    } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
      notes.hosts.add(`${typeof second === 'string' ? second : 'localhost'}:${String(first)}`)
    }
  })
}

function observeProcesses({ current }: Observer): void {
  const note = (program: unknown) => {
    const notes = current()
    // Arguments may hold anything.
    if (notes && notes.processes.size < maxNotes)
      notes.processes.add(String(program).trim().split(/\s/)[0] ?? '')
  }
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync'])
    before(childProcess, name, ([program]) => note(program))
  before(childProcess, 'fork', () => note('node'))
}

function observeRandom({ current }: Observer): void {
  const { random } = Math
  Math.random = function () {
    const notes = current()
    if (notes) notes.random = true
    return random()
  }
  const note = () => {
    const notes = current()
    if (notes) notes.random = true
  }
  // Not `randomUUID`: libraries name things by it, and results hardly ever depend on a name.
  for (const name of ['randomBytes', 'randomInt', 'randomFill', 'randomFillSync']) before(crypto, name, note)
  before(Object.getPrototypeOf(globalThis.crypto) as object, 'getRandomValues', note)
}

/** A copy of the whole environment, as for a new process, is none of the user's doing. */
function observeEnvironment({ current, isOwnFile }: Observer): void {
  const original = process.env
  const seen = new WeakMap<Notes, Set<string>>()
  const note = (name: string) => {
    const notes = current()
    if (!notes) return
    const known = seen.get(notes) ?? new Set()
    seen.set(notes, known)
    if (known.has(name) || known.size > maxNotes) return
    known.add(name)
    if (isReadByUser(isOwnFile)) notes.environment.add(name)
  }
  process.env = new Proxy(original, {
    get(target, name) {
      if (typeof name === 'string') note(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      if (typeof name === 'string') note(name)
      return Reflect.has(target, name)
    },
    set(target, name, value) {
      current()?.changes.add('environment')
      return Reflect.set(target, name, value)
    },
    defineProperty(target, name, descriptor) {
      current()?.changes.add('environment')
      return Reflect.defineProperty(target, name, descriptor)
    },
    deleteProperty(target, name) {
      current()?.changes.add('environment')
      return Reflect.deleteProperty(target, name)
    },
  })
}

/**
 * Whether the code that asks is a cell or a file of the user's, and no package and nothing of Node's; or the
 * library's `secret`, which asks for the user.
 */
function isReadByUser(isOwnFile: (path: string) => boolean): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error
  let asking: NodeJS.CallSite | undefined
  Error.prepareStackTrace = (_, frames) => {
    asking = frames[3]
    return ''
  }
  Error.stackTraceLimit = 4
  try {
    void new Error().stack
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
  const file = asking?.getFileName() ?? ''
  if (asking?.getFunctionName() === 'secret') return true
  if (file === '' || file.startsWith('node:')) return false
  return !isOwnFile(file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file)
}
