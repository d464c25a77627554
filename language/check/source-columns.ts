/** The columns of a source: what its data has, what the text declares, and how the two go together. */
import type { SourceRef } from '../host.ts'
import type { SourcePlan } from '../plan.ts'
import type { SourceDeclaration, TypedName } from '../syntax/ast.ts'
import { describeType } from '../type-rules.ts'
import type { ColumnSchema, ScalarKind, ValueType } from '../types.ts'
import { type SourceInfo, columnSymbol } from './declarations.ts'
import type { Findings } from './findings.ts'
import { checkType, typeNames } from './typed-name.ts'

export type Columns = ReadonlyMap<string, ColumnSchema>

interface Context {
  /** Undefined when `from` is wrong. */
  readonly ref: SourceRef | undefined
  /** The columns of the data; undefined when they cannot be read. */
  readonly found: readonly ColumnSchema[] | undefined
  readonly source: Pick<SourceInfo, 'name' | 'path'>
  readonly findings: Findings
}

/** Types that the text gives to columns of a text format, in the order of the text. */
export function overridesOf({ columns }: SourceDeclaration): SourcePlan['overrides'] {
  const overrides: Record<string, { kind: ScalarKind; format?: string }> = {}
  for (const { name, type, format } of columns ?? []) {
    const kind = typeNames.find(known => known === type?.text)
    if (kind === undefined || kind === 'vector') continue
    const isTime = kind === 'timestamp' && format
    overrides[name.text] = { kind, ...(isTime && { format: format.value }) }
  }
  return Object.keys(overrides).length > 0 ? overrides : undefined
}

/** The columns of the source; undefined when nothing is known about them. */
export function checkColumns(declaration: SourceDeclaration, context: Context): Columns | undefined {
  const { found, ref, findings } = context
  const known = found && new Map(found.map(column => [column.name, column]))
  const { columns } = declaration
  if (!columns) return known
  const types = columns.map(column => checkType(column, findings))
  columns.forEach(column => checkFormat(column, context))
  reportRepeated(columns, findings)
  columns.forEach(({ name }, i) =>
    findings.define(name.span, columnSymbol(context.source, name.text), types[i]),
  )
  if (ref?.format === 'csv' && declaration.header?.value === false)
    return withoutHeader(columns, types, context)
  // Without the data, one unreadable type leaves open what the columns are.
  if (!known && types.includes(undefined)) return undefined
  const merged = new Map<string, ColumnSchema>(known)
  columns.forEach((column, i) => {
    const type = merge(column, types[i], { ...context, known })
    if (type) merged.set(column.name.text, { name: column.name.text, type })
  })
  return merged
}

function reportRepeated(columns: readonly TypedName[], findings: Findings): void {
  const seen = new Map<string, TypedName>()
  for (const column of columns) {
    const { text, span } = column.name
    const first = seen.get(text)
    if (first)
      findings.report('SLIP109', span, `The column \`${text}\` is declared twice.`, {
        related: [{ path: findings.path, span: first.name.span, message: 'The first one is here.' }],
      })
    else seen.set(text, column)
  }
}

/** The declared columns are the file's, one after the other. */
function withoutHeader(
  columns: readonly TypedName[],
  types: readonly (ValueType | undefined)[],
  { found, findings }: Context,
): Columns | undefined {
  if (found && found.length !== columns.length) {
    const span = { start: columns[0]?.name.span.start ?? 0, end: columns.at(-1)?.name.span.end ?? 0 }
    const message = `Expected names for all ${found.length} columns of the file, got ${columns.length}.`
    findings.report('SLIP320', span, message, { hint: 'Without a header, columns are named by their order.' })
  }
  if (types.includes(undefined)) return undefined
  for (const [i, type] of types.entries()) if (type!.kind === 'vector') reportVector(columns[i]!, findings)
  return new Map(
    columns.map(({ name }, i) => {
      const inFile = found?.length === columns.length ? found[i]!.type : undefined
      return [name.text, { name: name.text, type: keepMissing(inFile, types[i]!) }]
    }),
  )
}

