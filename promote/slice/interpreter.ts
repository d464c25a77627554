/**
 * What the parts of the abstract interpreter share: the memory, the names, the effects, and the frames of functions
 * being evaluated. `evaluate.ts` does expressions, `execute.ts` statements, `call.ts` calls.
 */
import type { Effects } from './effects.ts'
import type { AbstractObject, Heap, ObjectOptions, Slot, Value } from './heap.ts'
import type { Names, StubName } from './names.ts'
import { ts, type ModuleFile, type NotebookProgram } from './typescript.ts'

export interface Frame {
  readonly variables: Map<ts.Node, Slot>
  readonly parent?: Frame
  readonly self: Value
  /** What the function may return. */
  readonly results: Set<AbstractObject>
  readonly parameters: Value
  /** Which calls led here; the same place reached by other calls has objects of its own. */
  readonly path: string
  readonly functions: readonly ts.Node[]
  /** Whether who called waits for the promise that comes back. */
  readonly isAwaited?: boolean
  /** It calls itself: its variables stand for those of every call. */
  isRecursive?: boolean
}

/** A function as the interpreter knows it. */
export interface KnownFunction {
  readonly node: ts.SignatureDeclaration
  readonly frame: Frame
  /** What `bind` has fixed. */
  readonly bound?: { readonly self: Value; readonly parameters: readonly Value[]; readonly more?: Value }
}

/** Work that goes on while later statements run. */
export interface Later {
  readonly work: {
    readonly statement: number
    readonly run: () => Value
    readonly stack: readonly Interpreter['stack'][number][]
  }[]
  rounds: number
  isRunning: boolean
}

/** A call of code that nobody described. */
export interface UnknownCall {
  readonly statement: number
  readonly text: string
  /** The stub that would describe it. */
  readonly stub?: StubName
}

/** What a session saw the unknown calls of a statement not do: they are then not taken to. */
export interface Harmless {
  /** Shared variables that stayed as they were, with all that they hold. */
  readonly names: ReadonlySet<string>
  /** Kinds of things outside (`outsideKinds`) that were not read, and those that were not written. */
  readonly unread: ReadonlySet<string>
  readonly unwritten: ReadonlySet<string>
}

/** Something read or written outside of memory. */
export interface OutsideUse {
  readonly statement: number
  readonly kind: string
  readonly isWrite: boolean
  /** Nobody knows whether the call does: it has no stub. */
  readonly isAssumed?: boolean
  /** Of a file, when it is known. */
  readonly path?: string
}

/** A data or model file that a statement names. */
export interface FileReference {
  readonly statement: number
  readonly kind: 'data' | 'model'
  /** Whose function is called. */
  readonly package?: string
  /** Absent when it is no literal and no constant. */
  readonly path?: string
  /** What gives it then. */
  readonly argument?: ts.Expression
}

export interface Interpreter {
  readonly notebook: NotebookProgram
  readonly names: Names
  readonly effects: Effects
  /** By statement. */
  readonly harmless: ReadonlyMap<number, Harmless>
  readonly heap: Heap
  readonly shared: Map<string, Slot>
  readonly unknownCalls: UnknownCall[]
  readonly outsideUses: OutsideUse[]
  readonly references: FileReference[]
  /** Statements that do something which is not cheap to do again. */
  readonly notAgain: Set<number>
  readonly files: Map<string, AbstractObject>
  /** Functions being followed, outermost first. */
  readonly stack: { readonly node: ts.Node; readonly path: string; readonly frame?: Frame }[]
  /** Objects by what they came from. */
  readonly made: Map<string, AbstractObject>
  readonly functions: Map<AbstractObject, KnownFunction>
  readonly classes: Map<AbstractObject, { readonly node: ts.ClassLikeDeclaration; readonly frame: Frame }>
  /** The class object of an instance. */
  readonly instances: Map<AbstractObject, Value>
  readonly externals: Map<AbstractObject, StubName>
  readonly frames: Map<string, Frame>
  /** The frame of the cells and of the modules that they import. */
  readonly root: Frame
  /** Modules that have been evaluated, with the object of what they export. */
  readonly namespaces: Map<ModuleFile, AbstractObject>
  /** Statements that import a module, by themselves or through another one. */
  readonly importers: Map<ModuleFile, Set<number>>
  /** Evaluating the first module counts as this statement, the next as the one after it. */
  readonly firstModule: number
  /** Getters and setters that `defineProperty` made of functions. */
  readonly accessors: Map<AbstractObject, 'get' | 'set'>
  /** What has been thrown so far, and may be caught. */
  readonly thrown: Set<AbstractObject>
  /** The handlers of proxies. */
  readonly proxies: Map<AbstractObject, Value>
  /** Generators and the like: what asking for the next item does. */
  readonly lazies: Map<AbstractObject, () => Value>
  /** `resolve` and `reject` of a promise, with the promise. */
  readonly resolvers: Map<AbstractObject, AbstractObject>
  /** Whether any function may be called by the language itself. */
  readonly implicit: { any: boolean }
  readonly later: Later
  /** Patched prototypes that only following values has found. */
  readonly patches: { readonly statement: number; readonly node: ts.Node; readonly name: string }[]
  /** What is left of the work that a statement may cost before it is taken to do anything. */
  readonly budget: { left: number; isSpent: boolean }
}

