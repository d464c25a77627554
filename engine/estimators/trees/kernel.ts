/** The compiled inner loops (kernel.wat) and the memory that they work in. */
import { kernelBase64 } from './kernel-wasm.ts'

/** Addresses and counts; see kernel.wat. */
export interface Kernel {
  gather(all: number, rows: number, n: number, pairs: number): void
  sumBytes(bins: number, rows: number, n: number, pairs: number, sums: number): void
  sumFourBytes(
    ...args: [
      bins0: number,
      bins1: number,
      bins2: number,
      bins3: number,
      rows: number,
      n: number,
      pairs: number,
      sums0: number,
      sums1: number,
      sums2: number,
      sums3: number,
    ]
  ): void
  sumWords(bins: number, rows: number, n: number, pairs: number, sums: number): void
  subtract(parent: number, child: number, n: number): void
  partition(
    ...args: [bins: number, wide: number, rows: number, n: number, side: number, spare: number]
  ): number
}

const pageBytes = 1 << 16
/** What 32-bit addresses reach. */
const maxPages = 1 << 16

let compiled: WebAssembly.Module | undefined

/** The kernel over a memory of its own or of another thread. */
export function instantiateKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelBase64, 'base64'))
  return new WebAssembly.Instance(compiled, { trees: { memory } }).exports as unknown as Kernel
}

export interface Arena {
  readonly memory: WebAssembly.Memory
  /** An address that is a multiple of 16; the bytes are 0. @throws {RangeError} beyond 4 GiB */
  allocate(sizeBytes: number): number
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
