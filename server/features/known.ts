/** The declarations of a project by name, with what the analysis knows of them. */
import {
  type ColumnSchema,
  type SourcePlan,
  type SourceRef,
  type SymbolRef,
  type SyntaxTree,
  type ValueType,
  declarationsOf,
} from '../../language/index.ts'
import type {
  AnyDeclaration,
  DeclarationKind,
  ModelDeclaration,
  SourceDeclaration,
} from '../../language/syntax/ast.ts'
import type { FileContext } from '../core/context.ts'

type DeclarationOf<K extends DeclarationKind> = Extract<AnyDeclaration, { kind: K }>

export interface Found<K extends DeclarationKind> {
  readonly declaration: DeclarationOf<K>
  /** The file that declares it. */
  readonly path: string
}

/** A name, and the file that declares what it means when that is known. */
export type Named = string | Pick<SymbolRef, 'name' | 'path'> | undefined

const lowered = new WeakMap<SyntaxTree, readonly AnyDeclaration[]>()

/** The declarations of a text, made once. */
export function declarationsIn(tree: SyntaxTree): readonly AnyDeclaration[] {
  let found = lowered.get(tree)
  if (!found) lowered.set(tree, (found = declarationsOf(tree)))
  return found
}

/** The declaration that has the name: of the file that is said, else of the file itself, else of any. */
export function locate<K extends DeclarationKind>(
  file: FileContext,
  kind: K,
  named: Named,
): Found<K> | undefined {
  if (named === undefined) return undefined
  const { name, path } = typeof named === 'string' ? { name: named, path: undefined } : named
  const inFile = (place: string): Found<K> | undefined => {
    const tree = file.workspace.tree(place)
    const declaration = tree && declarationsIn(tree).find(isNamed(kind, name))
    return declaration && { declaration, path: place }
  }
  if (path !== undefined) return inFile(path)
  const own = inFile(file.path)
  if (own) return own
  const place = symbolsOf(file, kind).find(symbol => symbol.name === name)?.path
  return place === undefined ? undefined : inFile(place)
}

const isNamed =
  <K extends DeclarationKind>(kind: K, name: string) =>
  (found: AnyDeclaration): found is DeclarationOf<K> =>
    found.kind === kind && found.name?.text === name

/** The declarations of all files of the project. */
function symbolsOf({ workspace }: FileContext, kind: DeclarationKind) {
  const all = {
    source: workspace.sources,
    entity: workspace.entities,
    feature: workspace.features,
    model: workspace.models,
  }
  return all[kind]()
}

/** The declaration alone. */
export function declared<K extends DeclarationKind>(
  file: FileContext,
  kind: K,
  named: Named,
): DeclarationOf<K> | undefined {
  return locate(file, kind, named)?.declaration
}

export interface KnownSource {
  readonly name: string
  readonly path: string
  readonly declaration: SourceDeclaration
  /** Only when nothing about it is wrong or unknown. */
  readonly plan?: SourcePlan
  /** Empty when they cannot be read. */
  readonly columns: readonly ColumnSchema[]
}

export function knownSource(file: FileContext, named: Named): KnownSource | undefined {
  const found = locate(file, 'source', named)
  if (!found) return undefined
  const { declaration, path } = found
  const name = declaration.name!.text
  const plan = file.workspace.sources().find(source => source.name === name && source.path === path)?.plan
  const columns = plan?.columns ?? saidColumns(file, declaration)
  return { name, path, declaration, columns, ...(plan && { plan }) }
}

/** Something about the source is wrong, which must not hide its columns. */
function saidColumns(file: FileContext, { from, columns }: SourceDeclaration): readonly ColumnSchema[] {
  const ref = refOf({ from })
  const inFile = ref && file.project.columns(ref)
  const said = (columns ?? []).map(column => ({
    name: column.name.text,
    type: { kind: column.type?.text, nullable: column.nullable, unit: column.unit?.value } as ValueType,
  }))
  return inFile ? inFile.map(column => said.find(({ name: n }) => n === column.name) ?? column) : said
}

/** What reading the data needs, as far as the declaration says it. */
function refOf({ from }: Pick<SourceDeclaration, 'from'>): SourceRef | undefined {
  if (!from?.format || !from.path) return undefined
  const format = from.format.text as SourceRef['format']
  const table = from.table?.value
  return { name: '', format, path: from.path.value, ...(table !== undefined && { table }) }
}

/** The model around an offset; a model whose end is missing still holds what is typed after it. */
export function modelAt(file: FileContext, offset: number): ModelDeclaration | undefined {
  const last = declarationsIn(file.tree).findLast(declaration => declaration.node.start <= offset)
  return last?.kind === 'model' ? last : undefined
}
