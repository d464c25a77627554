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
  readonly displayId: string
  /** Shows another value in the same place. */
  update(value: unknown): Promise<void>
}
interface SlipwayImageOptions extends SlipwayDisplayOptions {
  /** Pixels. Default: as large as the image is. */
  readonly width?: number
  readonly height?: number
  /** What it shows, for those who cannot see it. */
  readonly alt?: string
}
interface SlipwayDisplay {
  /** Shows a value as the last expression of a cell would be shown. */
  (value: unknown, options?: SlipwayDisplayOptions): Promise<SlipwayDisplayHandle>
  html(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  markdown(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** Mathematics, or text with mathematics between dollars. */
  latex(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  svg(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  text(text: string, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** A tree that opens level by level. Maps, sets, dates and cycles are understood. */
  json(
    value: unknown,
    options?: SlipwayDisplayOptions & {
      /** Whether all levels are open. Default: the first. */
      readonly expanded?: boolean
      /** What the tree is called. */
      readonly root?: string
    },
  ): SlipwayDisplayHandle
  /** An image: bytes, a path (from the notebook's folder) or file URL, or a data URL. PNG, JPEG, GIF, WebP or SVG. */
  image(image: Uint8Array | ArrayBuffer | string | URL, options?: SlipwayImageOptions): SlipwayDisplayHandle
  /** Bytes, or their base64. */
  png(image: Uint8Array | string, options?: SlipwayImageOptions): SlipwayDisplayHandle
  jpeg(image: Uint8Array | string, options?: SlipwayImageOptions): SlipwayDisplayHandle
  gif(image: Uint8Array | string, options?: SlipwayImageOptions): SlipwayDisplayHandle
  webp(image: Uint8Array | string, options?: SlipwayImageOptions): SlipwayDisplayHandle
  /** Any MIME bundle. */
  bundle(bundle: Readonly<Record<string, unknown>>, options?: SlipwayDisplayOptions): SlipwayDisplayHandle
  /** Shows another value under an id that was given to display, perhaps by an earlier cell. */
  update(displayId: string, value: unknown): Promise<void>
  /** Removes the outputs of this cell: now, or (wait) when the next one comes. */
  clear(options?: { readonly wait?: boolean }): void
  /** Conversations with front ends (Jupyter comms). */
  readonly comms: {
    register(target: string, open: (comm: SlipwayComm, data: Readonly<Record<string, unknown>>) => void): void
    open(target: string, data?: Readonly<Record<string, unknown>>): SlipwayComm
  }
}
interface SlipwayComm {
  readonly id: string
  readonly target: string
  send(data: Readonly<Record<string, unknown>>, options?: { readonly buffers?: readonly Uint8Array[] }): void
  close(data?: Readonly<Record<string, unknown>>): void
  onMessage(handle: (data: Readonly<Record<string, unknown>>, buffers: readonly Uint8Array[]) => void): void
  onClose(handle: (data: Readonly<Record<string, unknown>>) => void): void
}
/** Shows values below the cell. */
declare const display: SlipwayDisplay
/** Asks for a line of text and waits for it. */
declare function prompt(text?: string, options?: { readonly password?: boolean }): string | null
`
