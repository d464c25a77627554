/** Texts as the language sees them: code points, ASCII letters, one order. */
import { createHash } from 'node:crypto'

/** UTF-16 units order surrogates before the private use area, code points after it. */
export function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Puts surrogates (code points from U+10000) above U+E000–U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

const blanks = ' \t\n\r'

export function trim(text: string): string {
  let from = 0
  let until = text.length
  while (from < until && blanks.includes(text[from]!)) from++
  while (until > from && blanks.includes(text[until - 1]!)) until--
  return text.slice(from, until)
}

export function replaceAll(text: string, from: string, to: string): string {
  return from === '' ? text : text.split(from).join(to)
}

/** The characters at start ≤ i < start + length, counted from 1, of those that there are. */
export function substring(text: string, start: number, length: number): string {
  const from = Math.max(start, 1)
  const n = Math.max(start + Math.max(length, 0) - from, 0)
  return [...text].slice(from - 1, from - 1 + n).join('')
}

export function escapeForCross(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|')
}

/** From 0 to n − 1; missing when n is less than 1. */
export function hashOf(text: string, n: number): number | null {
  if (n < 1 || n > Number.MAX_SAFE_INTEGER) return null
  const digits = createHash('md5').update(text, 'utf8').digest('hex').slice(0, 13)
  return Number.parseInt(digits, 16) % n
}
