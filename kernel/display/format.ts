/**
 * What a value looks like: one MIME bundle, always with `text/plain`.
 *
 * A value that has a method named by `Symbol.for('slipway.display')` shows itself: it returns (a promise of) a
 * bundle. `Symbol.for('Jupyter.display')`, known from Deno, is understood too. danfo frames and Arrow tables are
 * recognised by what they have, because the notebook's folder may bring its own copy of either. Every bundle is
 * bounded, whatever the size of the value.
 */
import { inspect } from 'node:util'
import { displayMethod, vegaLiteMime } from '../../library/display/messages.ts'
import { arrowPage, isArrowTable } from './arrow.ts'
import { danfoPage, isDanfo } from './danfo.ts'
import { tableBundle } from './table.ts'

export interface DisplayBundle {
  readonly data: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
}

const jupyterDisplay = Symbol.for('Jupyter.display')
const maxPlainLength = 100_000

/** Undefined for `undefined`, which is no result, unless `always`. Never throws: a display that fails is told. */
export async function formatValue(
  value: unknown,
  { always = false }: { readonly always?: boolean } = {},
): Promise<DisplayBundle | undefined> {
  if (value === undefined && !always) return undefined
  let failure = ''
  try {
    const data = await richBundle(value)
    if (data)
      return { data: 'text/plain' in data ? data : { ...data, 'text/plain': plain(value) }, metadata: {} }
  } catch (error) {
    failure = `\n(its display failed: ${error instanceof Error ? error.message : String(error)})`
  }
  return { data: { 'text/plain': plain(value) + failure }, metadata: {} }
}

async function richBundle(value: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  for (const symbol of [displayMethod, jupyterDisplay]) {
    const method = (value as Record<symbol, unknown>)[symbol]
    if (typeof method === 'function') return (await method.call(value)) as Readonly<Record<string, unknown>>
  }
  if (isDanfo(value)) return tableBundle(danfoPage(value))
  if (isArrowTable(value)) return tableBundle(arrowPage(value))
  if (isVegaLite(value)) return { [vegaLiteMime]: value }
  return undefined
}

function isVegaLite(value: object): boolean {
  return '$schema' in value && typeof value.$schema === 'string' && value.$schema.includes('/vega-lite/')
}

function plain(value: unknown): string {
  let text: string
  try {
    text = inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 })
  } catch (error) {
    text = `(a value that cannot be inspected: ${error instanceof Error ? error.message : String(error)})`
  }
  return text.length > maxPlainLength ? `${text.slice(0, maxPlainLength)}… (cut)` : text
}
