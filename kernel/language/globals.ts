/** What cells have besides Node's globals, as declarations for the TypeScript service. Their types are the kernel's own. */
export function globalsText(displayTypes: string): string {
  return `
/**
 * Shows a value below the cell, as the value of its last expression is shown.
 * @example
 * display(table)
 * display.html('<b>bold</b>')
 * const handle = await display(0); await handle.update(1)
 */
declare const display: import(${JSON.stringify(displayTypes.replaceAll('\\', '/'))}).Display
/**
 * Asks for a line of text and waits for it.
 * @param text what is asked
 * @param options \`password\` hides what is typed
 * @returns null when the client cannot ask, or the question was cancelled
 */
declare function prompt(text?: string, options?: { readonly password?: boolean }): string | null
`
}
