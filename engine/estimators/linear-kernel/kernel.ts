/** The compiled inner loops of linear models (kernel.wat). */
import { kernelBase64 } from './kernel-wasm.ts'

type Address = number

/** Addresses in bytes, and counts; see kernel.wat. */
export interface Kernel {
  score(...args: [...columns: Columns, factors: Address, z: Address]): void
  dot(...args: [...columns: Columns, v: Address, sums: Address]): void
  products(...args: [...columns: Columns, sums: Address]): void
  logistic(z: Address, y: Address, n: number, product: Address): number
}

/** `k` and `n` are multiples of 4. */
type Columns = [x: Address, stride: number, k: number, n: number]

const pageBytes = 1 << 16
const alignment = 64

let compiled: WebAssembly.Module | undefined

/** Buffers of numbers in the memory that the kernel works in; all of it is 0 at first. */
export interface KernelMemory<Name extends string> {
  readonly kernel: Kernel
  readonly buffers: Readonly<Record<Name, Float64Array>>
}

/** @param lengths of the buffers @throws {RangeError} beyond 4 GiB */
export function createKernel<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
): KernelMemory<Name> {
  const names = Object.keys(lengths) as Name[]
  let end = alignment
  const places = names.map(name => {
    const at = end
    end = Math.ceil((at + 8 * lengths[name]) / alignment) * alignment
    return at
  })
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes) })
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
