/** From what stands in the form to the row that is sent. */
export interface Field {
  readonly name: string
  /** bool, int, float, string, timestamp or category */
  readonly kind: string
  readonly text: string
}

/**
 * Numbers and booleans as such, the rest as text; an empty field is not sent. A number that is none is sent as it
 * was typed: the service says what it expected better than a form could.
 */
export function rowOf(fields: readonly Field[]): Record<string, unknown> {
  const filled = fields.filter(({ text }) => text.trim() !== '')
  return Object.fromEntries(filled.map(field => [field.name, valueOf(field)]))
}

function valueOf({ kind, text }: Field): unknown {
  if (kind === 'int' || kind === 'float') {
    const number = Number(text)
    return Number.isNaN(number) ? text : number
  }
  if (kind === 'bool' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
