/** Dates, durations, versions and texts in words. */
import {
  type Span,
  type Token,
  describeType,
  isTrivia,
  keywords,
  nodeAt,
  writeInstant,
} from '../../../language/index.ts'
import { literalOf } from '../../../language/syntax/literals.ts'
import type { FileContext } from '../../core/context.ts'
import { shortNumber } from '../histogram.ts'
import { describeFeature } from './features.ts'
import { inline, join, plainText } from './markdown.ts'

interface Found {
  readonly span: Span
  readonly value: string
}

/** The weekday, the week and the instant in UTC that a date means. */
export function describeDate(token: Token): string | undefined {
  const { value } = literalOf(token)
  if (typeof value !== 'number') return undefined
  const instant = new Date(value / 1000)
  if (Number.isNaN(instant.getTime())) return undefined
  const format = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return join(
    `**${format.format(instant)}**`,
    inline(`${writeInstant(value)} UTC`, `day ${dayOfYear(instant)} of the year`, `week ${isoWeek(instant)}`),
  )
}

const dayMs = 86_400_000

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1
}

/** ISO 8601: the week that holds the year's first Thursday is the first. */
function isoWeek(date: Date): number {
  const weekday = (date.getUTCDay() + 6) % 7
  const thursday = new Date(date.getTime() + (3 - weekday) * dayMs)
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1
}

const seconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 }

/** `36 hours`: what that is in the other units. */
export function describeDuration({ tree }: FileContext, token: Token): Found | undefined {
  const own = tree.tokens.filter(({ kind }, i) => !isTrivia(kind) && Math.abs(i - token.index) <= 4)
  const at = own.findIndex(({ index }) => index === token.index)
  const isNumber = token.kind === 'int' || token.kind === 'float'
  const amount = isNumber ? token : own[at - 1]
  const unit = isNumber ? own[at + 1] : token
  if (!amount || !['int', 'float'].includes(amount.kind)) return undefined
  if (!unit || !(keywords.duration as readonly string[]).includes(unit.text)) return undefined
  const total = Number(amount.text) * seconds[unit.text.replace(/s$/, '')]!
  const others = Object.entries(seconds)
    .filter(([name]) => name !== unit.text.replace(/s$/, ''))
    .map(([name, size]) => `${shortNumber(total / size)} ${name}s`)
  return {
    span: { start: amount.start, end: unit.end },
    value: join(`**${amount.text} ${unit.text}**`, others.join(' · '))!,
  }
}

/** `@2` of a call: the version and its state. */
export function describeVersion(file: FileContext, token: Token): Found | undefined {
  const node = nodeAt(file.tree, token.start + (token.kind === '@' ? 1 : 0))
  const pin = node.kind === 'Pin' ? node : node.parent?.kind === 'Pin' ? node.parent : undefined
  const call = pin?.parent
  if (!pin || !call) return undefined
  const found = file.workspace.symbolAt(file.path, call.start)
  if (found?.symbol.kind !== 'feature') return undefined
  const value = describeFeature(file, found.symbol, { images: false })
  return value ? { span: { start: pin.start, end: pin.end }, value } : undefined
}

/** The path of a data file: what is in it, as far as it has been read. */
export function describeText(file: FileContext, token: Token): string | undefined {
  const node = nodeAt(file.tree, token.start)
  if (node.kind !== 'FromItem') return undefined
  const source = file.workspace
    .sources()
    .find(({ path, range }) => path === file.path && range.start <= token.start && token.end <= range.end)
  const columns = source?.plan?.columns
  if (!columns) return undefined
  const shown = columns.slice(0, 12).map(({ name, type }) => `${plainText(name)} ${describeType(type)}`)
  return join(`${columns.length} columns: ${shown.join(', ')}${columns.length > shown.length ? ', …' : ''}`)
}
