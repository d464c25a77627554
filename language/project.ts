/**
 * The declarations of all files and what checking them found, computed when asked for and kept until something they
 * depend on changes. Each analysis remembers what it asked for; it is made again only when an answer would be another
 * now, and what is made again with the same result leaves alone what depends on it.
 */
import type {
  Analysis,
  Declared,
  EntityInfo,
  Environment,
  FeatureInfo,
  ImportableKind,
  InfoOf,
  SourceInfo,
} from './check/declarations.ts'
import { checkEntity } from './check/entity.ts'
import { checkFeature } from './check/feature.ts'
import { repeatedItems } from './check/file.ts'
import { Findings } from './check/findings.ts'
import { checkImports } from './check/imports.ts'
import { isDerived } from './check/mentions.ts'
import { checkModel } from './check/model.ts'
import { checkSource } from './check/source.ts'
import type { Diagnostic } from './diagnostics.ts'
import type { AnalysisHost } from './host.ts'
import { importEdit } from './import-edits.ts'
import { NameTable } from './names.ts'
import { sameData } from './same.ts'
import type { AnyDeclaration, DeclarationKind, IgnoreComment, ImportItem } from './syntax/ast.ts'
import { ignoresOf } from './syntax/ignores.ts'
import { declarationsOf, importsOf } from './syntax/lower.ts'
import { parse } from './syntax/parser.ts'
import type { SyntaxTree } from './syntax/tree.ts'

export interface ProjectFile {
  readonly path: string
  readonly tree: SyntaxTree
  readonly declarations: readonly AnyDeclaration[]
  readonly imports: readonly ImportItem[]
  readonly ignores: readonly IgnoreComment[]
  /** Of a cell of a notebook: the cells above it, the nearest last. */
  readonly above?: readonly string[]
  /** What the file says on its own. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface FileOptions {
  /** The files whose declarations this one sees as its own, the nearest last: the cells above a notebook's cell. */
  readonly above?: readonly string[]
}

/** Something that an analysis asked for, with what it was told. */
type Question =
  | { readonly ask: 'info'; readonly kind: DeclarationKind; readonly name: string; readonly facts: Facts }
  | { readonly ask: 'place'; readonly kind: DeclarationKind; readonly name: string; readonly at: unknown }
  | {
      readonly ask: 'elsewhere'
      readonly kind: ImportableKind
      readonly name: string
      readonly found: string
    }
  | { readonly ask: 'circle'; readonly name: string; readonly found: string }
  /** Of all names; also of something that is being analysed just now. */
  | { readonly ask: 'names'; readonly revision: number }

/** Stands for what a declaration says to others: the same object as long as it says the same. */
type Facts = object | undefined

interface Entry {
  readonly analysis: Analysis
  readonly facts: object
  readonly questions: readonly Question[]
  /** Whether it depends on where something stands, or on what could not be asked: on more than facts and names. */
  readonly isFragile: boolean
  /** Change of the project at which it was last known to be valid. */
  checkedAt: number
}

export class Project {
  readonly names = new NameTable()
  readonly #host: AnalysisHost
  readonly #files = new Map<string, ProjectFile>()
  #entries = new Map<AnyDeclaration, Entry>()
  /** What a declaration said before its file was edited. */
  #before = new Map<AnyDeclaration, Entry>()
  readonly #running = new Set<AnyDeclaration>()
  readonly #imports = new Map<string, { file: ProjectFile; revision: number; findings: Findings }>()
  readonly #all = new Map<DeclarationKind, { change: number; found: readonly Declared[] }>()
  #change = 0
  /** The last change after which a declaration said something else to others, or a name meant something else. */
  #unsettledAt = 0
  /** Edited files whose declarations have not been compared with what they said before. */
  readonly #edited = new Set<string>()
  /** Whether `unsettledAt` is known for the present change. */
  #isSettled = true
  #revision = 0

  constructor(host: AnalysisHost) {
    this.#host = host
  }

