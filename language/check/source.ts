/** Checks sources and entities: their columns come from the file, from the text, or from both. */
import type { SourceRef } from '../host.ts'
import type { SourcePlan } from '../plan.ts'
import { list } from '../syntax/parse-items.ts'
import type { Name, SourceDeclaration, EntityDeclaration, Text, TypedName } from '../syntax/ast.ts'
import { type Type, unknownType, valueType } from '../type-rules.ts'
import type { ColumnSchema, ScalarKind, ValueType } from '../types.ts'
import type { Analysis, Declared, Environment } from './declarations.ts'
import { Findings } from './findings.ts'

export const formats: readonly SourcePlan['format'][] = ['parquet', 'csv', 'json', 'arrow']
export const typeNames: readonly ScalarKind[] = ['bool', 'int', 'float', 'string', 'timestamp', 'category']

type Columns = ReadonlyMap<string, ColumnSchema>

export function checkSource(
  { declaration, path }: Declared<SourceDeclaration>,
  env: Environment,
): Analysis<'source'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, { kind: 'source', name })
  const file = checkFrom(declaration, { name, findings })
  const fileColumns = file && env.host.columns(file)
  const columns = checkColumns(declaration, { file, fileColumns, name, findings })
  if (file && !columns && !declaration.columns)
    findings.report(
      'SLIP404',
      declaration.from!.path!.span,
      `The columns of ${JSON.stringify(file.path)} cannot be read.`,
      {
        hint: 'Put the file there, or declare its columns with `columns { name: type }`. Until then columns are not checked.',
      },
    )
  checkTime(declaration, { columns, name, findings })
  const info = { declaration, path, name, columns, time: declaration.time?.text }
  if (declaration.broken || findings.hasErrors || !file || !columns || !name) return { info, findings }
  const plan: SourcePlan = {
    name,
    format: file.format,
    path: file.path,
    ...(info.time !== undefined && { time: info.time }),
    knownAfterUs: declaration.knownAfter?.us ?? 0,
    columns: [...columns.values()],
  }
  return { info: { ...info, plan }, findings }
}

interface Context {
  readonly name: string
  readonly findings: Findings
}

function checkFrom(declaration: SourceDeclaration, { name, findings }: Context): SourceRef | undefined {
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
    findings.unknownName('SLIP111', from.format, `Expected ${list(formats)}, got \`${from.format.text}\`.`, {
      among: formats,
    })
  const path = from.path && checkPath(from.path, findings)
  return format && path !== undefined ? { name, format, path } : undefined
}

/** The path relative to the project's root, normalized; reported when it leaves the project. */
function checkPath({ value, span }: Text, findings: Findings): string | undefined {
  const parts: string[] = []
  let leaves = value.startsWith('/') || /^[a-zA-Z]:/.test(value)
  for (const part of value.replaceAll('\\', '/').split('/')) {
    if (part === '..') leaves ||= parts.pop() === undefined
    else if (part !== '.' && part !== '') parts.push(part)
  }
  if (!leaves && parts.length > 0) return parts.join('/')
  findings.report('SLIP315', span, `Expected a path inside the project, got ${JSON.stringify(value)}.`, {
    hint: 'Paths are relative to the folder of slipway.json.',
  })
  return undefined
}

interface ColumnsContext extends Context {
  readonly file: SourceRef | undefined
  readonly fileColumns: readonly ColumnSchema[] | undefined
}

function checkColumns(declaration: SourceDeclaration, context: ColumnsContext): Columns | undefined {
  const { fileColumns, findings, name } = context
  const known = fileColumns && new Map(fileColumns.map(column => [column.name, column]))
  if (!declaration.columns) return known
  // Without a file, one unreadable declaration leaves open what the columns are.
  if (!known && declaration.columns.some(({ type }) => !typeNames.some(name => name === type?.text))) {
    for (const column of declaration.columns) checkType(column, findings)
    return undefined
  }
  const merged = new Map(known)
  const seen = new Set<string>()
  for (const declared of declaration.columns) {
    const { text, span } = declared.name
    if (seen.has(text)) findings.report('SLIP109', span, `The column \`${text}\` is declared twice.`)
    seen.add(text)
    const type = checkType(declared, findings)
    findings.define(span, { kind: 'column', name: text, container: name }, type)
    const inFile = known?.get(text)
    if (known && !inFile)
      findings.unknownName('SLIP102', declared.name, `The file has no column \`${text}\`.`, {
        among: known.keys(),
      })
    else if (inFile && type && !readsAs(inFile.type, type))
      findings.report(
        'SLIP201',
        declared.type!.span,
        `Expected \`${inFile.type.kind}\` as in the file, got \`${type.kind}\`.`,
      )
    else if (type) merged.set(text, { name: text, type: inFile ? keepMissing(inFile.type, type) : type })
  }
  return merged
}

