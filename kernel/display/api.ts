/**
 * What cells and libraries show things with.
 *
 * `display(value)` and its kin are globals of cells. Libraries, which must also run where there is no kernel, look
 * for the hook at `globalThis[Symbol.for('slipway.kernel')]`: `display(bundle, {displayId, update})` sends a MIME
 * bundle, under the cell that runs; with `update` it replaces what was shown under the same id. `signal` is
 * aborted when the running cell is interrupted.
 */
import { randomUUID } from 'node:crypto'
import { bundleOf, type DisplayBundle } from './format.ts'
import { markHandle } from './handles.ts'
import { checkBundle } from './hooks.ts'
import type { ImageOptions } from './images.ts'
import { kinds, type ImageSource, type JsonOptions } from './kinds.ts'
import { createQueue } from './queue.ts'

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
  readonly displayId: string
  /** Shows another value in the same place; text goes on being the kind of text that it was. */
  update(value: unknown): Promise<void>
}

type ImageDisplay<Source> = (image: Source, options?: DisplayOptions & ImageOptions) => DisplayHandle
type TextDisplay = (text: string, options?: DisplayOptions) => DisplayHandle

export interface Display {
  /** Shows a value as the last expression of a cell is shown, at its place among the outputs. */
  (value: unknown, options?: DisplayOptions): Promise<DisplayHandle>
  /** Conversations with front ends. */
  readonly comms: Comms
  readonly html: TextDisplay
  readonly markdown: TextDisplay
  /** Between dollars, or all of it mathematics. */
  readonly latex: TextDisplay
  readonly svg: TextDisplay
  readonly text: TextDisplay
  /** A tree that opens level by level. Maps, sets, dates and cycles are understood. */
  json(value: unknown, options?: DisplayOptions & JsonOptions): DisplayHandle
  /** An image in whatever format: bytes, a file's path or URL, a `data:` URL. @throws KERNEL020 */
  readonly image: ImageDisplay<ImageSource>
  /** Bytes, or their base64. */
  readonly png: ImageDisplay<Uint8Array | string>
  readonly jpeg: ImageDisplay<Uint8Array | string>
  readonly gif: ImageDisplay<Uint8Array | string>
  readonly webp: ImageDisplay<Uint8Array | string>
  /** Any MIME bundle. @throws when no client could read it */
  bundle(bundle: Bundle, options?: DisplayOptions): DisplayHandle
  /** Shows another value under an id that was given to `display`, perhaps by an earlier cell. */
  update(displayId: string, value: unknown): Promise<void>
  clear(options?: { readonly wait?: boolean }): void
}

export interface DisplayParts {
  send(event: DisplayEvent): void
  signal(): AbortSignal | undefined
  readonly comms: Comms
  /** What the code that runs belongs to: outputs of one owner keep their order. */
  owner(): object | undefined
}

/** What cells call `display`, and what only the kernel calls. */
export interface InstalledDisplay {
  readonly display: Display
  /** Resolves when everything that the owner asked to be shown was sent. */
  settled(owner: object): Promise<void>
}

const hookSymbol = Symbol.for('slipway.kernel')

/** Puts the hook in its place and returns what cells call `display`. */
export function installDisplay({ send, signal, comms, owner }: DisplayParts): InstalledDisplay {
  const queue = createQueue(owner)

  function sendNow({ data, metadata }: DisplayBundle, options: DisplayOptions): void {
    const { displayId, update = false, metadata: further } = options
    const kind = update ? 'update_display_data' : 'display_data'
    const id = displayId === undefined ? {} : { displayId }
    send({ type: 'display', kind, data, metadata: { ...metadata, ...further }, ...id })
  }

  const sendBundle = (bundle: DisplayBundle, options: DisplayOptions): void =>
    queue.add(() => sendNow(bundle, options))

  const hook: KernelHook = {
    display: (data, options = {}) => sendBundle({ data, metadata: {} }, options),
    clear: ({ wait = false } = {}) => queue.add(() => send({ type: 'clear', wait })),
    get signal() {
      return signal()
    },
    comms,
  }
  Object.defineProperty(globalThis, hookSymbol, { value: hook, configurable: true })

  /** A value whose look is known at once is sent at once; what comes after one that takes its time waits for it. */
  async function showValue(value: unknown, options: DisplayOptions): Promise<void> {
    const bundle = bundleOf(value)
    if (!(bundle instanceof Promise)) return sendBundle(bundle, options)
    await queue.place(
      () => bundle,
      made => sendNow(made, options),
    )
  }

  function handleOf(displayId: string, mime?: string): DisplayHandle {
    return markHandle({
      displayId,
      async update(value: unknown) {
        if (typeof value === 'string' && mime !== undefined)
          return sendBundle(
            { data: { [mime]: value, 'text/plain': value }, metadata: {} },
            { displayId, update: true },
          )
        await showValue(value, { displayId, update: true })
      },
    })
  }

  function show(bundle: DisplayBundle, options: DisplayOptions = {}): DisplayHandle {
    const displayId = options.displayId ?? randomUUID()
    sendBundle(bundle, { displayId, update: options.update, metadata: options.metadata })
    const mime = Object.keys(bundle.data)[0]
    return handleOf(displayId, mime?.startsWith('text/') ? mime : undefined)
  }

  async function display(value: unknown, options: DisplayOptions = {}): Promise<DisplayHandle> {
    const displayId = options.displayId ?? randomUUID()
    await showValue(value, { ...options, displayId })
    return handleOf(displayId)
  }

  const shown = Object.fromEntries(
    Object.entries(kinds).map(([name, make]) => [
      name,
      (content: never, options?: DisplayOptions) =>
        show((make as (content: never, options?: object) => DisplayBundle)(content, options), options),
    ]),
  ) as unknown as Pick<Display, keyof typeof kinds>

  const api = Object.assign(display, {
    ...shown,
    bundle: (bundle: Bundle, options?: DisplayOptions) =>
      show({ data: checkBundle(bundle), metadata: {} }, options),
    update: (displayId: string, value: unknown) => handleOf(displayId).update(value),
    clear: hook.clear,
    comms,
  })
  return { display: api, settled: queue.settled }
}
