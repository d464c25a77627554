/**
 * What cells and libraries show things with.
 *
 * `display(value)` and its kin are globals of cells. Libraries, which must also run where there is no kernel, look
 * for the hook at `globalThis[Symbol.for('slipway.kernel')]`: `display(bundle, {displayId, update})` sends a MIME
 * bundle, under the cell that runs; with `update` it replaces what was shown under the same id. `signal` is
 * aborted when the running cell is interrupted.
 */
import { randomUUID } from 'node:crypto'
import { formatValue, type DisplayBundle } from './format.ts'

type Bundle = Readonly<Record<string, unknown>>

/** What the hook sends; the process adds the run. */
export type DisplayEvent =
  | {
      readonly type: 'display'
      readonly kind: 'display_data' | 'update_display_data'
      readonly data: Bundle
      readonly metadata: Bundle
      readonly displayId?: string
    }
  | { readonly type: 'clear'; readonly wait: boolean }

export interface DisplayOptions {
  /** Under which it can be replaced. Default: none. */
  readonly displayId?: string
  /** Whether it replaces what was shown under `displayId`. Default: false. */
  readonly update?: boolean
  readonly metadata?: Bundle
}

export interface KernelHook {
  display(bundle: Bundle, options?: DisplayOptions): void
  /** Removes the outputs of the running cell: now, or (`wait`) when the next one comes. */
  clear(options?: { readonly wait?: boolean }): void
  /** Aborted when the cell that runs is interrupted. */
  readonly signal: AbortSignal | undefined
  readonly comms: Comms
}

/** A conversation between code here and code in a front end, in either direction. */
export interface Comm {
  readonly id: string
  readonly target: string
  send(data: Bundle, options?: { readonly buffers?: readonly Uint8Array[] }): void
  /** Ends it and tells the other side. */
  close(data?: Bundle): void
  onMessage(handle: (data: Bundle, buffers: readonly Uint8Array[]) => void): void
  /** The other side ended it. */
  onClose(handle: (data: Bundle) => void): void
}

export interface Comms {
  /** `open` is called with every comm that a front end opens for the target. A target has one handler: the last. */
  register(target: string, open: (comm: Comm, data: Bundle) => void): void
  /** Opens a comm whose other side a front end registered. */
  open(target: string, data?: Bundle): Comm
}

/** What was shown and can be shown anew. */
export interface DisplayHandle {
  update(value: unknown): Promise<void>
}

export interface Display {
  (value: unknown, options?: DisplayOptions): Promise<DisplayHandle>
  /** Conversations with front ends. */
  readonly comms: Comms
  html(text: string, options?: DisplayOptions): DisplayHandle
  markdown(text: string, options?: DisplayOptions): DisplayHandle
  latex(text: string, options?: DisplayOptions): DisplayHandle
  svg(text: string, options?: DisplayOptions): DisplayHandle
  text(text: string, options?: DisplayOptions): DisplayHandle
  json(value: unknown, options?: DisplayOptions): DisplayHandle
  /** Bytes, or their base64. */
  png(image: Uint8Array | string, options?: DisplayOptions): DisplayHandle
  jpeg(image: Uint8Array | string, options?: DisplayOptions): DisplayHandle
  /** Any MIME bundle. */
  bundle(bundle: Bundle, options?: DisplayOptions): DisplayHandle
  clear(options?: { readonly wait?: boolean }): void
}

export interface DisplayParts {
  send(event: DisplayEvent): void
  signal(): AbortSignal | undefined
  readonly comms: Comms
}

const hookSymbol = Symbol.for('slipway.kernel')

/** Puts the hook in its place and returns what cells call `display`. */
export function installDisplay({ send, signal, comms }: DisplayParts): Display {
  const hook: KernelHook = {
    display: (bundle, options = {}) =>
      sendBundle({ data: bundle, metadata: options.metadata ?? {} }, options),
    clear: ({ wait = false } = {}) => send({ type: 'clear', wait }),
    get signal() {
      return signal()
    },
    comms,
  }
  Object.defineProperty(globalThis, hookSymbol, { value: hook, configurable: true })

  function sendBundle(
    { data, metadata }: DisplayBundle,
    { displayId, update = false }: DisplayOptions,
  ): void {
    const kind = update ? 'update_display_data' : 'display_data'
    send({ type: 'display', kind, data, metadata, ...(displayId === undefined ? {} : { displayId }) })
  }

  const show = (bundle: Bundle, options: DisplayOptions = {}): DisplayHandle => {
    const displayId = options.displayId ?? randomUUID()
    hook.display(bundle, { ...options, displayId })
    return {
      async update(value) {
        const next = (await formatValue(value, { always: true }))!
        // A handle of text goes on being that kind of text.
        const mime = Object.keys(bundle)[0]!
        const data = typeof value === 'string' && mime !== 'text/plain' ? { [mime]: value } : next.data
        hook.display(data, { displayId, update: true })
      },
    }
  }
  const as = (mime: string) => (content: unknown, options?: DisplayOptions) =>
    show({ [mime]: content }, options)
  const image = (mime: string) => (content: Uint8Array | string, options?: DisplayOptions) =>
    show({ [mime]: typeof content === 'string' ? content : Buffer.from(content).toString('base64') }, options)

  return Object.assign(
    async (value: unknown, options?: DisplayOptions) => {
      const { data, metadata } = (await formatValue(value, { always: true }))!
      return show(data, { metadata, ...options })
    },
    {
      html: as('text/html'),
      markdown: as('text/markdown'),
      latex: as('text/latex'),
      svg: as('image/svg+xml'),
      text: as('text/plain'),
      json: as('application/json'),
      png: image('image/png'),
      jpeg: image('image/jpeg'),
      bundle: show,
      clear: hook.clear,
      comms,
    },
  )
}
