/** The compiled inner loops (kernel.wat) and the memory that they work in. */
import { kernelBase64 } from './kernel-wasm.ts'

type Address = number

/** Addresses and counts; see kernel.wat. */
export interface Kernel {
  assign(
    ...args: [
      values: Address,
      n: number,
      edges: Address,
      nEdges: number,
      missing: number,
      bins: Address,
      wide: number,
    ]
  ): void
  totals(pairs: Address, n: number, out: Address): void
  quantize(
    ...args: [pairs: Address, n: number, gradients: number, curvatures: number, countBits: number]
  ): void
  gather(all: Address, rows: Address, n: number, pairs: Address): void
  run(...args: [task: Address, rows: Address, n: number, pairs: Address, sums: Address]): void
  lead(job: Address, nTasks: number): void
  serve(job: Address): void
  end(job: Address): void
  subtract(parent: Address, child: Address, n: number): void
  total(sums: Address, n: number, total: Address): void
  decode(sums: Address, n: number, settings: Address, out: Address): void
  scan(...args: [sums: Address, nBins: number, total: Address, settings: Address, best: Address]): number
  partition(
    ...args: [bins: Address, wide: number, rows: Address, n: number, side: Address, spare: Address]
  ): number
}

const pageBytes = 1 << 16
/** What 32-bit addresses reach. */
const maxPages = 1 << 16

let compiled: WebAssembly.Module | undefined

/** Compiled once per process; can be sent to other threads. */
export function kernelModule(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(Buffer.from(kernelBase64, 'base64')))
}

export function instantiateKernel(memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(kernelModule(), { trees: { memory } }).exports as unknown as Kernel
}

export interface Arena {
  readonly memory: WebAssembly.Memory
  /** An address that is a multiple of 16; the bytes are 0. @throws {RangeError} beyond 4 GiB */
  allocate(sizeBytes: number): Address
}

/** Memory that only grows; it goes as a whole. Views of it hold on to what they were made of. */
export function createArena(): Arena {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maxPages, shared: true })
  let next = 16
  return {
    memory,
    allocate(sizeBytes) {
      const at = next
      next = Math.ceil((next + sizeBytes) / 16) * 16
      const missing = Math.ceil((next - memory.buffer.byteLength) / pageBytes)
      if (missing > 0) memory.grow(missing)
      return at
    },
  }
}
