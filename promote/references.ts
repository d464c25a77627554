/** What a notebook names that lies outside of it: data and model files, packages, modules of the project. */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { possibleElements, possibleProperty, possibleTexts } from './constants.ts'
import type { Sources } from './uses.ts'
import type { Reference } from './lock.ts'
import { packageName, ts } from './slice/typescript.ts'
import type { Slice } from './slice/slice.ts'
import { moduleLiteral, type LocalImport } from './write/modules.ts'

/**
 * The files that kept statements name, and the features that they join.
 * @param workingFolder of the notebook, project-relative: paths start there but those of `slipway`'s own functions
 */
export function fileReferences(slice: Slice, workingFolder: string): readonly Reference[] {
  const fromHere = (path: string) =>
    workingFolder === '' || posix.isAbsolute(path) || /^[a-z][a-z0-9+.-]*:/i.test(path)
      ? path
      : posix.join(workingFolder, path)
  const named = slice.references.flatMap((reference): readonly Reference[] => {
    const { kind, statement, package: owner } = reference
    const paths = pathsOf(slice, reference)
    if (!paths) return kind === 'model' ? [{ kind: 'models', path: '', cell: cellOf(slice, statement) }] : []
    return paths.map(path => ({
      kind,
      path: owner === 'slipway' ? path : fromHere(path),
      cell: cellOf(slice, statement),
      ...(reference.path === undefined || isWrittenBefore(slice, path, statement)
        ? { isPossible: true }
        : {}),
    }))
  })
  const inSql = placesOf(slice).flatMap(({ node, cell, isModule }) =>
    filesInSql(node).map(path => ({
      kind: 'data' as const,
      path,
      cell,
      ...(isModule ? { isPossible: true } : {}),
    })),
  )
  const joined = joinedFeatures(slice).flatMap(({ id, cell }) =>
    id === undefined ? [] : [{ kind: 'feature' as const, path: id, cell }],
  )
  return [...named, ...inSql, ...joined]
}

/** Whether the pipeline itself makes the file: nothing need be there before. */
function isWrittenBefore({ outsideUses, kept }: Slice, path: string, reader: number): boolean {
  return outsideUses.some(
    use => use.isWrite && use.path === path && use.statement <= reader && kept.has(use.statement),
  )
}

/** The path that a reference names, or those that it may name; undefined where only running it tells which. */
export function pathsOf(
  slice: Slice,
  { path, argument }: Slice['references'][number],
): readonly string[] | undefined {
  if (path !== undefined) return [path]
  return argument && possibleTexts(sourcesOf(slice), argument)
}

/** Names of variables that say which file is read: another value of theirs would be another file. */
export function pathVariables(slice: Slice): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { argument } of slice.references)
    if (argument) {
      const own = new Set<string>()
      if (possibleTexts({ ...sourcesOf(slice), names: own }, argument))
        for (const name of own) names.add(name)
    }
  return names
}

function sourcesOf({ program }: Slice): Sources {
  const modules = [...program.modules.values()]
  return { checker: program.checker, files: [...program.runs, ...modules].map(({ file }) => file) }
}

interface Place {
  readonly node: ts.Node
  readonly cell: string
  /** A whole file of the author's own, of which the pipeline need not use all. */
  readonly isModule: boolean
}

/** Kept statements, and the files that they import. */
function placesOf(slice: Slice): readonly Place[] {
  const kept = slice.statements.filter(s => slice.kept.has(s.index))
  const modules = slice.modules.flatMap(({ path }) => slice.program.modules.get(path)?.file ?? [])
  const cell = kept[0]?.cell ?? ''
  return [
    ...kept.map(s => ({ node: s.node, cell: s.cell, isModule: false })),
    ...modules.map(node => ({ node, cell, isModule: true })),
  ]
}

/** Features that are joined by `catalog.join`; without an id where only running it tells which. */
export function joinedFeatures(slice: Slice): readonly { readonly id?: string; readonly cell: string }[] {
  return placesOf(slice).flatMap(({ node, cell }) =>
    joinsIn(slice, node).flatMap(call => {
      const ids = featureIds(sourcesOf(slice), call.arguments[1])
      return ids ? ids.map(id => ({ id, cell })) : [{ cell }]
    }),
  )
}

function joinsIn(slice: Slice, node: ts.Node): readonly ts.CallExpression[] {
  const stub = ts.isCallExpression(node) ? slice.names.stubName(node.expression) : undefined
  const isJoin = stub?.package === 'slipway' && /(^|\.)join$/.test(stub.name)
  const found = isJoin && ts.isCallExpression(node) ? [node] : []
  ts.forEachChild(node, child => void found.push(...joinsIn(slice, child)))
  return found
}

/** `[{ feature: 'f@1', … }, …]`, written there or held by constants. */
function featureIds(sources: Sources, node: ts.Expression | undefined): readonly string[] | undefined {
  const ids = (node && possibleElements(sources, node))?.map(item =>
    possibleProperty(sources, item, 'feature'),
  )
  return ids?.every(id => id !== undefined) ? ids.flat() : undefined
}

function cellOf(slice: Slice, statement: number): string {
  return slice.statements[statement]?.cell ?? ''
}

/** Files that a query names in its text. */
function filesInSql(node: ts.Node): readonly string[] {
  const own =
    ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'sql'
      ? [...node.template.getText().matchAll(/\b(?:from|join|read_\w+\s*\()\s*'([^'$]+)'/gi)].map(
          m => m[1] as string,
        )
      : []
  const inner: string[] = []
  ts.forEachChild(node, child => void inner.push(...filesInSql(child)))
  return [...own, ...inner]
}

/** Packages that files of the pipeline import. */
export function packagesIn(files: Readonly<Record<string, string>>): readonly string[] {
  const specifiers = Object.entries(files).flatMap(([path, text]) =>
    /\.[cm]?[jt]sx?$/.test(path)
      ? ts.preProcessFile(text, true, true).importedFiles.map(file => file.fileName)
      : [],
  )
  return specifiers.filter(s => !s.startsWith('.') && !isBuiltin(s) && !s.startsWith('#')).map(packageName)
}

/** Modules that kept statements import and that may be files of the project. Only those whose names are used. */
export function moduleImports(slice: Slice): readonly LocalImport[] {
  const kept = slice.statements.filter(s => slice.kept.has(s.index))
  return kept.flatMap(({ node, cell, declares }) => {
    const isUnused =
      ts.isImportDeclaration(node) &&
      node.importClause !== undefined &&
      !declares.some(name => kept.some(other => other.mentions.has(name)))
    return isUnused ? [] : specifiersIn(node).map(specifier => ({ specifier, cell }))
  })
}

function specifiersIn(node: ts.Node): readonly string[] {
  const literal = moduleLiteral(node)
  const found = literal && !literal.text.startsWith('node:') ? [literal.text] : []
  ts.forEachChild(node, child => void found.push(...specifiersIn(child)))
  return found
}
