/** The columns of a relation in the language's types. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSchema, ScalarKind, ValueType } from '../../language/index.ts'
import { quoteName } from '../sql/text.ts'
import { select, type QueryOptions } from './query.ts'

export interface DescribeOptions extends QueryOptions {
  /** Whether lists of numbers are looked at for their length, which reads their columns. Default true. */
  readonly measureLists?: boolean
}

/**
 * Lists of numbers that all have one length are vectors of that size; those of several lengths are text. Not measured,
 * they are vectors without a size.
 * @param relation SQL text that can stand after FROM
 */
export async function describeRelation(
  connection: DuckDBConnection,
  relation: string,
  options: DescribeOptions = {},
): Promise<readonly ColumnSchema[]> {
  const rows = await select(connection, `DESCRIBE SELECT * FROM ${relation}`, options)
  const columns = rows.map(row => ({
    name: String(row['column_name']),
    type: typeOfSqlType(String(row['column_type'])),
  }))
  const lists = columns.filter(({ type }) => type.kind === 'vector' && type.size === undefined)
  if (lists.length === 0 || options.measureLists === false) return columns
  const sizes = await listSizes(connection, relation, lists, options)
  return columns.map(({ name, type }) => {
    if (!sizes.has(name)) return { name, type }
    const size = sizes.get(name)
    return { name, type: size === undefined ? { kind: 'string', nullable: true } : { ...type, size } }
  })
}

/** The one length of every list; undefined where there are several or none. */
async function listSizes(
  connection: DuckDBConnection,
  relation: string,
  lists: readonly ColumnSchema[],
  options: QueryOptions,
): Promise<ReadonlyMap<string, number | undefined>> {
  const measured = lists.flatMap(({ name }) => [
    `min(len(${quoteName(name)}))`,
    `max(len(${quoteName(name)}))`,
  ])
  const aliased = measured.map((sql, i) => `${sql} AS m${i}`)
  const [row] = await select(connection, `SELECT ${aliased.join(', ')} FROM ${relation}`, options)
  return new Map(
    lists.map(({ name }, i) => {
      const [least, greatest] = [Number(row![`m${2 * i}`]), Number(row![`m${2 * i + 1}`])]
      return [name, least === greatest && least > 0 ? least : undefined]
    }),
  )
}

const whole = String.raw`U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)`
const number = String.raw`(?:${whole}|FLOAT|DOUBLE|DECIMAL(?:\(.*\))?)`
const vectorPattern = new RegExp(String.raw`^${number}\[(\d*)\]$`)

/** The type that carries a database type; what has none of its own is text. A list of numbers has no size yet. */
export function typeOfSqlType(sqlType: string): ValueType {
  const vector = vectorPattern.exec(sqlType)
  if (!vector) return { kind: kindOfSqlType(sqlType), nullable: true }
  const size = vector[1] === '' ? undefined : Number(vector[1])
  return { kind: 'vector', nullable: true, ...(size !== undefined && { size }) }
}

/** The kind that carries a scalar database type; what has no kind of its own is text. */
export function kindOfSqlType(sqlType: string): ScalarKind {
  if (sqlType === 'BOOLEAN') return 'bool'
  if (new RegExp(`^${whole}$`).test(sqlType)) return 'int'
  if (/^(FLOAT|DOUBLE|DECIMAL(\(.*\))?)$/.test(sqlType)) return 'float'
  if (/^(DATE|TIMESTAMP.*)$/.test(sqlType)) return 'timestamp'
  return 'string'
}
