/** Checks imports: that the file is there, that it declares the name, that the name is free here and used. */
import { importEdit, quoted, removeImport } from '../import-edits.ts'
import type { NameTable } from '../names.ts'
import { baseName, folderOf, normalPath } from '../paths.ts'
import type { ProjectFile } from '../project.ts'
import { suggest } from '../suggest.ts'
import type { ImportItem, ImportedName, Text } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import type { Declared, ImportableKind } from './declarations.ts'
import { Findings, type SymbolRef } from './findings.ts'

export const importable: readonly ImportableKind[] = ['source', 'entity', 'feature']

/** What the imports of a file say: diagnostics, and what their names stand for. Unused ones apart (`unusedImports`). */
export function checkImports(file: ProjectFile, names: NameTable): Findings {
  const findings = new Findings(file.path)
  const seen = new Map<string, ImportedName>()
  for (const item of file.imports) {
    // What the syntax is at fault with, it says itself.
    if (item.broken) continue
    const from = item.from && checkFile(item.from, { file, names, findings })
    for (const imported of item.names) {
      const local = (imported.alias ?? imported.name).text
      const first = seen.get(local)
      if (first) reportTwice({ item, imported, first }, { file, findings })
      else seen.set(local, imported)
      if (from !== undefined) checkName({ item, imported, from }, { file, names, findings })
      if (!first) checkFree(imported, { file, names, findings })
    }
  }
  return findings
}

interface Context {
  readonly file: ProjectFile
  readonly names: NameTable
  readonly findings: Findings
}

/** The file that is named, normalized; undefined when there is none or nothing can be imported from it. */
function checkFile(from: Text, { file, names, findings }: Context): string | undefined {
  const path = normalPath(from.value)
  if (path === undefined) {
    findings.report(
      'SLIP315',
      from.span,
      `Expected a file of the project, got ${JSON.stringify(from.value)}.`,
      {
        hint: 'Paths are relative to the folder of slipway.json.',
      },
    )
    return undefined
  }
  if (path === file.path) {
    findings.report('SLIP119', from.span, 'A file cannot import from itself.', {
      hint: 'What a file declares, it sees without an import.',
    })
    return undefined
  }
  if (names.isImportable(path)) return path
  const meant = nearestFile(path, { file, names })
  findings.report('SLIP114', from.span, `There is no file ${JSON.stringify(path)}.`, {
    hint:
      meant === undefined
        ? 'Paths are relative to the folder of slipway.json.'
        : `Did you mean ${JSON.stringify(meant)}?`,
    ...(meant !== undefined && {
      fixes: [findings.replace(from.span, quoted(meant), `Change to ${quoted(meant)}`)],
    }),
  })
  return undefined
}

/** A path that forgot the ending or the folder, else the one that is nearest in spelling. */
function nearestFile(path: string, { file, names }: Omit<Context, 'findings'>): string | undefined {
  const files = names.paths.filter(other => other !== file.path && names.isImportable(other))
  const known = new Set(files)
  const guesses = [`${path}.slip`, folderOf(file.path) + path, `${folderOf(file.path)}${path}.slip`]
  const written = guesses.find(guess => known.has(guess))
  if (written !== undefined) return written
  const name = baseName(path)
  const sameName = files.filter(other => baseName(other) === name || baseName(other) === `${name}.slip`)
  return sameName.length === 1 ? sameName[0] : (suggest(path, files) ?? sameName[0])
}

interface Imported {
  readonly item: ImportItem
  readonly imported: ImportedName
  readonly from: string
}

