/** What `display.html`, `display.image` and their kin make of their argument: a bundle that every client can show. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KernelError } from '../errors.ts'
import type { DisplayBundle } from './format.ts'
import { imageBundle, maxImageBytes, sniffImage, type ImageMime, type ImageOptions } from './images.ts'
import { treeJson } from './json.ts'
import { plainText } from './text.ts'

/** Bytes, the path or `file:` URL of an image (relative paths start at the notebook's folder), or a `data:` URL. */
export type ImageSource = Uint8Array | ArrayBuffer | string | URL

export interface JsonOptions {
  /** Whether all levels are open. Default: the first. */
  readonly expanded?: boolean
  /** What the tree is called. */
  readonly root?: string
}

const maxSummary = 2000

const data = (content: Readonly<Record<string, unknown>>): DisplayBundle => ({ data: content, metadata: {} })

const image =
  (mime: ImageMime) =>
  (content: Uint8Array | string, options?: ImageOptions): DisplayBundle =>
    imageBundle(mime, content, options)

/** name of the method of `display` → what it makes */
export const kinds = {
  html: (text: string) => data({ 'text/html': String(text), 'text/plain': textOfHtml(String(text)) }),
  markdown: (text: string) => data({ 'text/markdown': String(text), 'text/plain': String(text) }),
  latex: (text: string) => data({ 'text/latex': inMathMode(String(text)), 'text/plain': String(text) }),
  svg: (text: string) => data({ 'image/svg+xml': String(text), 'text/plain': 'an image (image/svg+xml)' }),
  text: (text: string) => data({ 'text/plain': String(text) }),
  json(value: unknown, { expanded = false, root }: JsonOptions = {}): DisplayBundle {
    const mime = 'application/json'
    const text = plainText(value)
    return {
      data: {
        [mime]: treeJson(value),
        'text/plain': text.length > maxSummary ? `${text.slice(0, maxSummary)}…` : text,
      },
      metadata: { [mime]: { expanded, ...(root === undefined ? {} : { root }) } },
    }
  },
  png: image('image/png'),
  jpeg: image('image/jpeg'),
  gif: image('image/gif'),
  webp: image('image/webp'),
  image(source: ImageSource, options?: ImageOptions): DisplayBundle {
    const bytes = readImage(source)
    const mime = sniffImage(bytes)
    if (mime === undefined)
      throw new KernelError(
        'KERNEL020',
        `Expected an image in PNG, JPEG, GIF, WebP or SVG, got ${describe(source)}, which begins with other bytes.`,
      )
    return imageBundle(mime, bytes, options)
  },
} as const

function readImage(source: ImageSource): Uint8Array {
  if (source instanceof Uint8Array) return source
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  const text = String(source)
  const inline = /^data:[^,]*,/.exec(text)?.[0]
  if (inline)
    return inline.includes(';base64')
      ? Buffer.from(text.slice(inline.length), 'base64')
      : Buffer.from(decodeURIComponent(text.slice(inline.length)))
  if (/^https?:/i.test(text))
    throw new KernelError(
      'KERNEL020',
      `Expected bytes or a file, got the address ${text}: outputs load nothing from the network. Fetch it first: ` +
        'display.image(await (await fetch(address)).bytes()).',
    )
  return readFile(text.startsWith('file:') ? fileURLToPath(text) : resolve(text))
}

function readFile(path: string): Uint8Array {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile())
    throw new KernelError(
      'KERNEL020',
      `Expected an image at ${path}, found none. Paths start at the notebook's folder.`,
    )
  if (stat.size > maxImageBytes)
    throw new KernelError('KERNEL020', `Expected an image of at most 20 MB, ${path} has ${stat.size} bytes.`)
  return readFileSync(path)
}

function describe(source: ImageSource): string {
  return typeof source === 'string' || source instanceof URL ? String(source).slice(0, 200) : 'bytes'
}

/** Clients typeset what stands between dollars, and show the rest as text. */
function inMathMode(text: string): string {
  return /\$|\\\(|\\\[|\\begin\{/.test(text) ? text : `$$${text}$$`
}

/** For clients that show text only. */
function textOfHtml(html: string): string {
  const text = html
    .slice(0, 100_000)
    .replaceAll(/<(style|script)\b[^]*?<\/\1>/gi, '')
    .replaceAll(/<\/(p|div|tr|li|h\d)>|<br\s*\/?>/gi, '\n')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[ \t]+/g, ' ')
    .trim()
  return text.length > maxSummary ? `${text.slice(0, maxSummary)}…` : text
}
