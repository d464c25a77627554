/** Checks sources: where their rows are, how they are read, and which columns they have. */
import type { SourceRef } from '../host.ts'
import { normalPath } from '../paths.ts'
import type { SourceFormat, SourcePlan } from '../plan.ts'
import { quoted } from '../import-edits.ts'
import { suggest } from '../suggest.ts'
import { formatOf } from '../syntax/mistakes.ts'
import { list } from '../syntax/parse-items.ts'
import type { Name, SourceDeclaration, Text } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import { describeType } from '../type-rules.ts'
import type { ColumnSchema } from '../types.ts'
import {
  type Analysis,
  type Declared,
  type Environment,
  type SourceInfo,
  columnSymbol,
  sourceSymbol,
} from './declarations.ts'
import { Findings } from './findings.ts'
import { type Columns, checkColumns, overridesOf } from './source-columns.ts'

export { typeNames } from './typed-name.ts'

/** Formats of data that a source names itself. `from catalog` names a source that the catalog holds. */
export const formats: readonly SourceFormat[] = ['parquet', 'csv', 'json', 'arrow', 'sqlite', 'postgres']
/** What may stand after `from`. */
export const origins = [...formats, 'catalog'] as const

const isText = (format: SourceFormat): boolean => format === 'csv' || format === 'json'

export function checkSource(
  { declaration, path }: Declared<SourceDeclaration>,
  env: Environment,
): Analysis<'source'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, sourceSymbol({ name, path }))
  const context = { declaration, path, name, env, findings }
  if (declaration.from?.format?.text === 'catalog') return fromCatalog(context)
  const ref = checkFrom(context)
  if (ref) checkItems(ref.format, context)
  const found = ref && columnsOf(ref, env)
  const columns = checkColumns(declaration, { ref, found, source: { name, path }, findings })
  if (ref && !columns && !declaration.columns) reportUnreadable(ref, context)
  checkTime(context, columns)
  const time = declaration.time?.text
  const info = infoOf(context, columns, time)
  if (declaration.broken || findings.hasErrors || !ref || !columns || !name) return { info, findings }
  const plan: SourcePlan = {
    ...ref,
    ...(time !== undefined && { time }),
    knownAfterUs: declaration.knownAfter?.us ?? 0,
    columns: [...columns.values()],
  }
  return { info: { ...info, plan }, findings }
}

/**
 * The columns of the data. A file cannot be read with types for columns that it does not have: then they are those that
 * it has, so that the types can be held against them. Without a header the types are what names them.
 */
function columnsOf(ref: SourceRef, { host }: Environment): readonly ColumnSchema[] | undefined {
  const found = host.columns(ref)
  if (found || !ref.overrides || ref.text?.header === false) return found
  const { overrides: _, ...plain } = ref
  return host.columns(plain)
}

interface Context {
  readonly declaration: SourceDeclaration
  readonly path: string
  readonly name: string
  readonly env: Environment
  readonly findings: Findings
}

function infoOf(
  { declaration, path, name }: Context,
  columns: Columns | undefined,
  time: string | undefined,
): SourceInfo {
  return { declaration, path, name, columns, broken: declaration.broken, ...(time !== undefined && { time }) }
}

function checkFrom({ declaration, name, findings }: Context): SourceRef | undefined {
  const { from } = declaration
  if (!from) {
    if (!declaration.broken && declaration.name)
      findings.report('SLIP009', declaration.name.span, `The source \`${name}\` lacks \`from\`.`, {
        hint: 'Say where its rows come from, for example `from parquet "data/flights.parquet"`.',
      })
    return undefined
  }
  const format = formats.find(known => known === from.format?.text)
  if (from.format && !format)
    findings.unknownName('SLIP111', from.format, `Expected ${list(origins)}, got \`${from.format.text}\`.`, {
      among: origins,
    })
  const place = format === 'postgres' ? checkServer(from, findings) : checkFile(from, format, findings)
  if (!format || !place) return undefined
  const text = textOptions(format, declaration)
  const overrides = isText(format) ? overridesOf(declaration) : undefined
  return { name, format, ...place, ...(text && { text }), ...(overrides && { overrides }) }
}

