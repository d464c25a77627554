/**
 * What the parts of the abstract interpreter share: the memory, the names, the effects, and the frames of functions
 * being evaluated. `evaluate.ts` does expressions, `execute.ts` statements, `call.ts` calls.
 */
import type { Effects } from './effects.ts'
import type { AbstractObject, Heap, ObjectOptions, Slot, Value } from './heap.ts'
import { createCell, type Cell, type History } from './history.ts'
import type { Names, StubName } from './names.ts'
import type { ModuleFile, NotebookProgram } from './program.ts'
import type { Table } from './table.ts'
import { ts } from './typescript.ts'
import { isSame, isSameList, nothing, union } from './values.ts'

/** Whether a promise is waited for; `caught`: what fails goes no further, so that it may have ended anywhere. */
export type Waited = boolean | 'caught'

export interface Frame {
  readonly variables: Map<ts.Node, Slot>
  readonly parent?: Frame
  readonly held: Cell<FrameContent>
  /** Which calls led here; the same place reached by other calls has objects of its own. */
  readonly path: string
  readonly functions: readonly ts.Node[]
  /** Whether who called waits for the promise that comes back. */
  readonly isAwaited?: Waited
}

/** What a frame holds beside variables. */
export interface FrameContent {
  readonly self: Value
  /** What the function may return. */
  readonly results: Value
  readonly parameters: Value
  /** It calls itself: its variables stand for those of every call. */
  readonly isRecursive: boolean
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
  readonly work: Cell<
    readonly {
      readonly statement: number
      readonly run: () => Value
      readonly stack: readonly Interpreter['stack'][number][]
    }[]
  >
  rounds: number
  isRunning: boolean
}

/** What is noted while statements are interpreted, for when all is done. */
export interface Notes {
  readonly unknownCalls: UnknownCall[]
  readonly outsideUses: OutsideUse[]
  readonly references: FileReference[]
  /** Statements that do something which is not cheap to do again. */
  readonly notAgain: number[]
  /** Patched prototypes that only following values has found. */
  readonly patches: { readonly statement: number; readonly node: ts.Node; readonly name: string }[]
  /** Statements that import a module, by themselves or through another one. */
  readonly importers: (readonly [ModuleFile, number])[]
}

export function createNotes(): Notes {
  return { unknownCalls: [], outsideUses: [], references: [], notAgain: [], patches: [], importers: [] }
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
  notebook: NotebookProgram
  names: Names
  readonly effects: Effects
  /** By statement. */
  readonly harmless: ReadonlyMap<number, Harmless>
  readonly history: History
  readonly heap: Heap
  readonly shared: Map<string, Slot>
  /** The names that some statement declares. */
  readonly declared: Cell<readonly string[]>
  notes: Notes
  readonly files: Cell<ReadonlyMap<string, AbstractObject>>
  /** Functions being followed, outermost first. */
  readonly stack: { readonly node: ts.Node; readonly path: string; readonly frame?: Frame }[]
  /** Classes above others whose constructors are being followed, each at its depth of calls. */
  readonly constructing: Set<string>
  /** Objects by what they came from. */
  readonly made: Map<string, Cell<AbstractObject | undefined>>
  /** Every object that was ever made, by that and by its class. */
  readonly known: Map<string, AbstractObject>
  /** Short names of long paths. */
  readonly paths: Map<string, string>
  readonly functions: Table<KnownFunction>
  readonly classes: Table<KnownClass>
  /** Class objects by the declaration that makes them. */
  readonly classesAt: Map<string, Cell<readonly AbstractObject[]>>
  /** The class object of an instance. */
  readonly instances: Table<Value>
  readonly externals: Map<AbstractObject, StubName>
  readonly frames: Map<string, Frame>
  /** The frame of the cells and of the modules that they import. */
  readonly root: Frame
  /** Evaluating a module counts as a statement of its own, by the path of its file. */
  readonly moduleNumbers: Map<string, number>
  /** States of libraries that have been asked for. */
  readonly states: Cell<readonly string[]>
  /** Getters and setters that `defineProperty` made of functions. */
  readonly accessors: Table<AccessorKind>
  /** What has been thrown so far, and may be caught. */
  readonly thrown: Cell<Value>
  /** The handlers of proxies. */
  readonly proxies: Table<Value>
  /** Generators and the like: what asking for the next item does. */
  readonly lazies: Table<() => Value>
  /** `resolve` and `reject` of a promise, with the promise. */
  readonly resolvers: Table<AbstractObject>
  /** Those of them that reject it. */
  readonly rejecters: Table<boolean>
  /** Whether any function may be called by the language itself. */
  readonly implicit: Cell<boolean>
  readonly later: Later
  /** What is left of the work that a statement may cost before it is taken to do anything. */
  readonly budget: { left: number; depth: number; isSpent: boolean }
}

