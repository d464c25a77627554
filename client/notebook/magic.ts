/** `%%slip`, the first line by which a cell is in the model language, in every client. Knows nothing of VS Code. */

export const magic = '%%slip'

/** Whether a cell's text begins so. Blank lines before it count for nothing, as promotion reads it. */
export function hasMagic(text: string): boolean {
  return /^\s*%%slip\b/.test(text)
}

/** The model text of a cell: what follows its first line. */
export function withoutMagic(text: string): string {
  return text.replace(/^\s*%%slip\b[^\n]*\n?/, '')
}
