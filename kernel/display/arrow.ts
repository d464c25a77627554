/** Arrow tables, recognised by what they have: the notebook may bring its own copy of Arrow. */
import type { Bulk, TableView, ViewColumn } from '../../library/display/table/view.ts'

interface ArrowType {
  readonly typeId: number
  readonly unit?: number
  readonly scale?: number
  readonly bitWidth?: number
  readonly isSigned?: boolean
  /** Of a dictionary: the type of its values. */
  readonly dictionary?: ArrowType
}

interface ArrowData {
  readonly length: number
  readonly nullCount: number
  readonly values: unknown
  readonly dictionary?: ArrowVector
  getValid(row: number): boolean
}

interface ArrowVector {
  readonly length: number
  readonly data: readonly ArrowData[]
  get(row: number): unknown
}

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: ArrowType }[] }
  readonly numRows: number
  getChildAt(column: number): ArrowVector | null
}

export function isArrowTable(value: object): value is ArrowTable {
  return (
    'schema' in value &&
    'numRows' in value &&
    typeof value.numRows === 'number' &&
    'batches' in value &&
    'getChildAt' in value &&
    typeof value.getChildAt === 'function'
  )
}

/** Arrow's numbers of its types (`Type` of apache-arrow). */
const typeIds = { int: 2, float: 3, decimal: 7, date: 8, time: 9, timestamp: 10, dictionary: -1 } as const

const typeNames: Readonly<Record<number, string>> = {
  [typeIds.int]: 'int',
  [typeIds.float]: 'float',
  [typeIds.decimal]: 'decimal',
  [typeIds.date]: 'date',
  [typeIds.time]: 'time',
  [typeIds.timestamp]: 'timestamp',
  4: 'binary',
  5: 'string',
  6: 'bool',
  12: 'json',
  13: 'json',
  14: 'json',
  16: 'json',
  17: 'json',
  20: 'string',
  21: 'json',
  24: 'string',
}

export function arrowView(table: ArrowTable): TableView {
  const columns = table.schema.fields.map(({ name, type }, i) => columnOf(name, type, table.getChildAt(i)))
  return { columns, nRows: table.numRows }
}

function columnOf(name: string, type: ArrowType, vector: ArrowVector | null): ViewColumn {
  const isDictionary = type.typeId === typeIds.dictionary && type.dictionary !== undefined
  const valueType = isDictionary ? type.dictionary! : type
  const kind = typeNames[valueType.typeId] ?? String(type).toLowerCase()
  const convert = converterOf(valueType)
  const head = { name, type: kind, detail: String(type) }
  if (!vector) return { ...head, value: () => null }
  return {
    ...head,
    value: convert
      ? row => {
          const value = vector.get(row)
          return value === null || value === undefined ? null : convert(value)
        }
      : row => vector.get(row),
    bulk: () => (isDictionary ? codesOf(vector, kind) : numbersOf(vector, type)),
  }
}

function converterOf({ typeId, scale = 0, unit = 0 }: ArrowType): ((value: unknown) => unknown) | undefined {
  if (typeId === typeIds.decimal)
    return value => (ArrayBuffer.isView(value) ? decimalText(value as Uint32Array, scale) : String(value))
  if (typeId === typeIds.time) return value => timeOfDay(Number(value), 1000 ** unit)
  return undefined
}

/** Little-endian words of a two's complement, exactly. */
function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const value = BigInt.asIntN(32 * words.length, unsigned)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const sign = value < 0n ? '-' : ''
  return scale <= 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** `04:05:06`, with a fraction when there is one. */
function timeOfDay(value: number, perSecond: number): string {
  const seconds = value / perSecond
  const part = (of: number) => String(Math.floor(of)).padStart(2, '0')
  const fraction = Number((seconds % 1).toFixed(9))
  return `${part(seconds / 3600)}:${part((seconds / 60) % 60)}:${part(seconds % 60)}${fraction ? String(fraction).slice(1) : ''}`
}

/** The numbers of all chunks in one array, where they are held as such. */
function numbersOf(vector: ArrowVector, type: ArrowType): Bulk | undefined {
  const scale = scaleOf(type)
  if (scale === undefined) return undefined
  const values = new Float64Array(vector.length)
  let start = 0
  for (const chunk of vector.data) {
    if (!fill(values.subarray(start, start + chunk.length), chunk, scale)) return undefined
    start += chunk.length
  }
  return { kind: 'numbers', values }
}

type Scale = { readonly times: number; readonly isCount: boolean }

/** What a stored number is multiplied with; undefined for what is no plain number. */
function scaleOf({ typeId, unit = 0, bitWidth }: ArrowType): Scale | undefined {
  if (typeId === typeIds.int) return { times: 1, isCount: bitWidth === 64 }
  if (typeId === typeIds.float) return { times: 1, isCount: false }
  if (typeId === typeIds.date) return { times: unit === 0 ? 86_400_000 : 1, isCount: false }
  if (typeId === typeIds.timestamp) return { times: 1000 / 1000 ** unit, isCount: false }
  return undefined
}

function fill(target: Float64Array, chunk: ArrowData, { times, isCount }: Scale): boolean {
  const { values, length } = chunk
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < length; i++) {
      const number = Number(values[i])
      // Integers that a number does not hold exactly are compared as what they are.
      if (isCount && !Number.isSafeInteger(number)) return false
      target[i] = number * times
    }
  } else if (values instanceof Float64Array || values instanceof Float32Array || isSmallIntegers(values)) {
    target.set(values.subarray(0, length))
    if (times !== 1) for (let i = 0; i < length; i++) target[i]! *= times
  } else return false
  if (chunk.nullCount > 0) for (let i = 0; i < length; i++) if (!chunk.getValid(i)) target[i] = Number.NaN
  return true
}

function isSmallIntegers(values: unknown): values is Int32Array {
  // Half floats are held as unsigned integers of 16 bits, too; they are read one by one.
  return (
    values instanceof Int32Array ||
    values instanceof Uint32Array ||
    values instanceof Int16Array ||
    values instanceof Int8Array ||
    values instanceof Uint8Array
  )
}

/** The places of a dictionary's values; chunks may have different dictionaries. */
function codesOf(vector: ArrowVector, kind: string): Bulk | undefined {
  if (kind !== 'string') return undefined
  const places = new Map<string, number>()
  const codes = new Int32Array(vector.length)
  let start = 0
  for (const chunk of vector.data) {
    const { dictionary, values, length } = chunk
    if (!dictionary || !isSmallIntegers(values)) return undefined
    const own = Int32Array.from({ length: dictionary.length }, (_, i) => {
      const text: unknown = dictionary.get(i)
      if (typeof text !== 'string') return -1
      const place = places.get(text) ?? places.size
      places.set(text, place)
      return place
    })
    for (let i = 0; i < length; i++)
      codes[start + i] = chunk.nullCount > 0 && !chunk.getValid(i) ? -1 : (own[values[i]!] ?? -1)
    start += length
  }
  return { kind: 'codes', codes, values: [...places.keys()] }
}