/** A column that may be missing in the file may be missing, whatever the text says of it. */
function keepMissing(inFile: ValueType, declared: ValueType): ValueType {
  return { ...declared, nullable: declared.nullable || inFile.nullable }
}

/** Whether a column of the file can be taken for the declared type as it is. */
function readsAs(inFile: ValueType, declared: ValueType): boolean {
  if (inFile.kind === declared.kind) return true
  return ['int float', 'string category', 'category string'].includes(`${inFile.kind} ${declared.kind}`)
}

function checkType({ type, nullable, unit }: TypedName, findings: Findings): ValueType | undefined {
  if (!type) return undefined
  const kind = typeNames.find(known => known === type.text)
  if (!kind) {
    findings.unknownName('SLIP110', type, `Expected ${list(typeNames)}, got \`${type.text}\`.`, {
      among: typeNames,
    })
    return undefined
  }
  return { kind, nullable, ...(unit && { unit: unit.value }) }
}

function checkTime(
  declaration: SourceDeclaration,
  { columns, name, findings }: Context & { columns?: Columns },
): void {
  const { time } = declaration
  if (!time) return
  const column = columns?.get(time.text)
  findings.refer(time.span, { kind: 'column', name: time.text, container: name }, column?.type)
  if (columns && !column) unknownColumn(time, { columns, source: name, findings })
  else if (column && column.type.kind !== 'timestamp')
    findings.report(
      'SLIP201',
      time.span,
      `Expected a column of type \`timestamp\`, got \`${column.type.kind}\`.`,
      {
        hint: [...columns!.values()].some(c => c.type.kind === 'timestamp')
          ? timestampHint(columns!)
          : undefined,
      },
    )
}

function timestampHint(columns: Columns): string {
  const names = [...columns.values()]
    .filter(column => column.type.kind === 'timestamp')
    .map(column => column.name)
  return `Columns of type timestamp: ${names.join(', ')}.`
}

/** Reports a column that the source does not have. */
export function unknownColumn(
  name: Name,
  {
    columns,
    source,
    findings,
    hint,
  }: { columns: Columns; source: string; findings: Findings; hint?: string },
): void {
  findings.unknownName('SLIP102', name, `The source \`${source}\` has no column \`${name.text}\`.`, {
    among: columns.keys(),
    hint,
  })
}

export function checkEntity({ declaration, path }: Declared<EntityDeclaration>): Analysis<'entity'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, { kind: 'entity', name })
  const keys = declaration.keys.map(key => ({ name: key.name.text, type: checkKey(key, findings) }))
  const names = new Set(keys.map(key => key.name))
  reportRepeated(
    declaration.keys.map(key => key.name),
    findings,
  )
  const distinct = [...names].map(text => keys.find(key => key.name === text)!)
  const info = { declaration, path, name, keys: distinct }
  if (declaration.broken || findings.hasErrors) return { info, findings }
  const columns = keys.map(key => ({ name: key.name, type: valueType(key.type)! }))
  const { doc } = declaration
  return { info: { ...info, plan: { name, keys: columns, ...(doc !== undefined && { doc }) } }, findings }
}

const keyKinds: readonly ScalarKind[] = ['int', 'string', 'category', 'bool', 'timestamp']

function checkKey(key: TypedName, findings: Findings): Type {
  const type = checkType(key, findings)
  if (!type) return unknownType
  if (keyKinds.includes(type.kind)) return type
  findings.report('SLIP201', key.type!.span, `Expected ${list(keyKinds)} for a key, got \`${type.kind}\`.`)
  return unknownType
}

function reportRepeated(names: readonly Name[], findings: Findings): void {
  const seen = new Set<string>()
  for (const { text, span } of names) {
    if (seen.has(text)) findings.report('SLIP109', span, `The key \`${text}\` is declared twice.`)
    seen.add(text)
  }
}
