/**
 * As much of a canvas as drawing single pixels takes: rectangles in one colour, and image data. Its content is had as a
 * PNG. Everything else of a canvas is absent, so that who asks for it fails at once.
 */
import { crc32, deflateSync } from 'node:zlib'

/** RGBA, each 0 to 255. */
type Colour = readonly [number, number, number, number]

interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

export interface Canvas {
  width: number
  height: number
  getContext(kind: string): object | null
  toDataURL(): string
}

export function createCanvas(): Canvas {
  let pixels = createPixels(300, 150)
  const resize = (width: number, height: number) => {
    pixels = createPixels(Math.max(1, Math.trunc(width)), Math.max(1, Math.trunc(height)))
  }
  const context = {
    fillStyle: '#000',
    fillRect(x: number, y: number, width: number, height: number) {
      fill(pixels, { x, y, width, height }, parseColour(String(this.fillStyle)))
    },
    createImageData: (width: number, height: number) => createPixels(width, height),
    putImageData(image: Pixels, x: number, y: number) {
      copy(image, pixels, Math.trunc(x), Math.trunc(y))
    },
  }
  return {
    get width() {
      return pixels.width
    },
    set width(value) {
      resize(value, pixels.height)
    },
    get height() {
      return pixels.height
    },
    set height(value) {
      resize(pixels.width, value)
    },
    getContext: kind => (kind === '2d' ? context : null),
    toDataURL: () => `data:image/png;base64,${encodePng(pixels).toString('base64')}`,
  }
}

function createPixels(width: number, height: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) }
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function fill({ width, height, data }: Pixels, at: Rectangle, colour: Colour): void {
  const right = Math.min(width, Math.trunc(at.x + at.width))
  const bottom = Math.min(height, Math.trunc(at.y + at.height))
  for (let row = Math.max(0, Math.trunc(at.y)); row < bottom; row++)
    for (let column = Math.max(0, Math.trunc(at.x)); column < right; column++)
      data.set(colour, (row * width + column) * 4)
}

function copy(from: Pixels, to: Pixels, x: number, y: number): void {
  const width = Math.min(from.width, to.width - x)
  for (let row = 0; row < Math.min(from.height, to.height - y); row++) {
    const start = row * from.width * 4
    to.data.set(from.data.subarray(start, start + width * 4), ((row + y) * to.width + x) * 4)
  }
}

/** `#rgb`, `#rrggbb`, `rgb(…)` and `rgba(…)`, which is how d3 writes colours; anything else is black. */
function parseColour(text: string): Colour {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text)?.[1]
  if (hex) {
    const digits = hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex
    const [red, green, blue] = [0, 2, 4].map(at => Number.parseInt(digits.slice(at, at + 2), 16))
    return [red!, green!, blue!, 255]
  }
  const [red = 0, green = 0, blue = 0, alpha = 1] = /^rgba?\(/.test(text)
    ? (text.match(/[\d.]+/g) ?? []).map(Number)
    : []
  return [red, green, blue, alpha * 255]
}

/** https://www.w3.org/TR/png-3/, 8-bit RGBA without filters. */
function encodePng({ width, height, data }: Pixels): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const lines = Buffer.alloc(height * (width * 4 + 1))
  for (let row = 0; row < height; row++)
    lines.set(data.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(content.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
