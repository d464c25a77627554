/**
 * The declarations of all files and what checking them found, computed when asked for and kept until something they
 * depend on changes: each analysis remembers which declarations it asked for.
 */
import type {
  Analysis,
  Declared,
  EntityInfo,
  Environment,
  FeatureInfo,
  InfoOf,
  SourceInfo,
} from './check/declarations.ts'
import { checkFeature } from './check/feature.ts'
import { repeatedItems } from './check/file.ts'
import { checkModel } from './check/model.ts'
import { checkEntity, checkSource } from './check/source.ts'
import type { Diagnostic } from './diagnostics.ts'
import type { AnalysisHost } from './host.ts'
import type { AnyDeclaration, DeclarationKind } from './syntax/ast.ts'
import { declarationsOf } from './syntax/lower.ts'
import { parse } from './syntax/parser.ts'
import type { SyntaxTree } from './syntax/tree.ts'

export interface ProjectFile {
  readonly path: string
  readonly tree: SyntaxTree
  readonly declarations: readonly AnyDeclaration[]
  /** What the file says on its own. */
  readonly diagnostics: readonly Diagnostic[]
}

interface Dependency {
  readonly kind: DeclarationKind
  readonly name: string
  readonly declaration: AnyDeclaration | undefined
}

interface Entry {
  readonly analysis: Analysis
  readonly dependencies: readonly Dependency[]
  /** Asked for names in general or for something that is not there: valid until anything changes. */
  readonly volatile: boolean
  /** Change of the project at which it was last known to be valid. */
  checkedAt: number
}

const key = (kind: DeclarationKind, name: string): string => `${kind} ${name}`

export class Project {
  readonly #host: AnalysisHost
  readonly #files = new Map<string, ProjectFile>()
  #index = new Map<string, Declared>()
  #entries = new Map<AnyDeclaration, Entry>()
  readonly #running = new Set<AnyDeclaration>()
  #change = 0

  constructor(host: AnalysisHost) {
    this.#host = host
  }

  setFile(path: string, text: string): void {
    if (this.#files.get(path)?.tree.text === text) return
    const tree = parse(text, path)
    const diagnostics = [...tree.diagnostics, ...repeatedItems(tree, path)]
    this.#files.set(path, { path, tree, declarations: declarationsOf(tree), diagnostics })
    this.#changed()
  }

  removeFile(path: string): void {
    if (this.#files.delete(path)) this.#changed()
  }

  /** Forgets what the host said. */
  refresh(): void {
    this.#entries = new Map()
    this.#change++
  }

  get files(): readonly ProjectFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  file(path: string): ProjectFile | undefined {
    return this.#files.get(path)
  }

  get host(): AnalysisHost {
    return this.#host
  }

  /** All declarations of a kind that have a name, by file and place; of several with one name only the first. */
  all<K extends DeclarationKind>(kind: K): readonly Declared<Extract<AnyDeclaration, { kind: K }>>[] {
    type Wanted = Declared<Extract<AnyDeclaration, { kind: K }>>
    return [...this.#index.values()].filter(
      (declared): declared is Wanted => declared.declaration.kind === kind,
    )
  }

  /** The declaration that has the name; the first, when there are several. */
  find(kind: DeclarationKind, name: string): Declared | undefined {
    return this.#index.get(key(kind, name))
  }

  /** What checking says of a declaration whose kind is known. */
  analyse<K extends DeclarationKind>(declared: Declared<Extract<AnyDeclaration, { kind: K }>>): Analysis<K>
  analyse(declared: Declared): Analysis {
    return this.analyseAny(declared)
  }

  analyseAny(declared: Declared): Analysis {
    const known = this.#entries.get(declared.declaration)
    if (known && this.#valid(known)) return known.analysis
    const dependencies: Dependency[] = []
    const state = { volatile: false }
    this.#running.add(declared.declaration)
    const analysis = check(declared, this.#environment(dependencies, state))
    this.#running.delete(declared.declaration)
    this.#entries.set(declared.declaration, { analysis, dependencies, ...state, checkedAt: this.#change })
    return analysis
  }

  #changed(): void {
    this.#change++
    this.#index = new Map()
    const live = new Set<AnyDeclaration>()
    for (const { path, declarations } of this.files)
      for (const declaration of declarations) {
        live.add(declaration)
        const id = declaration.name && key(declaration.kind, declaration.name.text)
        if (id !== undefined && !this.#index.has(id)) this.#index.set(id, { declaration, path })
      }
    for (const declaration of this.#entries.keys())
      if (!live.has(declaration)) this.#entries.delete(declaration)
  }

  #valid(entry: Entry): boolean {
    if (entry.checkedAt === this.#change) return true
    if (entry.volatile) return false
    const valid = entry.dependencies.every(({ kind, name, declaration }) => {
      if (this.find(kind, name)?.declaration !== declaration) return false
      const inner = declaration && this.#entries.get(declaration)
      return inner !== undefined && this.#valid(inner)
    })
    if (valid) entry.checkedAt = this.#change
    return valid
  }

  #environment(dependencies: Dependency[], state: { volatile: boolean }): Environment {
    const info = <K extends DeclarationKind>(kind: K, name: string): InfoOf[K] | undefined => {
      const declared = this.find(kind, name)
      if (!declared || this.#running.has(declared.declaration)) {
        state.volatile = true
        return undefined
      }
      const analysis = this.analyseAny(declared)
      dependencies.push({ kind, name, declaration: declared.declaration })
      return analysis.info as InfoOf[K]
    }
    const host = this.#host
    return {
      host,
      source: (name): SourceInfo | undefined => info('source', name),
      entity: (name): EntityInfo | undefined => info('entity', name),
      feature: (name): FeatureInfo | undefined => info('feature', name),
      names: kind => {
        state.volatile = true
        return this.all(kind).map(({ declaration }) => declaration.name!.text)
      },
      get catalog() {
        return host.catalog
      },
    }
  }
}

function check({ declaration, path }: Declared, env: Environment): Analysis {
  switch (declaration.kind) {
    case 'source':
      return checkSource({ declaration, path }, env)
    case 'entity':
      return checkEntity({ declaration, path })
    case 'feature':
      return checkFeature({ declaration, path }, env)
    case 'model':
      return checkModel({ declaration, path }, env)
  }
}