  setFile(path: string, text: string, { above }: FileOptions = {}): void {
    const known = this.#files.get(path)
    if (known?.tree.text === text && sameData(known.above, above)) return
    const tree = known?.tree.text === text ? known.tree : parse(text, path)
    const file: ProjectFile = {
      path,
      tree,
      declarations: declarationsOf(tree),
      imports: importsOf(tree),
      ignores: ignoresOf(tree),
      ...(above && { above }),
      diagnostics: [...tree.diagnostics, ...repeatedItems(tree, path)],
    }
    this.#replace(path, file)
    this.names.set(file)
  }

  removeFile(path: string): void {
    if (!this.#files.has(path)) return
    this.#replace(path, undefined)
    this.names.delete(path)
  }

  /** Forgets what the host said. */
  refresh(): void {
    this.#entries = new Map()
    this.#before = new Map()
    this.#edited.clear()
    this.#isSettled = true
    this.#unsettledAt = ++this.#change
    this.#revision = this.names.revision
  }

  get files(): readonly ProjectFile[] {
    return this.names.paths.map(path => this.#files.get(path)!)
  }

  file(path: string): ProjectFile | undefined {
    return this.#files.get(path)
  }

  get host(): AnalysisHost {
    return this.#host
  }

  /**
   * All declarations of a kind that have a name, by file and place: of sources and entities the first of each file
   * and name, of features and models the first of the project.
   */
  all<K extends DeclarationKind>(kind: K): readonly Declared<Extract<AnyDeclaration, { kind: K }>>[] {
    type Wanted = Declared<Extract<AnyDeclaration, { kind: K }>>
    let known = this.#all.get(kind)
    if (known?.change !== this.#change)
      this.#all.set(kind, (known = { change: this.#change, found: this.#list(kind) }))
    return known.found as readonly Wanted[]
  }

  /** What the file means by the name. */
  resolve(path: string, kind: DeclarationKind, name: string): Declared | undefined {
    return this.names.resolve(path, kind, name)
  }

  /** The feature or model of the project that has the name; the first, when there are several. */
  find(kind: DeclarationKind, name: string): Declared | undefined {
    const all = this.names.declaring(kind, name)
    return all.find(({ path }) => this.names.isImportable(path)) ?? all[0]
  }

  /** What the imports of a file say. */
  importsOf(path: string): Findings {
    const file = this.#files.get(path)
    if (!file || file.imports.length === 0) return new Findings(path)
    const { revision } = this.names
    const known = this.#imports.get(path)
    if (known?.file === file && known.revision === revision) return known.findings
    const findings = checkImports(file, this.names)
    // A place in another file may move without any name changing.
    const pointsElsewhere = findings.diagnostics.some(one => one.related?.some(place => place.path !== path))
    if (!pointsElsewhere) this.#imports.set(path, { file, revision, findings })
    return findings
  }

  /** What checking says of a declaration whose kind is known. */
  analyse<K extends DeclarationKind>(declared: Declared<Extract<AnyDeclaration, { kind: K }>>): Analysis<K>
  analyse(declared: Declared): Analysis {
    return this.analyseAny(declared)
  }

  analyseAny(declared: Declared): Analysis {
    this.#settleEdits()
    this.#settleInputs(declared)
    return this.#entry(declared).analysis
  }

  /**
   * Finds out whether edits changed anything for other declarations, by checking the edited ones first. Mostly they
   * did not, and then nothing else has to be looked at.
   */
  #settleEdits(): void {
    if (this.#isSettled) return
    if (this.#revision !== this.names.revision) this.#unsettledAt = this.#change
    this.#revision = this.names.revision
    for (const path of this.#edited)
      for (const declaration of this.#files.get(path)?.declarations ?? []) {
        const before = this.#before.get(declaration)
        if (!before) continue
        this.#settleInputs({ declaration, path })
        if (this.#entry({ declaration, path }).facts !== before.facts) this.#unsettledAt = this.#change
      }
    this.#edited.clear()
    this.#isSettled = true
  }

  /** The derived features under a derived one are analysed first, the deepest first: a chain of them may be long. */
  #settleInputs({ declaration, path }: Declared): void {
    if (declaration.kind !== 'feature' || !isDerived(declaration) || this.#isFresh(declaration)) return
    const seen = new Set<AnyDeclaration>([declaration])
    const inputs = (of: Declared<typeof declaration>) => [...this.names.derivedInputs(of)]
    const open = [{ declared: { declaration, path }, inputs: inputs({ declaration, path }) }]
    for (let frame = open.at(-1); frame; frame = open.at(-1)) {
      const next = frame.inputs.pop()
      if (next && !seen.has(next.declaration) && !this.#isFresh(next.declaration)) {
        seen.add(next.declaration)
        open.push({ declared: next, inputs: inputs(next) })
      } else if (!next) {
        open.pop()
        if (open.length > 0) this.#entry(frame.declared)
      }
    }
  }

  #isFresh(declaration: AnyDeclaration): boolean {
    return this.#running.has(declaration) || this.#entries.get(declaration)?.checkedAt === this.#change
  }

  #entry(declared: Declared): Entry {
    const { declaration, path } = declared
    const known = this.#entries.get(declaration)
    if (known && this.#valid(known, path)) return known
    const questions = new Map<string, Question>()
    this.#running.add(declaration)
    const analysis = check(declared, this.#environment(path, questions))
    this.#running.delete(declaration)
    const before = known ?? this.#before.get(declaration)
    const facts = before && saysTheSame(before.analysis, analysis) ? before.facts : {}
    const asked = [...questions.values()]
    const isFragile = asked.some(isFragileQuestion)
    const entry = { analysis, facts, questions: asked, isFragile, checkedAt: this.#change }
    this.#entries.set(declaration, entry)
    this.#before.delete(declaration)
    return entry
  }

  /** Puts a file in another's place; what its declarations said before is kept for comparison. */
  #replace(path: string, file: ProjectFile | undefined): void {
    this.#change++
    this.#isSettled = false
    const old = new Map<string, Entry>()
    for (const declaration of this.#files.get(path)?.declarations ?? []) {
      const entry = this.#entries.get(declaration) ?? this.#before.get(declaration)
      const id = `${declaration.kind} ${declaration.name?.text ?? ''}`
      if (entry && declaration.name && !old.has(id)) old.set(id, entry)
      this.#entries.delete(declaration)
      this.#before.delete(declaration)
    }
    if (old.size > 0) this.#edited.add(path)
    if (!file) {
      this.#files.delete(path)
      this.#imports.delete(path)
      return
    }
    this.#files.set(path, file)
    for (const declaration of file.declarations) {
      // The first of a name is the one that others see.
      const id = declaration.name && `${declaration.kind} ${declaration.name.text}`
      const entry = id === undefined ? undefined : old.get(id)
      if (id !== undefined) old.delete(id)
      if (entry) this.#before.set(declaration, entry)
    }
  }

  #list(kind: DeclarationKind): readonly Declared[] {
    const isUnique = kind === 'feature' || kind === 'model'
    return this.names.paths.flatMap(path =>
      this.names.own(path).flatMap(declaration => {
        if (declaration.kind !== kind) return []
        const { text } = declaration.name!
        const isFirst = !isUnique || this.names.isDeclaredOnce(kind, text)
        const first = isFirst ? declaration : this.find(kind, text)?.declaration
        return first === declaration ? [{ declaration, path }] : []
      }),
    )
  }

  #valid(entry: Entry, path: string): boolean {
    if (entry.checkedAt === this.#change) return true
    const untouched = this.#isSettled && entry.checkedAt >= this.#unsettledAt && !entry.isFragile
    if (!untouched && !entry.questions.every(question => this.#holds(question, path))) return false
    entry.checkedAt = this.#change
    return true
  }

  #holds(question: Question, path: string): boolean {
    switch (question.ask) {
      case 'names':
        return question.revision === this.names.revision
      case 'elsewhere':
        return elsewhereText(this.names, path, question) === question.found
      case 'circle': {
        const declared = this.names.declaredIn(path, 'feature', question.name)
        return declared !== undefined && circleText(this.names, declared) === question.found
      }
      case 'place':
        return this.resolve(path, question.kind, question.name)?.declaration === question.at
      case 'info': {
        const declared = this.resolve(path, question.kind, question.name)
        if (!declared || this.#running.has(declared.declaration)) return question.facts === undefined
        this.#settleInputs(declared)
        return this.#entry(declared).facts === question.facts
      }
    }
  }

  #environment(path: string, questions: Map<string, Question>): Environment {
    const { names } = this
    const host = this.#host
    const answered = new Map<string, unknown>()
    const note = (question: Question): void => void questions.set(keyOf(question), question)
    const info = <K extends DeclarationKind>(kind: K, name: string): InfoOf[K] | undefined => {
      const key = `${kind} ${name}`
      if (answered.has(key)) return answered.get(key) as InfoOf[K] | undefined
      const declared = names.resolve(path, kind, name)
      const runs = declared && this.#running.has(declared.declaration)
      // It cannot be asked, so what is found now holds for this change alone.
      if (runs) note({ ask: 'names', revision: -1 })
      if (declared && !runs) this.#settleInputs(declared)
      const entry = declared && !runs ? this.#entry(declared) : undefined
      note({ ask: 'info', kind, name, facts: entry?.facts })
      const onPlace = () => note({ ask: 'place', kind, name, at: declared?.declaration })
      const told = entry && withPlace(entry.analysis.info as InfoOf[K], onPlace)
      answered.set(key, told)
      return told
    }
    return {
      path,
      host,
      source: (name): SourceInfo | undefined => info('source', name),
      entity: (name): EntityInfo | undefined => info('entity', name),
      feature: (name): FeatureInfo | undefined => info('feature', name),
      names: kind => {
        if (!questions.has('names')) note({ ask: 'names', revision: names.revision })
        return names.visible(path, kind)
      },
      elsewhere: (kind, name) => {
        const found = names.elsewhere(path, kind, name)
        note({ ask: 'elsewhere', kind, name, found: elsewhereText(names, path, { kind, name }) })
        return found.map(from => ({ path: from, fix: importEdit(this.#files.get(path)!, { from, name }) }))
      },
      isImportBroken: (kind, name) => {
        note({ ask: 'elsewhere', kind, name, found: elsewhereText(names, path, { kind, name }) })
        return names.isImportBroken(path, name)
      },
      circle: declared => {
        const { text } = declared.declaration.name ?? { text: '' }
        note({ ask: 'circle', name: text, found: circleText(names, declared) })
        return names.circle(declared)
      },
      get catalog() {
        return host.catalog
      },
    }
  }
}

/** Nothing depends on models. */
function saysTheSame(before: Analysis, after: Analysis): boolean {
  return after.info.declaration.kind === 'model' || sameData(before.info, after.info, 'declaration')
}

function isFragileQuestion(question: Question): boolean {
  const { ask } = question
  return ask === 'place' || ask === 'circle' || (ask === 'names' && question.revision < 0)
}

function keyOf(question: Question): string {
  if (question.ask === 'names') return question.ask
  return `${question.ask} ${'kind' in question ? question.kind : ''} ${question.name}`
}

interface AskedName {
  readonly kind: ImportableKind
  readonly name: string
}

function elsewhereText(names: NameTable, path: string, { kind, name }: AskedName): string {
  const broken = names.isImportBroken(path, name) ? 'broken' : ''
  return [broken, ...names.elsewhere(path, kind, name)].join('\n')
}

/** Where a circle's features stand: another text when anything changes that a diagnostic shows of it. */
function circleText(names: NameTable, { declaration, path }: Declared): string {
  if (declaration.kind !== 'feature') return ''
  const { way = [], inside = [] } = names.circle({ declaration, path }) ?? {}
  const places = way.map(one => `${one.path} ${one.declaration.name!.span.start}`)
  return [...places, ...inside].join('\n')
}

/** The same information; to ask where the declaration stands is to depend on it. */
function withPlace<I extends InfoOf[DeclarationKind]>(info: I, onPlace: () => void): I {
  const { declaration } = info
  return Object.defineProperty({ ...info }, 'declaration', {
    enumerable: true,
    get: () => {
      onPlace()
      return declaration
    },
  })
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
