/** How cells of a column read: numbers by the locale, as many decimals as the column needs, right below each other. */
import type { Cell, TableColumn } from '../../library/display/messages.ts'
import { cellText } from '../../library/display/query/format.ts'

export type CellFormat = (cell: NonNullable<Cell>) => string

const maxDigits = 6
const samples = 100

/** @param cells some of the column's */
export function createFormat(column: TableColumn, cells: readonly Cell[], locale?: string): CellFormat {
  const text: CellFormat = cell => cellText(cell, column.type).replaceAll(/\s/g, ' ')
  if (!/^(int|float)$/.test(column.type)) return text
  const numbers = cells.slice(0, samples).filter(cell => typeof cell === 'number')
  const decimals = decimalsOf(numbers)
  // Years and the like are read without separators.
  const options = {
    useGrouping: 'min2',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  } as const
  const plain = new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions)
  const large = new Intl.NumberFormat(locale, { notation: 'scientific', maximumFractionDigits: 3 })
  return cell => {
    if (typeof cell !== 'number') return text(cell)
    const size = Math.abs(cell)
    const isOdd = size !== 0 && (size >= 1e15 || size < 10 ** -decimals / 2)
    return (isOdd ? large : plain).format(cell)
  }
}

/** Decimals that tell the numbers apart, within six digits of the largest. */
function decimalsOf(numbers: readonly number[]): number {
  const largest = numbers.reduce((max, number) => Math.max(max, Math.abs(number)), 0)
  const whole = largest < 1 ? 1 : Math.floor(Math.log10(largest)) + 1
  const needed = numbers.reduce((most, number) => Math.max(most, ownDecimals(number)), 0)
  return Math.min(needed, Math.max(0, maxDigits - whole))
}

function ownDecimals(number: number): number {
  const text = String(number)
  const exponent = Number(/e([-+]\d+)$/.exec(text)?.[1] ?? 0)
  const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0
  return Math.max(0, Math.min(20, decimals - exponent))
}