type From = NonNullable<SourceDeclaration['from']>
type Place = Pick<SourceRef, 'path' | 'table' | 'connection'>

function checkServer({ table, connection }: From, findings: Findings): Place | undefined {
  if (!table || !connection) return undefined
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(connection.value)) {
    return checkTable(table, findings)
      ? { path: '', table: table.value, connection: connection.value }
      : undefined
  }
  const isSecret = /[:/@=]/.test(connection.value)
  findings.report(
    'SLIP323',
    connection.span,
    isSecret
      ? 'Expected the name of an environment variable, got what looks like a connection string.'
      : `Expected the name of an environment variable, got ${JSON.stringify(connection.value)}.`,
    {
      hint: 'Put the connection string into a variable of the environment and write its name: `env "ORDERS_DB"`.',
    },
  )
  return undefined
}

function checkFile(
  { path: text, table }: From,
  format: SourceFormat | undefined,
  findings: Findings,
): Place | undefined {
  const path = text && checkPath(text, findings)
  if (format === 'sqlite') {
    if (path === undefined || !table) return undefined
    return checkTable(table, findings) ? { path, table: table.value } : undefined
  }
  if (table && format)
    findings.report('SLIP320', table.span, `A ${format} file has no tables.`, {
      hint: '`table` is for `sqlite` and `postgres`.',
    })
  return path === undefined ? undefined : { path }
}

function checkTable({ value, span }: Text, findings: Findings): boolean {
  if (value.trim() !== '') return true
  findings.report('SLIP320', span, 'Expected the name of a table, got nothing.', {
    hint: 'For example `table "orders"`.',
  })
  return false
}

/** The path relative to the project's root, normalized; reported when it leaves the project. */
function checkPath({ value, span }: Text, findings: Findings): string | undefined {
  const path = normalPath(value)
  if (path === undefined)
    findings.report('SLIP315', span, `Expected a path inside the project, got ${JSON.stringify(value)}.`, {
      hint: 'Paths are relative to the folder of slipway.json.',
    })
  return path
}

function textOptions(format: SourceFormat, declaration: SourceDeclaration): SourcePlan['text'] {
  const { delimiter, header, missing } = declaration
  if (!isText(format)) return undefined
  const options = {
    ...(format === 'csv' && delimiter && { delimiter: delimiter.value }),
    ...(format === 'csv' && typeof header?.value === 'boolean' && { header: header.value }),
    ...(missing && missing.length > 0 && { missing: missing.map(({ value }) => value) }),
  }
  return Object.keys(options).length > 0 ? options : undefined
}

