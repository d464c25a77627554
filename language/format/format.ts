/** Formats a text: see layout.ts for what is canonical. */
export function format(text: string): string {
  return text
}
