/** Names and text inside SQL. Pure. */

/** `"a ""quoted"" name"` */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `'it''s'`. A text with a NUL character has no literal (`hasNul`). */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function hasNul(text: string): boolean {
  return text.includes('\0')
}
