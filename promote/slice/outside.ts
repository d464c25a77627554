/** Things beyond memory that one statement leaves for another: files, the network, the clock, a package's own state. */
import { only, type AbstractObject, type Value } from './heap.ts'
import { madeAt, objectOf, type Interpreter } from './interpreter.ts'
import { nothing } from './values.ts'

/** The kinds of things beyond memory that one statement can leave for another. */
export const outsideKinds = [
  'file',
  'network',
  'environment',
  'locale',
  'clock',
  'random',
  'process',
] as const

/** The states of libraries that have been asked for. */
export function statesOf(it: Interpreter): readonly string[] {
  return it.history.read(it.states)
}

/** What stands for a kind of things outside; for `file`, every file that has been named and all others. */
export function outside(it: Interpreter, kind: string): Value {
  const all = outsideObject(it, kind)
  return kind === 'file' ? new Set([all, ...it.history.read(it.files).values()]) : only(all)
}

export function fileObject(it: Interpreter, path: string): AbstractObject {
  const files = it.history.read(it.files)
  const known = files.get(path)
  if (known) return known
  const object = objectOf(it, `file ${path}`, { kind: 'outside' })
  it.heap.make(object, true)
  // Who wrote to a file that could not be named may have written to this one.
  inheritWriters(it, object, 'file')
  it.history.write(it.files, new Map([...files, [path, object]]))
  return object
}

function inheritWriters(it: Interpreter, object: AbstractObject, from: string): void {
  const before = it.heap.fieldsOf(outsideObject(it, from)).get('*')
  if (before) it.heap.inherit(object, '*', { values: nothing, writers: it.heap.peek(before).writers })
}

/** A file with the folders that it lies in, and what lies in it when it is one itself. */
export function filesAround(it: Interpreter, path: string, which: 'above' | 'all'): Value {
  const found = new Set<AbstractObject>()
  if (which === 'all') found.add(fileObject(it, path))
  for (const [other, object] of it.history.read(it.files))
    if (isWithin(path, other) || (which === 'all' && isWithin(other, path))) found.add(object)
  return found
}

/** A pattern (`data/*.csv`) lies in the folder before its first star, and so may all of that folder. */
function isWithin(path: string, folder: string): boolean {
  if (path === folder) return false
  const fixed = folder.replace(/[^/]*[*?{[].*$/, '')
  return folder === '.' || fixed === '' || path.startsWith(fixed.endsWith('/') ? fixed : `${fixed}/`)
}

function outsideObject(it: Interpreter, kind: string): AbstractObject {
  const key = `outside ${kind}`
  const at = madeAt(it, key)
  const known = it.history.read(at)
  if (known) return known
  const object = objectOf(it, key, { kind: 'outside' })
  it.heap.make(object, true)
  if (!kind.startsWith('state:')) return object
  // Code that nobody described may have changed a library's state before it was first asked for.
  inheritWriters(it, object, 'process')
  it.history.write(it.states, [...statesOf(it), kind])
  return object
}
