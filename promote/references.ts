/** What a notebook names that lies outside of it: data and model files, packages, modules of the project. */
import { posix } from 'node:path'
import type { Reference } from './lock.ts'
import { packageName, ts } from './slice/typescript.ts'
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
  return [...named, ...inSql]
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
  return specifiers
    .filter(s => !s.startsWith('.') && !s.startsWith('node:') && !s.startsWith('#'))
    .map(packageName)
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
