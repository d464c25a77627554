/** What a place can see of the project: the declarations by name, and what checking knows of them. */
import type { Declared, FeatureInfo, ImportableKind, SourceInfo } from '../../check/declarations.ts'
import type { ProjectFile } from '../../project.ts'
import type {
  AnyDeclaration,
  DeclarationKind,
  Expression,
  FeatureDeclaration,
  ModelDeclaration,
} from '../../syntax/ast.ts'
import type { ValueKind } from '../../types.ts'
import { type FeatureName, type Query, plain } from './query.ts'

type DeclarationOf<K extends DeclarationKind> = Extract<AnyDeclaration, { kind: K }>

export function fileOf({ project, path }: Query): ProjectFile | undefined {
  return project.file(path)
}

/** A declaration under the name that the file has for it. */
export interface Visible<K extends DeclarationKind> extends Declared<DeclarationOf<K>> {
  readonly name: string
}

/** Declarations of a kind that the file can name: its own, imported ones, those of the cells above. */
export function visible<K extends DeclarationKind>({ project, path }: Query, kind: K): readonly Visible<K>[] {
  return project.names.visible(path, kind).flatMap(name => {
    const found = project.resolve(path, kind, name) as Declared<DeclarationOf<K>> | undefined
    return found ? [{ ...found, name }] : []
  })
}

/** Declarations of a kind that the file would have to import, by file and place. */
export function importable<K extends ImportableKind>(
  { project, path }: Query,
  kind: K,
): readonly Declared<DeclarationOf<K>>[] {
  const named = new Set(project.names.visible(path, kind))
  const all: readonly Declared[] = project.all(kind)
  const found = all.filter(
    ({ declaration, path: of }) =>
      of !== path && !named.has(declaration.name!.text) && project.names.isImportable(of),
  )
  return found as unknown as readonly Declared<DeclarationOf<K>>[]
}

/** The names of the project's features: those that the file sees, then those that it would have to import. */
export function featureNames(query: Query): readonly FeatureName[] {
  const seen = visible(query, 'feature').map(({ name, declaration, path }) => ({
    name,
    declared: declaration.name!.text,
    path,
  }))
  const others: readonly Declared[] = importable(query, 'feature')
  return [
    ...seen,
    ...others.map(({ declaration, path }) => {
      const name = declaration.name!.text
      return { name, declared: name, path }
    }),
  ]
}

export function findVisible<K extends DeclarationKind>(
  { project, path }: Query,
  kind: K,
  name: string,
): Declared<DeclarationOf<K>> | undefined {
  return project.resolve(path, kind, name) as Declared<DeclarationOf<K>> | undefined
}

export function sourceNamed(query: Query, name: string): SourceInfo | undefined {
  const found = findVisible(query, 'source', name)
  return found && query.project.analyse<'source'>(found).info
}

export function featureNamed(query: Query, name: string): FeatureInfo | undefined {
  const found = findVisible(query, 'feature', name)
  return found && query.project.analyse<'feature'>(found).info
}

/** The keys of an entity whose types are known. */
export function keysOf(
  query: Query,
  entity: string | undefined,
): readonly { readonly name: string; readonly kind: ValueKind }[] {
  const found = entity === undefined ? undefined : findVisible(query, 'entity', entity)
  const keys = found ? query.project.analyse<'entity'>(found).info.keys : []
  return keys.flatMap(({ name, type: { kind } }) =>
    kind === 'unknown' || kind === 'missing' ? [] : [{ name, kind }],
  )
}

/** The declaration of the kind around the offset, by the head of its block. */
export function around<K extends DeclarationKind>(query: Query, kind: K): DeclarationOf<K> | undefined {
  const name = query.place.blocks[0]?.[1]
  return fileOf(query)?.declarations.findLast(
    (found): found is DeclarationOf<K> =>
      found.kind === kind &&
      found.node.start < query.offset &&
      name !== undefined &&
      found.name?.text === plain(name),
  )
}

export const modelAround = (query: Query): ModelDeclaration | undefined => around(query, 'model')

/** The feature whose head the offset is in, or whose items. */
export function featureAround(query: Query): FeatureDeclaration | undefined {
  return fileOf(query)?.declarations.findLast(
    (found): found is FeatureDeclaration => found.kind === 'feature' && found.node.start < query.offset,
  )
}

/** What the model around observes. */
export function observed(query: Query): SourceInfo | undefined {
  const name = modelAround(query)?.observe?.source?.text
  return name === undefined ? undefined : sourceNamed(query, name)
}

/** The names that an expression reads, functions left out. */
export function namesIn(expression: Expression | undefined): readonly string[] {
  switch (expression?.kind) {
    case 'name':
      return [expression.name.text]
    case 'column':
      return expression.column ? [expression.column.text] : []
    case 'call':
      return expression.args.flatMap(namesIn)
    case 'unary':
      return namesIn(expression.operand)
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)]
    default:
      return []
  }
}

/** Texts that declarations of the project say, each once, the most frequent first. */
export function textsOf(
  { project }: Query,
  pick: (declaration: AnyDeclaration) => readonly (string | undefined)[],
): readonly string[] {
  const counts = new Map<string, number>()
  for (const { declarations } of project.files)
    for (const declaration of declarations)
      for (const text of pick(declaration)) if (text) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([text]) => text)
}
