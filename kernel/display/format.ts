/**
 * What a value looks like: one MIME bundle, always with `text/plain`.
 *
 * What says itself how it looks is asked (hooks.ts); danfo frames, Arrow tables, elements, plots and images are
 * recognised by what they have, because the notebook's folder may bring its own copy of any library. Everything else
 * is text. Every bundle is bounded, whatever the size of the value.
 */
import { vegaLiteMime, vegaMime } from '../../library/display/messages.ts'
import { elementBundle, isElement } from './elements.ts'
import { isHandle } from './handles.ts'
import { hookedBundle, type Bundle } from './hooks.ts'
import { imageBundle, sniffImage } from './images.ts'
import { tableBundleOf } from './tables.ts'
import { plainText, reasonOf } from './text.ts'

export interface DisplayBundle {
  readonly data: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Undefined for what is no result, `undefined` and handles of displays, unless `always`. Never rejects: a display that fails is told. */
export async function formatValue(
  value: unknown,
  { always = false }: { readonly always?: boolean } = {},
): Promise<DisplayBundle | undefined> {
  if (!always && (value === undefined || isHandle(value))) return undefined
  return await bundleOf(value)
}

/** The bundle at once where the value allows it. Neither throws nor rejects. */
export function bundleOf(value: unknown): DisplayBundle | Promise<DisplayBundle> {
  try {
    const rich = richBundle(value)
    if (!(rich instanceof Promise)) return complete(rich, value)
    return rich.then(
      bundle => complete(bundle, value),
      (error: unknown) => failed(error, value),
    )
  } catch (error) {
    return failed(error, value)
  }
}

function complete(rich: Bundle | DisplayBundle | undefined, value: unknown): DisplayBundle {
  if (rich === undefined) return { data: { 'text/plain': plainText(value) }, metadata: {} }
  if ('data' in rich && 'metadata' in rich) return rich as DisplayBundle
  return {
    data: 'text/plain' in rich ? rich : { ...rich, 'text/plain': plainText(value) },
    metadata: {},
  }
}

function failed(error: unknown, value: unknown): DisplayBundle {
  const text = `${plainText(value)}\n(its display failed: ${reasonOf(error)})`
  return { data: { 'text/plain': text }, metadata: {} }
}

type Rich = Bundle | DisplayBundle | undefined

function richBundle(value: unknown): Rich | Promise<Rich> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  const hooked = hookedBundle(value)
  if (hooked) return hooked
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return bytesBundle(value)
  if (value instanceof Blob) return value.bytes().then(bytesBundle)
  const table = tableBundleOf(value)
  if (table) return table
  if (isElement(value)) return elementBundle(value)
  return specBundle(value)
}

function bytesBundle(content: Uint8Array | ArrayBuffer): DisplayBundle | undefined {
  const bytes = content instanceof ArrayBuffer ? new Uint8Array(content) : content
  const mime = sniffImage(bytes)
  return mime && imageBundle(mime, bytes)
}

/** A specification of Vega-Lite or Vega, or what makes one (vega-lite-api). */
function specBundle(value: object): Rich | Promise<Rich> {
  const { toSpec } = value as { toSpec?: unknown }
  const spec = typeof toSpec === 'function' ? (toSpec as () => unknown).call(value) : value
  if (typeof spec !== 'object' || spec === null || !('$schema' in spec)) return undefined
  const schema = typeof spec.$schema === 'string' ? spec.$schema : ''
  const mime = schema.includes('/vega-lite/')
    ? vegaLiteMime
    : schema.includes('/vega/')
      ? vegaMime
      : undefined
  if (mime === undefined) return undefined
  return withPicture(spec as Bundle, mime)
}

/** The picture is for clients that have no renderer for the specification. */
async function withPicture(spec: Bundle, mime: string): Promise<Bundle> {
  const { renderStatic } = await import('../../library/plots/static.ts')
  return { [mime]: spec, ...(await renderStatic(spec, mime)), 'text/plain': describeSpec(spec) }
}

function describeSpec({ mark, title }: Bundle): string {
  const type = (mark as { type?: unknown } | undefined)?.type ?? mark
  const named = typeof title === 'string' ? `: ${title}` : ''
  return `plot${typeof type === 'string' ? ` (${type})` : ''}${named}`
}
