/**
 * Columns of a page as bytes: each in the smallest of some encodings that gives every value back as it was, bit for bit.
 * Knows nothing of files.
 */

export type Encoding = 'constant' | 'uint8' | 'uint16' | 'int32' | 'float32' | 'float64'

export interface StoredColumn {
  readonly encoding: Encoding
  /** Of the first byte in its page. */
  readonly at: number
  /** The value of all rows, where it is one. */
  readonly constant: number
}

/** Bytes of a page while it is written; `used` is a multiple of 8. */
export interface PageBytes {
  readonly buffer: ArrayBuffer
  used: number
}

const widths = { constant: 0, uint8: 1, uint16: 2, int32: 4, float32: 4, float64: 8 }

/** Most bytes that columns of so many rows take. */
export function pageCapacity(
  nRows: number,
  shape: { readonly nFloats: number; readonly nInts: number },
): number {
  return aligned(nRows * 8) * shape.nFloats + aligned(nRows * 4) * shape.nInts
}

/** How many bytes a stored column of so many rows has. */
export function columnBytes({ encoding }: StoredColumn, nRows: number): number {
  return nRows * widths[encoding]
}

export function storeColumn(values: Float64Array | Int32Array, page: PageBytes): StoredColumn {
  const encoding = values instanceof Float64Array ? encodingOf(values) : integerEncodingOf(values)
  const at = page.used
  if (encoding !== 'constant') view(encoding, page.buffer, { at, n: values.length }).set(values)
  page.used += aligned(values.length * widths[encoding])
  return { encoding, at, constant: values[0] ?? 0 }
}

/** Fills `target` with as many values as it has room for. */
export function loadColumn(
  { encoding, at, constant }: StoredColumn,
  buffer: ArrayBuffer,
  target: Float64Array | Int32Array,
): void {
  if (encoding === 'constant') target.fill(constant)
  else target.set(view(encoding, buffer, { at, n: target.length }))
}

function view(
  encoding: Exclude<Encoding, 'constant'>,
  buffer: ArrayBuffer,
  { at, n }: { readonly at: number; readonly n: number },
): Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array {
  switch (encoding) {
    case 'uint8':
      return new Uint8Array(buffer, at, n)
    case 'uint16':
      return new Uint16Array(buffer, at, n)
    case 'int32':
      return new Int32Array(buffer, at, n)
    case 'float32':
      return new Float32Array(buffer, at, n)
    case 'float64':
      return new Float64Array(buffer, at, n)
  }
}

/** Of numbers; −0 is no whole number here, because it would come back as 0. */
function encodingOf(values: Float64Array): Encoding {
  if (isConstant(values)) return 'constant'
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!
    if ((x | 0) !== x || (x === 0 && 1 / x < 0)) return isSingle(values, i) ? 'float32' : 'float64'
    if (x < least) least = x
    if (x > greatest) greatest = x
  }
  return wholeEncoding(least, greatest)
}

function integerEncodingOf(values: Int32Array): Encoding {
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!
    if (x < least) least = x
    if (x > greatest) greatest = x
  }
  return least === greatest ? 'constant' : wholeEncoding(least, greatest)
}

function wholeEncoding(least: number, greatest: number): Encoding {
  if (least < 0) return 'int32'
  return greatest < 1 << 8 ? 'uint8' : greatest < 1 << 16 ? 'uint16' : 'int32'
}

function isConstant(values: Float64Array): boolean {
  const first = values[0]
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false
  return true
}

/** Whether all numbers are those of single precision; `from` on is looked at first, where one was found that is not whole. */
function isSingle(values: Float64Array, from: number): boolean {
  const fits = (x: number) => Object.is(Math.fround(x), x)
  for (let i = from; i < values.length; i++) if (!fits(values[i]!)) return false
  for (let i = 0; i < from; i++) if (!fits(values[i]!)) return false
  return true
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
