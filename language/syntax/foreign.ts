/** What other languages write and this one says otherwise: operators, quotes, comments and dates. */
import type { Token } from './tokens.ts'

/** By what is written elsewhere, what is written here. */
const operators: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'], ['&', 'and'], ['∧', 'and'], ['||', 'or'], ['|', 'or'], ['∨', 'or'], ['!', 'not'], ['¬', 'not'],
  ['===', '=='], ['!==', '!='], ['<>', '!='], ['≠', '!='], ['=<', '<='], ['≤', '<='], ['=>', '>='], ['≥', '>='],
  [':=', '='], ['−', '-'], ['–', '-'], ['×', '*'], ['·', '*'], ['÷', '/'],
]) // prettier-ignore

/** How many characters an operator of another language has that begins at `start`; 0 when none does. */
export function foreignOperator(text: string, start: number): number {
  const first = text.charAt(start)
  const second = text.charAt(start + 1)
  if (first === '!' || first === '=') {
    if (second === '=') return text.charAt(start + 2) === '=' ? 3 : 0
    if (first === '!') return 1
  }
  if (operators.has(first + second)) return 2
  return operators.has(first) ? 1 : 0
}

/** The operator that is meant; undefined when the text is none of another language. */
export function meantOperator(text: string): string | undefined {
  return operators.get(text)
}

const iso = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/
const time = String.raw`(?:[Tt]|[ \t]+(?=\d{1,2}:\d))(\d{1,2})(?::(\d{2})(?::(\d{2}(?:\.\d+)?))?)?(Z|z|[+-]\d{2}:?\d{2})?(?![\w:])`
const yearFirst = new RegExp(String.raw`(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d./]|-\d)(?:${time})?`, 'y')
const dayFirst = new RegExp(String.raw`(\d{2})([-/.])(\d{2})\2(\d{4})(?![\d./]|-\d)(?:${time})?`, 'y')

interface WrittenDate {
  readonly end: number
  /** As it is written here. */
  readonly meant: string
  /** Whether nothing else can be meant. */
  readonly certain: boolean
}

/** Where a date ends that is written as elsewhere and begins at `start`; `start` when none does. */
export function foreignDate(text: string, start: number): number {
  return dateAt(text, start)?.end ?? start
}

/** What a date token says that is written as elsewhere. */
export function meantDate(text: string): Omit<WrittenDate, 'end'> | undefined {
  return dateAt(text, 0)
}

function dateAt(text: string, start: number): WrittenDate | undefined {
  yearFirst.lastIndex = start
  const match = yearFirst.exec(text)
  if (match) {
    const [all, year, separator, month, day] = match as unknown as [string, string, string, string, string]
    const padded = month.length === 2 && day.length === 2
    if (iso.test(all) || !inYear(month, day) || (separator === '.' && !padded)) return undefined
    const meant = `${year}-${pad(month)}-${pad(day)}${timeOf(match)}`
    return { end: yearFirst.lastIndex, meant, certain: true }
  }
  dayFirst.lastIndex = start
  const other = dayFirst.exec(text)
  if (!other) return undefined
  const [, first, , second, year] = other as unknown as [string, string, string, string, string]
  const [month, day] = Number(second) > 12 ? [first, second] : [second, first]
  if (!inYear(month, day)) return undefined
  const certain = Number(first) > 12 || Number(second) > 12 || first === second
  return { end: dayFirst.lastIndex, meant: `${year}-${month}-${day}${timeOf(other)}`, certain }
}

function inYear(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
}

function timeOf(match: RegExpExecArray): string {
  const [hour, minute = '00', second, zone] = match.slice(5)
  if (hour === undefined) return ''
  const offset = zone?.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2') ?? ''
  return `T${pad(hour)}:${minute}${second === undefined ? '' : `:${second}`}${offset}`
}

const pad = (digits: string): string => digits.padStart(2, '0')

/** The token as this language writes it, when that is certain. */
export function meantText({ kind, text }: Token): string | undefined {
  if (kind === 'date') {
    const date = meantDate(text)
    return date?.certain ? date.meant : undefined
  }
  if (kind === 'string') return `"${text.slice(1, -1).replace(/\\'/g, "'").replaceAll('"', '\\"')}"`
  if (kind === 'comment') return `//${text.slice(1)}`
  return operators.get(text)
}
