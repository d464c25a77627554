/** A value as text: what every client can show, and never more than one can bear. */
import { inspect, types } from 'node:util'

const maxPlainLength = 100_000
/** Of a plain object with very many keys only these are looked at: inspecting a million takes seconds. */
const maxKeys = 200

/** Never throws. */
export function plainText(value: unknown): string {
  const text = inspectSafely(shortened(value)) + remark(value)
  return text.length > maxPlainLength ? `${text.slice(0, maxPlainLength)}… (cut)` : text
}

/** The message of anything that was thrown; never throws itself. */
export function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'an error that cannot be shown'
  }
}

function inspectSafely(value: unknown): string {
  try {
    if (isTensor(value)) return tensorText(value)
    return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 })
  } catch (error) {
    return `(a value that cannot be inspected: ${reasonOf(error)})`
  }
}

function shortened(value: unknown): unknown {
  if (!isPlainObject(value)) return value
  try {
    const keys = Object.keys(value)
    if (keys.length <= maxKeys) return value
    const shown = Object.fromEntries(keys.slice(0, maxKeys).map(key => [key, value[key]]))
    return { ...shown, '…': `${(keys.length - maxKeys).toLocaleString('en')} more properties` }
  } catch {
    return value
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Who sees a promise most often forgot to wait for it. */
function remark(value: unknown): string {
  return types.isPromise(value) ? '\n(a promise: write await before it to see what it gives)' : ''
}

interface Tensor {
  readonly dtype: string
  readonly shape: readonly number[]
  toString(verbose?: boolean): string
}

/** A tensor of TensorFlow.js, which prints a bounded part of its values. */
function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const { dtype, shape, dataSync } = value as Partial<Record<string, unknown>>
  return typeof dtype === 'string' && Array.isArray(shape) && typeof dataSync === 'function'
}

function tensorText(tensor: Tensor): string {
  const text = tensor.toString()
  return `Tensor ${tensor.dtype} (${tensor.shape.join(', ')})${text.replace(/^Tensor/, '')}`
}