function checkName({ item, imported, from }: Imported, { file, names, findings }: Context): void {
  const { name, alias } = imported
  const found = importable.flatMap(kind => names.declaredIn(from, kind, name.text) ?? [])
  for (const declared of found)
    for (const { span } of alias ? [name, alias] : [name]) findings.refer(span, symbolOf(declared))
  if (found.length > 0) return
  const model = names.declaredIn(from, 'model', name.text)
  if (model) {
    findings.report('SLIP119', name.span, `\`${name.text}\` is a model, and models are not imported.`, {
      related: [{ path: from, span: model.declaration.name!.span, message: 'The model is declared here.' }],
      fixes: [removeImport(file, item, imported)],
    })
    return
  }
  const there = names.own(from).flatMap(({ kind, name: own }) => (kind === 'model' ? [] : own!.text))
  const meant = suggest(name.text, there)
  const others = importable.flatMap(kind => names.elsewhere(file.path, kind, name.text))
  const other = others.find(path => path !== from)
  const hint = meant
    ? `Did you mean \`${meant}\`?`
    : other !== undefined
      ? `${JSON.stringify(other)} declares it.`
      : there.length > 0
        ? `It declares ${there.slice(0, 10).join(', ')}.`
        : undefined
  const fixes = [
    ...(meant ? [findings.replace(name.span, writeName(meant), `Change to \`${meant}\``)] : []),
    ...(meant || other === undefined || alias ? [] : [moveImport({ item, imported, from: other }, file)]),
  ]
  findings.report('SLIP115', name.span, `${JSON.stringify(from)} declares no \`${name.text}\`.`, {
    ...(hint !== undefined && { hint }),
    ...(fixes.length > 0 && { fixes }),
  })
}

/** Imports the name from the file that declares it instead. */
function moveImport({ item, imported, from }: Imported, file: ProjectFile) {
  const name = imported.name.text
  const rest = file.imports.filter(other => other !== item || item.names.length > 1)
  const { title, edits } = importEdit({ ...file, imports: rest }, { from, name })
  if (
    item.names.length === 1 &&
    item.from &&
    !rest.some(other => other.from && normalPath(other.from.value) === from)
  )
    return { title, edits: [{ path: file.path, span: item.from.span, text: quoted(from) }] }
  return { title, edits: [...removeImport(file, item, imported).edits, ...edits] }
}

function symbolOf({ declaration, path }: Declared): SymbolRef {
  const { kind, name } = declaration
  return { kind, name: name!.text, ...(kind !== 'feature' && kind !== 'model' && { path }) }
}

function reportTwice(
  { item, imported, first }: { item: ImportItem; imported: ImportedName; first: ImportedName },
  { file, findings }: Omit<Context, 'names'>,
): void {
  const { text, span } = imported.alias ?? imported.name
  findings.report('SLIP109', span, `\`${text}\` is imported already.`, {
    related: [
      { path: file.path, span: (first.alias ?? first.name).span, message: 'The first import is here.' },
    ],
    fixes: [removeImport(file, item, imported)],
  })
}

/** A name that is imported and declared here would mean two things. */
function checkFree({ name, alias }: ImportedName, { file, names, findings }: Context): void {
  const local = alias ?? name
  const own = importable.flatMap(kind => names.declaredIn(file.path, kind, local.text) ?? [])[0]
  const imported = names.importsOf(file.path).get(local.text)
  const clashes = own && imported && names.declaredIn(imported.path, own.declaration.kind, imported.name)
  // Features of one name are reported where the second is declared.
  if (!own || !clashes || (own.declaration.kind === 'feature' && !alias)) return
  findings.report('SLIP109', local.span, `This file declares \`${local.text}\` itself.`, {
    hint: `Import it by another name: \`${writeName(name.text)} as …\`.`,
    related: [{ path: file.path, span: own.declaration.name!.span, message: 'The declaration is here.' }],
  })
}

/** Names that are imported and that nothing in the file uses. */
export function unusedImports(file: ProjectFile, names: NameTable): Findings {
  const findings = new Findings(file.path)
  const known = names.importsOf(file.path)
  for (const item of file.imports.filter(({ broken }) => !broken))
    for (const imported of item.names) {
      const { text, span } = imported.alias ?? imported.name
      const target = known.get(text)
      const found = target && importable.some(kind => names.declaredIn(target.path, kind, target.name))
      const isOwn = importable.some(kind => names.declaredIn(file.path, kind, text))
      if (!found || isOwn || names.isMentionedIn(file.path, text) || isInBrokenText(file, item, text))
        continue
      findings.report('SLIP117', span, `Nothing in this file uses \`${text}\`.`, {
        fixes: [removeImport(file, item, imported)],
      })
    }
  return findings
}

/** What the syntax is at fault with may be a use. */
function isInBrokenText({ tree }: ProjectFile, { node }: ImportItem, text: string): boolean {
  if (tree.diagnostics.length === 0) return false
  const outside = tree.text.slice(0, node.start) + tree.text.slice(node.end)
  return outside.includes(text)
}