/** Items that go with some formats only. */
function checkItems(format: SourceFormat, { declaration, findings }: Context): void {
  const { delimiter, header, missing, columns } = declaration
  const misfit = (span: Span, item: string, owners: string): void =>
    findings.report('SLIP320', span, `\`${item}\` is for ${owners}, not for \`${format}\`.`, {
      hint: 'The file itself says it.',
    })
  if (delimiter && format !== 'csv') misfit(delimiter.span, 'delimiter', '`csv`')
  else if (delimiter && !/^[^\n\r"]$/u.test(delimiter.value))
    findings.report(
      'SLIP320',
      delimiter.span,
      `Expected one character other than a quote, got ${JSON.stringify(delimiter.value)}.`,
      { hint: 'For example `delimiter ";"`, or `delimiter "\\t"` for tabs.' },
    )
  if (header && format !== 'csv') misfit(header.span, 'header', '`csv`')
  else if (header?.value === false && !columns)
    findings.report('SLIP320', header.span, 'A file without a header needs `columns`.', {
      hint: 'Name all its columns in order: `columns { day: timestamp, amount: float }`.',
    })
  const first = missing?.[0]
  if (first && !isText(format)) misfit(first.span, 'missing', '`csv` and `json`')
}

function reportUnreadable(
  { path, table, connection, format }: SourceRef,
  { declaration, findings }: Context,
): void {
  const from = declaration.from!
  const where = connection ?? path
  const named = formatOf(path)
  const other =
    table === undefined && named !== undefined && named !== format && from.format ? named : undefined
  const what =
    table === undefined ? JSON.stringify(where) : `table ${JSON.stringify(table)} of ${JSON.stringify(where)}`
  const cure = other
    ? `Write \`from ${other}\` if that is what it is`
    : format === 'postgres'
      ? `Set ${connection} where Slipway runs`
      : format === 'sqlite'
        ? 'Put the database there'
        : 'Put the file there'
  findings.report('SLIP404', (from.connection ?? from.path)!.span, `The columns of ${what} cannot be read.`, {
    hint: `${cure}, or declare its columns with \`columns { name: type }\`. Until then columns are not checked.`,
    ...(other && { fixes: [findings.replace(from.format!.span, other, `Change to \`${other}\``)] }),
  })
}

function checkTime({ declaration, path, name, findings }: Context, columns: Columns | undefined): void {
  const { time } = declaration
  if (!time) return
  const column = columns?.get(time.text)
  findings.refer(time.span, columnSymbol({ name, path }, time.text), column?.type)
  const times = [...(columns?.values() ?? [])].filter(({ type }) => type.kind === 'timestamp')
  if (columns && !column) unknownColumn(time, { columns, source: name, findings, hint: timestampHint(times) })
  else if (column && column.type.kind !== 'timestamp')
    findings.report(
      'SLIP201',
      time.span,
      `Expected a column of type \`timestamp\`, got \`${describeType(column.type)}\`.`,
      { hint: timestampHint(times) },
    )
}

function timestampHint(times: readonly ColumnSchema[]): string | undefined {
  return times.length > 0
    ? `Columns of type timestamp: ${times.map(({ name }) => name).join(', ')}.`
    : undefined
}

/** Reports a column that the source does not have. */
export function unknownColumn(
  name: Name,
  options: { columns: Columns; source: string; findings: Findings; hint?: string | undefined },
): void {
  const { columns, source, findings, hint } = options
  findings.unknownName('SLIP102', name, `The source \`${source}\` has no column \`${name.text}\`.`, {
    among: columns.keys(),
    ...(hint !== undefined && { hint }),
  })
}

// A source that the catalog holds.

function fromCatalog(context: Context): Analysis<'source'> {
  const { declaration, name, env, findings } = context
  for (const [item, span] of saidByCatalog(declaration))
    findings.report('SLIP320', span, `The catalog says \`${item}\` of this source.`, {
      hint: `Remove \`${item}\`.`,
    })
  const held = declaration.from!.path && catalogSource(declaration.from!.path, env, findings)
  const columns = held && new Map(held.columns.map(column => [column.name, column]))
  const info = infoOf(context, columns, held?.time)
  if (!held || declaration.broken || findings.hasErrors || !name) return { info, findings }
  return { info: { ...info, plan: { ...held, name } }, findings }
}

function saidByCatalog(declaration: SourceDeclaration): readonly (readonly [string, Span])[] {
  const { from, time, knownAfter, columns, delimiter, header, missing } = declaration
  const said: readonly (readonly [string, { readonly span: Span } | undefined])[] = [
    ['table', from?.table],
    ['time', time],
    ['known after', knownAfter],
    ['columns', columns?.[0]?.name],
    ['delimiter', delimiter],
    ['header', header],
    ['missing', missing?.[0]],
  ]
  return said.flatMap(([item, found]) => (found ? [[item, found.span] as const] : []))
}

function catalogSource({ value, span }: Text, env: Environment, findings: Findings): SourcePlan | undefined {
  const { catalog } = env
  if (!catalog?.source) {
    findings.report(
      'SLIP401',
      span,
      `The catalog cannot be reached, so the source ${JSON.stringify(value)} is not checked.`,
      {
        hint: 'A model that needs the catalog trains once it can be reached.',
      },
    )
    return undefined
  }
  const found = catalog.source(value)
  if (found) return found
  const meant = suggest(value, catalog.sourceNames?.() ?? [])
  findings.report('SLIP407', span, `The catalog holds no source ${JSON.stringify(value)}.`, {
    hint:
      meant === undefined
        ? 'It holds the sources of registered features.'
        : `Did you mean ${JSON.stringify(meant)}?`,
    ...(meant !== undefined && {
      fixes: [findings.replace(span, quoted(meant), `Change to ${quoted(meant)}`)],
    }),
  })
  return undefined
}
