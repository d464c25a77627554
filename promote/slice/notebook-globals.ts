/**
 * What cells have besides Node's globals, as far as a slice needs to know: showing a value changes nothing. The stub is
 * `effects/notebook.json`; steps have a `display` that shows nothing (library/steps/display.ts).
 */

/** The package under which effect stubs know them. */
export const notebookPackage = 'notebook'

/** Any of these in a cell asks for the declarations. */
export const notebookGlobals = ['display']

/** Kinds of output that a value or a text is shown as. */
const kinds = 'html markdown svg text latex json image png jpeg gif webp bundle'.split(' ')

export const notebookGlobalsText = `
interface NotebookDisplayHandle { readonly displayId: string; update(value: unknown): Promise<void>; clear(): void }
interface NotebookDisplay {
  (value: unknown, options?: object): Promise<NotebookDisplayHandle>
${kinds.map(kind => `  ${kind}(value: unknown, options?: object): NotebookDisplayHandle`).join('\n')}
  update(displayId: string, value: unknown): void
  clear(options?: object): void
}
declare const display: NotebookDisplay
`
