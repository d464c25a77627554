/**
 * Which declaration a name means in a file: its own, one that it imports or, in a notebook, one of the cells above.
 * Knows nothing of what declarations say.
 */
import type { Circle, Declared, ImportableKind } from './check/declarations.ts'
import { inputNames, isDerived, mentionsOf } from './check/mentions.ts'
import type { AnyDeclaration, DeclarationKind, FeatureDeclaration, ImportItem } from './syntax/ast.ts'
import { type GraphCircle, circlesOf } from './circles.ts'
import { normalPath } from './paths.ts'
import { sameData } from './same.ts'

/** What of a file others need to look names up in it. */
export interface NamedFile {
  readonly path: string
  readonly declarations: readonly AnyDeclaration[]
  readonly imports: readonly ImportItem[]
  /** Of a cell of a notebook: the cells above it, the nearest last. */
  readonly above?: readonly string[]
}

interface Imported {
  readonly path: string
  readonly name: string
}

interface FileNames extends NamedFile {
  /** By kind and name; the first of each. */
  readonly own: ByKind<ReadonlyMap<string, AnyDeclaration>>
  /** By the name they have here; the first of each. */
  readonly imported: ReadonlyMap<string, Imported>
  readonly mentions: ReadonlySet<string>
  /** Equal when nothing changed that others could find by a name. */
  readonly signature: string
}

const kinds: readonly ImportableKind[] = ['source', 'entity', 'feature']
/** Maps of maps rather than of joined keys: looking names up is most of what a big project's edit costs. */
type ByKind<T> = Readonly<Record<DeclarationKind, T>>
const byKind = <T>(create: () => T): ByKind<T> => ({
  source: create(),
  entity: create(),
  feature: create(),
  model: create(),
})
const allOf = (own: FileNames['own']): AnyDeclaration[] =>
  Object.values(own).flatMap(declarations => [...declarations.values()])
const byPath = (a: Declared, b: Declared): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.declaration.node.start - b.declaration.node.start

export class NameTable {
  readonly #files = new Map<string, FileNames>()
  readonly #declaring = byKind(() => new Map<string, Set<string>>())
  readonly #mentioned = new Map<string, number>()
  #nModels = 0
  #mentionsRevision = 0
  #paths: readonly string[] | undefined
  #circles: ReadonlyMap<string, GraphCircle> | undefined
  #revision = 0

  /** Grows when a file is added or removed, or names something else than before. Not with every edit. */
  get revision(): number {
    return this.#revision
  }

  /** Grows when any file mentions other names than before. */
  get mentionsRevision(): number {
    return this.#mentionsRevision
  }

  /** How many models there are. */
  get nModels(): number {
    return this.#nModels
  }