export type AccessorKind = 'get' | 'set' | 'both'

export interface KnownClass {
  readonly node: ts.ClassLikeDeclaration
  readonly frame: Frame
}

/** Statements have numbers below it, modules from it on, and looks at outputs beyond these. */
export const firstModule = 1e9

export const firstLook = 2e9

/** Thrown when a statement is too entangled to follow; caught by the slicer, which then assumes the worst. */
export class TooEntangled extends Error {}

/** The frame of the cells themselves, and frames in it. */
export function createFrame(options: Partial<Omit<Frame, 'held'> & FrameContent> = {}): Frame {
  const { self = nothing, parameters = nothing, ...others } = options
  const content = { self, results: nothing, parameters, isRecursive: false }
  return { variables: new Map(), held: createCell(content, isSameFrame), path: '', functions: [], ...others }
}

function isSameFrame(a: FrameContent, b: FrameContent): boolean {
  return (
    a.isRecursive === b.isRecursive &&
    isSame(a.self, b.self) &&
    isSame(a.results, b.results) &&
    isSame(a.parameters, b.parameters)
  )
}

/** Adds to what a frame holds; what is there stays. */
export function addToFrame(it: Interpreter, { held }: Frame, more: Partial<FrameContent>): void {
  const before = it.history.read(held)
  const now = {
    self: more.self ? union(before.self, more.self) : before.self,
    results: more.results ? union(before.results, more.results) : before.results,
    parameters: more.parameters ? union(before.parameters, more.parameters) : before.parameters,
    isRecursive: before.isRecursive || more.isRecursive === true,
  }
  if (!isSameFrame(before, now)) it.history.write(held, now)
}

export function selfOf(it: Interpreter, { held }: Frame): Value {
  return it.history.read(held).self
}

/** A path of calls under a name that is short however deep it is. */
export function shortPath(it: Interpreter, path: string): string {
  const known = it.paths.get(path)
  if (known) return known
  const made = `p${it.paths.size}`
  it.paths.set(path, made)
  return made
}

/** The object that a piece of text makes: the same one each time it is reached by the same calls. */
export function objectAt(
  it: Interpreter,
  node: ts.Node,
  frame: Frame,
  options: ObjectOptions,
): AbstractObject {
  return objectOf(it, `${it.notebook.keyOf(node)}:${options.kind}@${frame.path}`, options)
}

/** The object of that key, made unless it is there. */
export function objectOf(it: Interpreter, key: string, options: ObjectOptions): AbstractObject {
  const at = madeAt(it, key)
  const known = it.history.read(at)
  if (known) {
    it.heap.make(known, true)
    return known
  }
  const { tag, frozen } = options
  const full = `${key} ${frozen === true ? 'frozen' : ''} ${tag ? `${tag.package}:${tag.name}` : ''}`
  const object = it.known.get(full) ?? it.heap.object(options)
  it.known.set(full, object)
  it.history.write(at, object)
  it.heap.make(object, false)
  return object
}

export function madeAt(it: Interpreter, key: string): Cell<AbstractObject | undefined> {
  const known = it.made.get(key)
  if (known) return known
  const made = createCell<AbstractObject | undefined>(undefined)
  it.made.set(key, made)
  return made
}

/** The object of what a module exports; new when the module is to be evaluated. */
export function namespaceOf(
  it: Interpreter,
  path: string,
): { readonly object: AbstractObject; readonly isNew: boolean } {
  const key = `namespace ${path}`
  const known = it.history.read(madeAt(it, key))
  return known
    ? { object: known, isNew: false }
    : { object: objectOf(it, key, { kind: 'plain' }), isNew: true }
}

/** The objects of a class by its declaration. */
export function classesAt(it: Interpreter, node: ts.Node): Cell<readonly AbstractObject[]> {
  const key = it.notebook.keyOf(node)
  const known = it.classesAt.get(key)
  if (known) return known
  const made = createCell<readonly AbstractObject[]>([], isSameList)
  it.classesAt.set(key, made)
  return made
}

export function setImplicit(it: Interpreter): void {
  if (!it.history.read(it.implicit)) it.history.write(it.implicit, true)
}

/** A thing of a library, by package and path: one object each, so that patching it is seen. */
export function external(it: Interpreter, packageName: string, path: string): AbstractObject {
  const key = `external ${packageName}:${path}`
  const known = it.known.get(key)
  if (known) return known
  const object = it.heap.object({ kind: 'external' })
  it.known.set(key, object)
  it.externals.set(object, { package: packageName, name: path })
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
