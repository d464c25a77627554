/** Small pieces of Markdown that hovers and the documentation of suggestions are made of. */

export function code(text: string): string {
  return '```slipway\n' + text + '\n```'
}

/** The parts that there are, as paragraphs. */
export function join(...parts: readonly (string | false | undefined)[]): string | undefined {
  return parts.filter(Boolean).join('\n\n') || undefined
}

/** The parts that there are, in one line. */
export function inline(...parts: readonly (string | false | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(' · ') || undefined
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** How many rows there are that are not shown. */
  readonly more?: number
}

export function table({ head, rows, more = 0 }: Table): string | undefined {
  if (rows.length === 0) return undefined
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`
  const body = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  return more > 0 ? `${body}\n\n… and ${more} more` : body
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replace(/[\r\n]+/g, ' ')

/** Text of the data or of a user, which Markdown must not read as anything else. */
export function plainText(text: string): string {
  return '`' + text.replaceAll('`', 'ˋ').replace(/[\r\n]+/g, ' ') + '`'
}
