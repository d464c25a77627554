/** From what stands in the form to the row that is sent. */
export interface Field {
  readonly name: string
  /** bool, int, float, string, timestamp or category */
  readonly kind: string
  readonly text: string
  /** An empty field says that the value is missing; otherwise that the service is to look it up. */
  readonly required: boolean
}

/**
 * Numbers and booleans as such, the rest as text. A number that is none is sent as it was typed: the service says
 * what it expected better than a form could.
 */
export function rowOf(fields: readonly Field[]): Record<string, unknown> {
  const sent = fields.filter(({ text, required }) => required || text.trim() !== '')
  return Object.fromEntries(sent.map(field => [field.name, valueOf(field)]))
}

function valueOf({ kind, text }: Field): unknown {
  if (text.trim() === '') return null
  if (kind === 'int' || kind === 'float') {
    const number = Number(text)
    return Number.isNaN(number) ? text : number
  }
  if (kind === 'bool' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
