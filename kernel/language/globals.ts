/** What cells have besides Node's globals, as declarations for the TypeScript service. */
export const cellGlobals = `
interface SlipwayDisplayOptions {
  /** Under which the output can be replaced. */
  readonly displayId?: string
  /** Replaces what was shown under the same displayId. */
  readonly update?: boolean
  readonly metadata?: Readonly<Record<string, unknown>>
}
interface SlipwayDisplayHandle {
  /** Shows another value in the same place. */
  update(value: unknown): Promise<void>
}
interface SlipwayDisplay {
  /** Shows a value as the last expression of a cell would be shown. */
  (value: unknown, options?: SlipwayDisplayOptions): Promise<SlipwayDisplayHandle>
  html(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  markdown(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  latex(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  svg(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  text(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  json(value: unknown, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** Bytes, or their base64. */
  png(image: Uint8Array | string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  jpeg(image: Uint8Array | string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** Any MIME bundle. */
  bundle(bundle: Readonly<Record<string, unknown>>, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** Removes the outputs of this cell: now, or (wait) when the next one comes. */
  clear(options?: { readonly wait?: boolean }): void
}
/** Shows values below the cell. */
declare const display: SlipwayDisplay
/** Asks for a line of text and waits for it. */
declare function prompt(text?: string, options?: { readonly password?: boolean }): string | null
`
