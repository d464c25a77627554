/** The compiled inner loops of linear models (kernel.wat). */
import type { ColumnMemory } from '../column-memory.ts'
import { kernelBase64 } from './kernel-wasm.ts'

type Address = number

/** Addresses in bytes; n, the rows, is a multiple of 4. See kernel.wat. */
export interface Kernel {
  score(...args: [...columns: FourColumns, n: number, z: Address, factors: Address]): void
  dot(...args: [...columns: FourColumns, n: number, v: Address, sums: Address]): void
  moments(...args: [x: Address, n: number, first: number, w: Address, sums: Address]): void
  products(...args: [x: Address, stride: number, k: number, n: number, sums: Address]): void
  logistic(z: Address, y: Address, n: number, product: Address): number
}

type FourColumns = [a: Address, b: Address, c: Address, d: Address]

const pageBytes = 1 << 16
const maxPages = 1 << 16
const alignment = 64

let compiled: WebAssembly.Module | undefined

/** The kernel and buffers of numbers in the memory that it works in. */
export interface KernelMemory<Name extends string> {
  readonly kernel: Kernel
  readonly buffers: Readonly<Record<Name, Float64Array>>
}

/**
 * @param lengths of the buffers. They are 0 in memory of their own, and as whoever worked there left them in memory after
 * columns.
 * @throws {RangeError} beyond 4 GiB
 */
export function createKernel<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
  columns?: ColumnMemory,
): KernelMemory<Name> {
  const names = Object.keys(lengths) as Name[]
  let end = columns ? columns.end : alignment
  const places = names.map(name => {
    const at = end
    end = Math.ceil((at + 8 * lengths[name]) / alignment) * alignment
    return at
  })
  const pages = Math.ceil(end / pageBytes)
  const memory =
    columns?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: maxPages, shared: true })
  const missing = pages - memory.buffer.byteLength / pageBytes
  if (missing > 0) memory.grow(missing)
  // Compiled once per process.
  compiled ??= new WebAssembly.Module(Buffer.from(kernelBase64, 'base64'))
  const instance = new WebAssembly.Instance(compiled, { linear: { memory } })
  const views = names.map((name, i) => [name, new Float64Array(memory.buffer, places[i], lengths[name])])
  return {
    kernel: instance.exports as unknown as Kernel,
    buffers: Object.fromEntries(views) as Record<Name, Float64Array>,
  }
}

/** Rows or columns with those of 0 that fill them up to a multiple of 4. */
export function filledUp(n: number): number {
  return Math.ceil(n / 4) * 4
}