/** The type of a declared column; undefined when it does not go with the data. */
function merge(
  { name, type: word }: TypedName,
  declared: ValueType | undefined,
  { known, ref, findings }: Context & { readonly known: Columns | undefined },
): ValueType | undefined {
  const inFile = known?.get(name.text)
  if (known && !inFile) {
    const what = ref?.table === undefined ? 'file' : 'table'
    findings.unknownName('SLIP102', name, `The ${what} has no column \`${name.text}\`.`, {
      among: known.keys(),
    })
    return undefined
  }
  if (!declared) return inFile?.type
  if (declared.kind === 'vector' && ref?.format === 'csv') {
    reportVector({ name, type: word, nullable: false }, findings)
    return undefined
  }
  if (inFile && !readsAs(inFile.type, declared, ref)) {
    const got = `\`${describeType({ ...declared, nullable: false })}\``
    const kind = describeType({ ...inFile.type, nullable: false })
    const change =
      inFile.type.kind === 'vector' ? [] : [findings.replace(word!.span, kind, `Change to \`${kind}\``)]
    findings.report('SLIP201', word!.span, `Expected \`${kind}\` as in the data, got ${got}.`, {
      ...(change.length > 0 && { fixes: change }),
    })
    return undefined
  }
  return keepMissing(inFile?.type, declared)
}

function reportVector(
  { name, type }: Pick<TypedName, 'name' | 'type' | 'nullable'>,
  findings: Findings,
): void {
  findings.report('SLIP320', (type ?? name).span, 'A csv file holds no vectors.', {
    hint: 'Keep them in a parquet, json or arrow file.',
  })
}

/** A column that may be missing in the data may be missing, whatever the text says of it. */
function keepMissing(inFile: ValueType | undefined, declared: ValueType): ValueType {
  return { ...declared, nullable: declared.nullable || (inFile?.nullable ?? false) }
}

/** Whether a column of the data can be taken for the declared type; one of a text format is read as declared. */
function readsAs(inFile: ValueType, declared: ValueType, ref: SourceRef | undefined): boolean {
  if (declared.kind === 'vector')
    return inFile.kind === 'vector' && (inFile.size === undefined || inFile.size === declared.size)
  if (inFile.kind === declared.kind) return true
  if (inFile.kind === 'vector') return false
  if (ref?.format === 'csv' || ref?.format === 'json') return true
  return ['int float', 'string category', 'category string'].includes(`${inFile.kind} ${declared.kind}`)
}

/** `format` says how a text file writes a timestamp. */
function checkFormat({ format, type }: TypedName, { ref, findings }: Context): void {
  if (!format) return
  if (ref && ref.format !== 'csv' && ref.format !== 'json')
    return findings.report(
      'SLIP320',
      format.span,
      `\`format\` is for \`csv\` and \`json\`, not for \`${ref.format}\`.`,
      {
        hint: 'The data itself says it.',
      },
    )
  if (type && type.text !== 'timestamp' && typeNames.some(name => name === type.text))
    return findings.report('SLIP320', format.span, `\`format\` is for timestamps, not for \`${type.text}\`.`)
  const wrong = wrongDirective(format.value)
  if (wrong !== undefined)
    findings.report('SLIP320', format.span, wrong, {
      hint: 'For example "%Y-%m-%d %H:%M" for 2001-05-01 07:10, "%d/%m/%Y" for 01/05/2001.',
    })
}

const directives = 'aAbBdjmyYHIpMSfgzZUWuwV-%GxXcn'

function wrongDirective(format: string): string | undefined {
  const found = [...format.matchAll(/%(.?)/gs)].map(match => match[1]!)
  const unknown = found.find(letter => letter === '' || !directives.includes(letter))
  if (unknown !== undefined) return `Expected a directive of strptime after \`%\`, got \`%${unknown}\`.`
  if (found.every(letter => letter === '%'))
    return `Expected a pattern with directives, got ${JSON.stringify(format)}.`
  return undefined
}