  /** Sorted. */
  get paths(): readonly string[] {
    return (this.#paths ??= [...this.#files.keys()].sort())
  }

  set(file: NamedFile): void {
    const before = this.#files.get(file.path)
    const names = namesOf(file)
    if (before) this.#count(before, -1)
    else this.#paths = undefined
    this.#files.set(file.path, names)
    this.#count(names, 1)
    if (!before || !sameData([...before.mentions], [...names.mentions])) this.#mentionsRevision++
    if (before?.signature !== names.signature) this.#changed()
  }

  delete(path: string): void {
    const before = this.#files.get(path)
    if (!before) return
    this.#count(before, -1)
    this.#files.delete(path)
    this.#paths = undefined
    this.#mentionsRevision++
    this.#changed()
  }

  /** What the file means by a name. */
  resolve(path: string, kind: DeclarationKind, name: string): Declared | undefined {
    const file = this.#files.get(path)
    const above = file?.above?.toReversed() ?? []
    for (const place of [path, ...above]) {
      const found = this.declaredIn(place, kind, name) ?? this.#imported(place, kind, name)
      if (found) return found
    }
    return undefined
  }

  /** The first declaration of the kind and name in the file itself. */
  declaredIn(path: string, kind: DeclarationKind, name: string): Declared | undefined {
    const declaration = this.#files.get(path)?.own[kind].get(name)
    return declaration && { declaration, path }
  }

  /** All declarations of the kind and name, one per file, by path. */
  declaring(kind: DeclarationKind, name: string): readonly Declared[] {
    const paths = this.#declaring[kind].get(name)
    if (!paths) return []
    return [...paths].flatMap(path => this.declaredIn(path, kind, name) ?? []).sort(byPath)
  }

  /** Whether at most one file declares it. */
  isDeclaredOnce(kind: DeclarationKind, name: string): boolean {
    return (this.#declaring[kind].get(name)?.size ?? 0) <= 1
  }

  /** The files that declare a name which this file does not see and could import, by path. */
  elsewhere(path: string, kind: ImportableKind, name: string): readonly string[] {
    if (this.resolve(path, kind, name)) return []
    const found = this.declaring(kind, name).map(declared => declared.path)
    return found.filter(place => place !== path && this.isImportable(place))
  }

  /** Whether the file imports the name from where it is not declared: its import says so. */
  isImportBroken(path: string, name: string): boolean {
    const above = this.#files.get(path)?.above ?? []
    return [path, ...above].some(place => {
      const imported = this.#files.get(place)?.imported.get(name)
      return imported !== undefined && !kinds.some(kind => this.#imported(place, kind, name))
    })
  }

  /** Whether files may import from it; a cell of a notebook is no file. */
  isImportable(path: string): boolean {
    const file = this.#files.get(path)
    return file !== undefined && file.above === undefined
  }

  /** The names of a kind that the file sees: its own, imported ones, those of the cells above. */
  visible(path: string, kind: DeclarationKind): readonly string[] {
    const above = this.#files.get(path)?.above ?? []
    const names = [path, ...above].flatMap(place => {
      const file = this.#files.get(place)
      if (!file) return []
      return [
        ...file.own[kind].keys(),
        ...[...file.imported.keys()].filter(name => this.#imported(place, kind, name)),
      ]
    })
    return [...new Set(names)]
  }

  /** What a file declares itself; the first of each kind and name. */
  own(path: string): readonly AnyDeclaration[] {
    const file = this.#files.get(path)
    return file ? allOf(file.own).sort((a, b) => a.node.start - b.node.start) : []
  }

  /** The names under which a file imports something, each with what it imports; the first of each. */
  importsOf(path: string): ReadonlyMap<string, Imported> {
    return this.#files.get(path)?.imported ?? new Map()
  }

  /** Whether the file, or a cell below it, mentions the name outside of imports. */
  isMentionedIn(path: string, name: string): boolean {
    if (this.#files.get(path)?.mentions.has(name)) return true
    if (this.isImportable(path)) return false
    return [...this.#files.values()].some(file => file.above?.includes(path) && file.mentions.has(name))
  }

  /** Whether any model or feature of the project mentions the feature, by its name or by what an import calls it. */
  isMentioned(name: string): boolean {
    return (this.#mentioned.get(name) ?? 0) > 0
  }

  /** The circle of derived features that a feature stands in. */
  circle({ declaration, path }: Declared<FeatureDeclaration>): Circle | undefined {
    this.#circles ??= circlesOf(this.#derivedGraph())
    const found = this.#circles.get(nodeOf(path, declaration.name?.text ?? ''))
    // A second declaration of the name stands in no circle: nothing leads to it.
    if (!found || this.declaredIn(path, 'feature', declaration.name!.text)?.declaration !== declaration)
      return undefined
    const way = found.way.flatMap(node => this.#derivedAt(node) ?? [])
    const read = inputNames(declaration).filter(({ text }) => {
      const input = this.resolve(path, 'feature', text)
      return input && found.members.has(nodeOf(input.path, input.declaration.name!.text))
    })
    return { way, inside: new Set(read.map(({ text }) => text)) }
  }

  /** The derived features that a derived feature reads, in the order of its text. */
  derivedInputs({
    declaration,
    path,
  }: Declared<FeatureDeclaration>): readonly Declared<FeatureDeclaration>[] {
    if (!isDerived(declaration)) return []
    return inputNames(declaration).flatMap(({ text }) => {
      const found = this.resolve(path, 'feature', text)
      if (found?.declaration.kind !== 'feature' || !isDerived(found.declaration)) return []
      return { declaration: found.declaration, path: found.path }
    })
  }

  #derivedAt(node: string): Declared<FeatureDeclaration> | undefined {
    const [path, name] = node.split('\n') as [string, string]
    const found = this.declaredIn(path, 'feature', name)
    return found?.declaration.kind === 'feature' ? { declaration: found.declaration, path } : undefined
  }

  #imported(path: string, kind: DeclarationKind, name: string): Declared | undefined {
    if (kind === 'model') return undefined
    const imported = this.#files.get(path)?.imported.get(name)
    if (!imported || imported.path === path || !this.isImportable(imported.path)) return undefined
    return this.declaredIn(imported.path, kind, imported.name)
  }

  #count({ path, own, mentions }: FileNames, step: 1 | -1): void {
    this.#nModels += step * own.model.size
    for (const { kind, name } of allOf(own)) {
      const declaring = this.#declaring[kind]
      const paths = declaring.get(name!.text) ?? new Set()
      if (step > 0) declaring.set(name!.text, paths.add(path))
      else if (paths.delete(path) && paths.size === 0) declaring.delete(name!.text)
    }
    for (const name of mentions) this.#mentioned.set(name, (this.#mentioned.get(name) ?? 0) + step)
  }

  #changed(): void {
    this.#revision++
    this.#circles = undefined
  }

  #derivedGraph(): Map<string, readonly string[]> {
    const graph = new Map<string, readonly string[]>()
    for (const { path, own } of this.#files.values())
      for (const declaration of own.feature.values()) {
        if (declaration.kind !== 'feature' || !isDerived(declaration)) continue
        const inputs = this.derivedInputs({ declaration, path })
        const nodes = inputs.map(input => nodeOf(input.path, input.declaration.name!.text))
        graph.set(nodeOf(path, declaration.name!.text), nodes)
      }
    return graph
  }
}

const nodeOf = (path: string, name: string): string => `${path}\n${name}`

function namesOf(file: NamedFile): FileNames {
  const own = byKind(() => new Map<string, AnyDeclaration>())
  const mentions = new Set<string>()
  for (const declaration of file.declarations) {
    const { kind, name } = declaration
    if (name && !own[kind].has(name.text)) own[kind].set(name.text, declaration)
    for (const name of mentionsOf(declaration)) mentions.add(name)
  }
  const imported = new Map<string, Imported>()
  for (const { names, from } of file.imports)
    for (const { name, alias } of names) {
      const local = alias ?? name
      const path = from && normalPath(from.value)
      if (!imported.has(local.text)) imported.set(local.text, { path: path ?? '', name: name.text })
      // A feature that is called by another name is mentioned by its own.
      if (alias && mentions.has(alias.text)) mentions.add(name.text)
    }
  return { ...file, own, imported, mentions, signature: signatureOf(file, own) }
}

function signatureOf({ imports, above }: NamedFile, own: FileNames['own']): string {
  const said = allOf(own).map(declaration => [
    declaration.kind,
    declaration.name!.text,
    ...(declaration.kind === 'feature' && isDerived(declaration)
      ? inputNames(declaration).map(({ text }) => text)
      : []),
  ])
  const imported = imports.map(({ names, from }) => [
    from?.value,
    names.map(({ name, alias }) => [name.text, alias?.text]),
  ])
  return JSON.stringify([said, imported, above])
}
