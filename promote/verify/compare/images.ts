/**
 * Images, as an eye compares them: PNG pixel by pixel with pixelmatch, which measures colour differences as they are
 * seen (YIQ) and leaves out anti-aliasing. Other formats are compared by their bytes.
 */
import { decode } from 'fast-png'
import pixelmatch from 'pixelmatch'
import { different, exact, tolerant, type Comparison, type Limits } from './comparison.ts'

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(pngSignature)
}

/** @returns undefined when one of them cannot be decoded */
export function compareImages(expected: Buffer, actual: Buffer, limits: Limits): Comparison | undefined {
  if (expected.equals(actual)) return exact
  const [a, b] = [rgbaOf(expected), rgbaOf(actual)]
  if (!a || !b) return undefined
  const size = ({ width, height }: Rgba) => `${width} × ${height} pixels`
  if (a.width !== b.width || a.height !== b.height)
    return different([`${size(a)} in ${limits.sides[0]}, ${size(b)} in ${limits.sides[1]}`])
  if (Buffer.from(a.data.buffer).equals(Buffer.from(b.data.buffer))) return exact
  const count = pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.1 })
  const share = count / (a.width * a.height)
  if (share <= limits.pixels) return tolerant
  return different([`${(share * 100).toFixed(1)} % of the pixels look different`])
}

interface Rgba {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Eight bits each of red, green, blue and alpha, whatever the file has. */
function rgbaOf(bytes: Buffer): Rgba | undefined {
  try {
    const { width, height, channels, depth, data, palette } = decode(bytes)
    if (depth !== 8 && depth !== 16) return undefined
    const rgba = new Uint8Array(width * height * 4)
    const value = (i: number) => (depth === 16 ? (data[i] ?? 0) >> 8 : (data[i] ?? 0))
    for (let i = 0; i < width * height; i++) {
      if (palette) {
        const colour = palette[data[i] ?? 0] ?? [0, 0, 0]
        rgba.set([...colour.slice(0, 3), colour[3] ?? 255], i * 4)
        continue
      }
      const at = i * channels
      const isGrey = channels < 3
      const [r, g, b] = isGrey ? [value(at), value(at), value(at)] : [value(at), value(at + 1), value(at + 2)]
      rgba.set([r, g, b, channels % 2 === 0 ? value(at + channels - 1) : 255], i * 4)
    }
    return { width, height, data: rgba }
  } catch {
    // Not a PNG after all, or a broken one: its bytes are what there is to compare.
    return undefined
  }
}