/** Thrown when a statement is too entangled to follow; caught by the slicer, which then assumes the worst. */
export class TooEntangled extends Error {}

/** The frame of the cells themselves. */
export function createFrame(options: Partial<Frame> = {}): Frame {
  const empty: Value = new Set()
  return {
    variables: new Map(),
    self: empty,
    results: new Set(),
    parameters: empty,
    path: '',
    functions: [],
    ...options,
  }
}

/** The object that a piece of text makes: the same one each time it is reached by the same calls. */
export function objectAt(
  it: Interpreter,
  node: ts.Node,
  frame: Frame,
  options: ObjectOptions,
): AbstractObject {
  const key = `${it.notebook.placeOf(node)}:${node.pos}:${node.end}:${node.kind}:${options.kind}@${frame.path}`
  const known = it.made.get(key)
  if (known) {
    known.many = true
    return known
  }
  const object = it.heap.object(options)
  it.made.set(key, object)
  return object
}

/** A thing of a library, by package and path: one object each, so that patching it is seen. */
export function external(it: Interpreter, packageName: string, path: string): AbstractObject {
  const key = `external ${packageName}:${path}`
  const known = it.made.get(key)
  if (known) return known
  const object = it.heap.object({ kind: 'external' })
  object.many = false
  it.made.set(key, object)
  it.externals.set(object, { package: packageName, name: path })
  return object
}

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
  const prefix = 'outside state:'
  return [...it.made.keys()].filter(key => key.startsWith(prefix)).map(key => key.slice('outside '.length))
}

/** What stands for a kind of things outside; for `file`, every file that has been named and all others. */
export function outside(it: Interpreter, kind: string): Value {
  const all = outsideObject(it, kind)
  return kind === 'file' ? new Set([all, ...it.files.values()]) : new Set([all])
}

export function fileObject(it: Interpreter, path: string): AbstractObject {
  const known = it.files.get(path)
  if (known) return known
  const object = it.heap.object({ kind: 'outside' })
  object.many = true
  // Who wrote to a file that could not be named may have written to this one.
  const before = outsideObject(it, 'file').fields.get('*')
  if (before) object.fields.set('*', { ...it.heap.slot(), writers: new Set(before.writers) })
  it.files.set(path, object)
  return object
}

/** A file with the folders that it lies in, and what lies in it when it is one itself. */
export function filesAround(it: Interpreter, path: string, which: 'above' | 'all'): Value {
  const found = new Set<AbstractObject>()
  if (which === 'all') found.add(fileObject(it, path))
  for (const [other, object] of it.files)
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
  const known = it.made.get(key)
  if (known) return known
  const object = it.heap.object({ kind: 'outside' })
  object.many = true
  it.made.set(key, object)
  // Code that nobody described may have changed a library's state before it was first asked for.
  const before = kind.startsWith('state:') ? outsideObject(it, 'process').fields.get('*') : undefined
  if (before) object.fields.set('*', { ...it.heap.slot(), writers: new Set(before.writers) })
  return object
}

export function sharedSlot(it: Interpreter, name: string): Slot {
  const known = it.shared.get(name)
  if (known) return known
  const made = it.heap.slot()
  it.shared.set(name, made)
  return made
}

export function localSlot(it: Interpreter, declaration: ts.Node, frame: Frame): Slot {
  const owner = ts.findAncestor(declaration.parent, ts.isFunctionLike)
  let home = frame
  for (let at: Frame | undefined = frame; at; at = at.parent) {
    const known = at.variables.get(declaration)
    if (known) return known
    if (at.functions.at(-1) === owner) home = at
  }
  const made = it.heap.slot()
  home.variables.set(declaration, made)
  return made
}

export function spend(it: Interpreter): void {
  if (--it.budget.left < 0) throw new TooEntangled()
}
