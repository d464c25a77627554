/** A fast hash of 64 bits over texts and numbers. Not for secrets: equal content gives equal hashes, and that is all. */
export interface Hasher {
  text(text: string): void
  number(value: number): void
  /** 16 hexadecimal digits. */
  digest(): string
}

const words = new Uint32Array(new Float64Array(1).buffer)
const double = new Float64Array(words.buffer)

/** Two multiplicative hashes of 32 bits, mixed in the end. */
export function createHasher(): Hasher {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  const add = (value: number) => {
    a = Math.imul(a ^ value, 2654435761)
    b = Math.imul(b ^ value, 1597334677)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  return {
    text(text) {
      add(text.length)
      for (let i = 0; i < text.length; i++) add(text.charCodeAt(i))
    },
    number(value) {
      double[0] = value === 0 ? 0 : value
      add(words[0]!)
      add(words[1]!)
    },
    digest() {
      const high = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
      const low = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
      return [high, low].map(part => (part >>> 0).toString(16).padStart(8, '0')).join('')
    },
  }
}
