/** The declarations of a project by name, with what the analysis knows of them. */
import type { ColumnSchema, ValueType } from '../../language/index.ts'
import type {
  AnyDeclaration,
  DeclarationKind,
  ModelDeclaration,
  SourceDeclaration,
} from '../../language/syntax/ast.ts'
import { declarationsOf } from '../../language/syntax/lower.ts'
import type { FileContext } from '../core/context.ts'

type DeclarationOf<K extends DeclarationKind> = Extract<AnyDeclaration, { kind: K }>

/** The declaration that has the name, found without looking at any file but its own. */
export function declared<K extends DeclarationKind>(
  file: FileContext,
  kind: K,
  name: string | undefined,
): DeclarationOf<K> | undefined {
  const { workspace } = file
  const all = {
    source: workspace.sources,
    entity: workspace.entities,
    feature: workspace.features,
    model: workspace.models,
  }
  const place = all[kind]().find(symbol => symbol.name === name)
  const tree = place && workspace.tree(place.path)
  if (!tree) return undefined
  return declarationsOf(tree).find(
    (found): found is DeclarationOf<K> => found.kind === kind && found.name?.span.start === place.span.start,
  )
}

export interface KnownSource {
  readonly name: string
  readonly declaration: SourceDeclaration
  /** Empty when they cannot be read. */
  readonly columns: readonly ColumnSchema[]
}

export function knownSource(file: FileContext, name: string | undefined): KnownSource | undefined {
  const declaration = declared(file, 'source', name)
  return declaration && { name: name!, declaration, columns: columnsOf(file, declaration) }
}

function columnsOf(file: FileContext, { from, columns, name }: SourceDeclaration): readonly ColumnSchema[] {
  const checked = file.workspace.sources().find(source => source.name === name?.text)?.plan
  if (checked) return checked.columns
  // Something else about the source is wrong, which must not hide its columns.
  const inFile =
    from?.format && from.path
      ? file.project.columns({ format: from.format.text, path: from.path.value })
      : undefined
  const said = (columns ?? []).map(column => ({
    name: column.name.text,
    type: { kind: column.type?.text, nullable: column.nullable, unit: column.unit?.value } as ValueType,
  }))
  return inFile ? inFile.map(column => said.find(({ name: n }) => n === column.name) ?? column) : said
}

/** The model around an offset; a model whose end is missing still holds what is typed after it. */
export function modelAt(file: FileContext, offset: number): ModelDeclaration | undefined {
  const last = declarationsOf(file.tree).findLast(declaration => declaration.node.start <= offset)
  return last?.kind === 'model' ? last : undefined
}
