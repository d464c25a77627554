/**
 * Values that say themselves what they look like.
 *
 * `Symbol.for('slipway.display')` and `Symbol.for('Jupyter.display')` (known from Deno) name a method that returns
 * (a promise of) a MIME bundle; `_toHtml()`, `_toMarkdown()`, … are those of IJavascript; `toSpec()` gives a
 * Vega-Lite specification (vega-lite-api); `outerHTML` is an element. What a hook returns is checked: a bundle that no
 * client could read is told, not sent.
 */
import { displayMethod } from '../../library/display/messages.ts'
import { reasonOf } from './text.ts'

export type Bundle = Readonly<Record<string, unknown>>

/** How long a foreign hook may take. Our own may run a query; interrupting the cell ends that. */
const patienceMs = 10_000
/** Of one representation. */
const maxLength = 30_000_000

const jupyterDisplay = Symbol.for('Jupyter.display')

/** IJavascript's names, in the order of preference. */
const underscored: Readonly<Record<string, string>> = {
  _toHtml: 'text/html',
  _toSvg: 'image/svg+xml',
  _toPng: 'image/png',
  _toJpeg: 'image/jpeg',
  _toMarkdown: 'text/markdown',
  _toLatex: 'text/latex',
}

/** What the value's own hook says; undefined when it has none. @throws what the hook throws */
export function hookedBundle(value: object): Bundle | Promise<Bundle> | undefined {
  const own = methodOf(value, displayMethod)
  if (own) return checked(own())
  const foreign = methodOf(value, jupyterDisplay) ?? methodOf(value, '_toMime')
  if (foreign) return checked(inTime(foreign()))
  for (const [name, mime] of Object.entries(underscored)) {
    const method = methodOf(value, name)
    if (method) return checked(inTime(mapped(method(), content => ({ [mime]: content }))))
  }
  return undefined
}

function methodOf(value: object, name: string | symbol): (() => unknown) | undefined {
  const method = (value as Record<string | symbol, unknown>)[name]
  return typeof method === 'function' ? () => (method as () => unknown).call(value) : undefined
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  return isPromise(value) ? value.then(change) : change(value)
}

function checked(result: unknown): Bundle | Promise<Bundle> {
  return mapped(result, checkBundle) as Bundle | Promise<Bundle>
}

function inTime(result: unknown): unknown {
  if (!isPromise(result)) return result
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`it did not answer within ${patienceMs / 1000} seconds`)),
    patienceMs,
  )
  return Promise.race([result, late.promise]).finally(() => clearTimeout(timer))
}

/** What clients can read. @throws Error with what is wrong */
export function checkBundle(result: unknown): Bundle {
  if (typeof result !== 'object' || result === null || Array.isArray(result))
    throw new Error(`it returned ${describe(result)} instead of an object by MIME types`)
  const entries = Object.entries(result).filter(([, content]) => content !== undefined && content !== null)
  if (entries.length === 0) throw new Error('it returned no representation')
  return Object.fromEntries(entries.map(([mime, content]) => [mime, checkContent(mime, content)]))
}

function checkContent(mime: string, content: unknown): unknown {
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(mime))
    throw new Error(`it returned ${JSON.stringify(mime.slice(0, 60))}, which is no MIME type`)
  const isJson = /[/+]json$/.test(mime)
  const sent = isJson ? content : textOf(content)
  if (sent === undefined) throw new Error(`it returned ${describe(content)} as ${mime} instead of text`)
  const length = typeof sent === 'string' ? sent.length : lengthOfJson(mime, sent)
  if (length > maxLength)
    throw new Error(
      `its ${mime} has ${length.toLocaleString('en')} characters; at most ${maxLength.toLocaleString('en')} are shown`,
    )
  return sent
}

/** Text, lines of text (as notebooks have it), or bytes as base64. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (Array.isArray(content) && content.every(line => typeof line === 'string')) return content.join('')
  if (content instanceof Uint8Array)
    return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64')
  return undefined
}

function lengthOfJson(mime: string, content: unknown): number {
  try {
    return JSON.stringify(content)?.length ?? 0
  } catch (error) {
    const reason = reasonOf(error).split('\n')[0]
    throw new Error(`its ${mime} cannot be said in JSON: ${reason}`, { cause: error })
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
