/** What may be named at a place: the declarations of the project, the columns of its sources, a model's features. */
import type { ColumnSchema, ValueType } from '../../language/index.ts'
import type {
  AnyDeclaration,
  DeclarationKind,
  EntityDeclaration,
  FeatureDeclaration,
  ModelDeclaration,
  SourceDeclaration,
} from '../../language/syntax/ast.ts'
import { declarationsOf } from '../../language/syntax/lower.ts'
import type { FileContext } from '../core/context.ts'

export interface KnownSource {
  readonly name: string
  readonly declaration: SourceDeclaration
  /** Empty when they cannot be read. */
  readonly columns: readonly ColumnSchema[]
}

/** All declarations of one kind in the project, by their files' order. */
export function declared<K extends DeclarationKind>(
  file: FileContext,
  kind: K,
): Extract<AnyDeclaration, { kind: K }>[] {
  return file.workspace.files().flatMap(path => {
    const tree = path === file.path ? file.tree : file.workspace.tree(path)
    const all = tree ? declarationsOf(tree) : []
    return all.filter(
      (d): d is Extract<AnyDeclaration, { kind: K }> => d.kind === kind && d.name !== undefined,
    )
  })
}

export function knownSources(file: FileContext): KnownSource[] {
  return declared(file, 'source').map(declaration => ({
    name: declaration.name!.text,
    declaration,
    columns: columnsOf(file, declaration),
  }))
}

export function knownSource(file: FileContext, name: string | undefined): KnownSource | undefined {
  return knownSources(file).find(source => source.name === name)
}

export const knownEntities = (file: FileContext): EntityDeclaration[] => declared(file, 'entity')
export const knownFeatures = (file: FileContext): FeatureDeclaration[] => declared(file, 'feature')

/** The columns of the file, with what the declaration says of them. */
function columnsOf(file: FileContext, { from, columns, name }: SourceDeclaration): readonly ColumnSchema[] {
  const checked = file.workspace.sources().find(source => source.name === name?.text)?.plan
  if (checked) return checked.columns
  // Something else about the source is wrong, which must not hide its columns.
  const said = new Map<string, ColumnSchema>()
  for (const column of columns ?? []) {
    const type = { kind: column.type?.text, nullable: column.nullable, unit: column.unit?.value } as ValueType
    said.set(column.name.text, { name: column.name.text, type })
  }
  const inFile =
    from?.format && from.path
      ? file.project.columns({ format: from.format.text, path: from.path.value })
      : undefined
  const rest = (inFile ?? []).map(column => said.get(column.name) ?? column)
  return inFile ? rest : [...said.values()]
}

/** The model around an offset. */
export function modelAt(file: FileContext, offset: number): ModelDeclaration | undefined {
  return (
    declarationsOf(file.tree).findLast(
      (d): d is ModelDeclaration => d.kind === 'model' && d.node.start <= offset && offset <= d.node.end,
    ) ?? lastModelBefore(file, offset)
  )
}

/** A model whose end is missing still holds what is typed after it. */
function lastModelBefore(file: FileContext, offset: number): ModelDeclaration | undefined {
  const last = declarationsOf(file.tree).findLast(d => d.node.start <= offset)
  return last?.kind === 'model' ? last : undefined
}

/** The source that a model observes. */
export function observedBy(file: FileContext, model: ModelDeclaration | undefined): KnownSource | undefined {
  return knownSource(file, model?.observe?.source?.text)
}
