/** What a notebook names that lies outside of it: data and model files, packages, modules of the project. */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Reference } from './lock.ts'
import { bare, packageName, ts } from './slice/typescript.ts'
import type { Slice } from './slice/slice.ts'
import { moduleLiteral, type LocalImport } from './write/modules.ts'

/**
 * The files that kept statements name.
 * @param workingFolder of the notebook, project-relative: paths start there but those of `slipway`'s own functions
 */
export function fileReferences(slice: Slice, workingFolder: string): readonly Reference[] {
  const fromHere = (path: string) =>
    workingFolder === '' || posix.isAbsolute(path) || /^[a-z][a-z0-9+.-]*:/i.test(path)
      ? path
      : posix.join(workingFolder, path)
  const named = slice.references.flatMap(({ kind, path, statement, package: owner }) =>
    path === undefined
      ? []
      : [{ kind, path: owner === 'slipway' ? path : fromHere(path), cell: cellOf(slice, statement) }],
  )
  const inSql = slice.statements
    .filter(s => slice.kept.has(s.index))
    .flatMap(s => filesInSql(s.node).map(path => ({ kind: 'data' as const, path, cell: s.cell })))
  const joined = joinedFeatures(slice).flatMap(({ id, cell }) =>
    id === undefined ? [] : [{ kind: 'feature' as const, path: id, cell }],
  )
  return [...named, ...inSql, ...joined]
}

/** Features that kept statements join by `catalog.join`; without an id where only running it tells which. */
export function joinedFeatures(slice: Slice): readonly { readonly id?: string; readonly cell: string }[] {
  const kept = slice.statements.filter(s => slice.kept.has(s.index))
  const constants = new Map(kept.flatMap(({ node }) => constantsOf(node)))
  return kept.flatMap(({ node, cell }) =>
    joinsIn(slice, node).flatMap(call =>
      featureIds(call.arguments[1], constants).map(id => (id === undefined ? { cell } : { id, cell })),
    ),
  )
}

function joinsIn(slice: Slice, node: ts.Node): readonly ts.CallExpression[] {
  const stub = ts.isCallExpression(node) ? slice.names.stubName(node.expression) : undefined
  const isJoin = stub?.package === 'slipway' && /(^|\.)join$/.test(stub.name)
  const found = isJoin && ts.isCallExpression(node) ? [node] : []
  ts.forEachChild(node, child => void found.push(...joinsIn(slice, child)))
  return found
}

type Constants = ReadonlyMap<string, ts.Expression>

function constantsOf(node: ts.Statement): readonly (readonly [string, ts.Expression])[] {
  if (!ts.isVariableStatement(node) || !(node.declarationList.flags & ts.NodeFlags.Const)) return []
  return node.declarationList.declarations.flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) && initializer ? [[name.text, bare(initializer)] as const] : [],
  )
}

/** `[{ feature: 'f@1', … }, …]`, written there or held by constants. */
function featureIds(node: ts.Expression | undefined, constants: Constants): readonly (string | undefined)[] {
  const list = node && resolve(node, constants)
  if (!list || !ts.isArrayLiteralExpression(list)) return [undefined]
  return list.elements.map(element => {
    const item = resolve(element, constants)
    if (!ts.isObjectLiteralExpression(item)) return undefined
    const id = item.properties.flatMap(property =>
      ts.isPropertyAssignment(property) && property.name.getText().replace(/['"]/g, '') === 'feature'
        ? [resolve(property.initializer, constants)]
        : [],
    )[0]
    return id && ts.isStringLiteralLike(id) ? id.text : undefined
  })
}

function resolve(node: ts.Expression, constants: Constants): ts.Expression {
  const plain = bare(node)
  return (ts.isIdentifier(plain) ? constants.get(plain.text) : undefined) ?? plain
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
