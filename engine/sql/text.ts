/** Safe SQL text: nothing a user named or wrote can end a string or an identifier early. */
import type { Scalar, ValueKind } from '../../language/index.ts'

/** A quoted identifier for any name. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A string literal for any text. A NUL character cannot stand in SQL text, so it is spelled `chr(0)`. */
export function quoteText(text: string): string {
  const parts = text.toWellFormed().split('\0')
  const quoted = parts.map(part => `'${part.replaceAll("'", "''")}'`)
  return quoted.length === 1 ? quoted[0]! : `(${quoted.join(' || chr(0) || ')})`
}

/** The SQL type that carries a kind of value. Every number is a DOUBLE, as it is in JavaScript and in ONNX. */
export const sqlTypes: Readonly<Record<ValueKind, string>> = {
  bool: 'BOOLEAN',
  int: 'DOUBLE',
  float: 'DOUBLE',
  string: 'VARCHAR',
  category: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  vector: 'DOUBLE[]',
}

/** A literal of a kind; numbers that are not finite count as missing. */
export function literal(kind: ValueKind, value: Scalar): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value)))
    return `CAST(NULL AS ${sqlTypes[kind]})`
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'string') return quoteText(value)
  return kind === 'timestamp' ? timestampLiteral(value) : numberLiteral(value)
}

/** With an exponent, because without one a literal would be an integer or a decimal. */
export function numberLiteral(value: number): string {
  const digits = String(Math.abs(value))
  const text = /e/.test(digits) ? digits : `${digits}e0`
  return value < 0 ? `(-${text})` : text
}

/** As people write it, in the years that have four digits. */
export function timestampLiteral(us: number): string {
  const second = new Date(Math.floor(us / 1e6) * 1000)
  const year = second.getUTCFullYear()
  if (!Number.isSafeInteger(us) || !(year >= 1000 && year <= 9999)) return `make_timestamp(${us.toFixed(0)})`
  const fraction = us - Math.floor(us / 1e6) * 1e6
  const text = second.toISOString().slice(0, 19).replace('T', ' ')
  return `TIMESTAMP '${text}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}'`
}

/** Text that no line end can break out of a comment. */
export function comment(text: string): string {
  return text.replace(/[\s\0]+/g, ' ').trim()
}

/** Every line two blanks further in; what is inside quotes stays as it is. */
export function indent(sql: string): string {
  return `  ${sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\n/g, part => (part === '\n' ? '\n  ' : part))}`
}
