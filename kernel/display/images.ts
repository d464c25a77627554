/** Images as MIME bundles: recognised by their first bytes, shown by every client. */
import { escapeHtml } from '../../library/display/html.ts'

export type ImageMime = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/svg+xml'

export interface ImageOptions {
  /** Pixels. Default: as large as the image is. */
  readonly width?: number
  readonly height?: number
  /** What it shows, for those who cannot see it. */
  readonly alt?: string
}

/** A larger image is described only: every client would have to hold it, and the notebook's file too. */
export const maxImageBytes = 20_000_000

/** The format of an image by its first bytes; undefined when it is none that clients show. */
export function sniffImage(bytes: Uint8Array): ImageMime | undefined {
  const starts = (text: string, at = 0) =>
    Buffer.from(
      bytes.buffer,
      bytes.byteOffset + at,
      Math.max(0, Math.min(text.length, bytes.length - at)),
    ).toString('latin1') === text
  if (starts('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (starts('\xff\xd8\xff')) return 'image/jpeg'
  if (starts('GIF87a') || starts('GIF89a')) return 'image/gif'
  if (bytes.length > 12 && starts('RIFF') && starts('WEBP', 8)) return 'image/webp'
  const head = Buffer.from(bytes.subarray(0, 1000)).toString('utf8')
  return /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s/>]/.test(head)
    ? 'image/svg+xml'
    : undefined
}

/** The bundle of an image. @param content bytes, or their base64 */
export function imageBundle(
  mime: ImageMime,
  content: Uint8Array | string,
  options: ImageOptions = {},
): { readonly data: Readonly<Record<string, string>>; readonly metadata: Readonly<Record<string, unknown>> } {
  const text = `${options.alt ?? 'an image'} (${mime}, ${describeSize(content)})`
  if (content.length > maxImageBytes)
    return { data: { 'text/plain': `${text}: too large to be shown; make it smaller` }, metadata: {} }
  if (mime === 'image/svg+xml') {
    const svg = typeof content === 'string' ? content : Buffer.from(content).toString('utf8')
    return { data: { [mime]: svg, 'text/plain': text }, metadata: {} }
  }
  const base64 = typeof content === 'string' ? content.replaceAll(/\s/g, '') : toBase64(content)
  const { width, height, alt } = options
  if (mime === 'image/png' || mime === 'image/jpeg') {
    const size = width || height ? { [mime]: { ...(width && { width }), ...(height && { height }) } } : {}
    return { data: { [mime]: base64, 'text/plain': text }, metadata: size }
  }
  // Not every client knows the other formats, but every page does.
  const attributes = Object.entries({ width, height, alt: alt ?? '' })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`)
  return {
    data: {
      'text/html': `<img src="data:${mime};base64,${base64}"${attributes.join('')}>`,
      'text/plain': text,
    },
    metadata: {},
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function describeSize(content: Uint8Array | string): string {
  const nBytes = typeof content === 'string' ? Math.floor(content.length * 0.75) : content.length
  return nBytes < 10_000 ? `${nBytes} bytes` : `${Math.round(nBytes / 1000).toLocaleString('en')} kB`
}
