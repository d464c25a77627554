/**
 * How a cell is called in the debugger: a path made of a hash of its text, which clients compute too (Jupyter's
 * `debugInfo` tells them how), so that a breakpoint finds its cell before that ever ran. No file need be there.
 */
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'

/** The method and seed that `debugInfo` names. */
export const hashMethod = 'Murmur2'
export const hashSeed = 0xc70f6907

/** What stands before and behind the hash. */
export const pathPrefix = join(tmpdir(), `slipway_${process.pid}`) + sep
export const pathSuffix = '.ts'

export function cellPath(source: string): string {
  return `${pathPrefix}${murmur2(source, hashSeed)}${pathSuffix}`
}

export const isCellPath = (path: string) => path.startsWith(pathPrefix) && path.endsWith(pathSuffix)

const multiplier = 0x5bd1e995

/** MurmurHash2 (Austin Appleby, public domain), 32 bits, of the text in UTF-8. */
export function murmur2(text: string, seed: number): number {
  const bytes = Buffer.from(text, 'utf8')
  const end = bytes.length & ~3
  let hash = seed ^ bytes.length
  for (let i = 0; i < end; i += 4) {
    let block = Math.imul(bytes.readInt32LE(i), multiplier)
    block = Math.imul(block ^ (block >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ block
  }
  if (end < bytes.length) {
    let tail = 0
    for (let i = bytes.length - 1; i >= end; i--) tail = (tail << 8) | bytes[i]!
    hash = Math.imul(hash ^ tail, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return (hash ^ (hash >>> 15)) >>> 0
}
