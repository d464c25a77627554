/** What literals mean. */
import type { Scalar } from '../types.ts'
import type { LiteralKind } from './ast.ts'
import { meantDate } from './foreign.ts'
import type { Token } from './tokens.ts'

export interface LiteralValue {
  readonly literal: LiteralKind
  /** Undefined when the text is no value, e.g. 2001-02-30. */
  readonly value: Scalar | undefined
}

export function literalOf(token: Token): LiteralValue {
  if (token.kind === 'int') return { literal: 'int', value: safeInteger(Number(token.text)) }
  if (token.kind === 'float') return { literal: 'float', value: finite(Number(token.text)) }
  if (token.kind === 'string') return { literal: 'string', value: textOf(token) }
  if (token.kind === 'date') return { literal: 'timestamp', value: microseconds(dateOf(token)) }
  if (token.text === 'missing') return { literal: 'missing', value: null }
  return { literal: 'bool', value: token.text === 'true' }
}

function dateOf({ text, foreign }: Token): string {
  return (foreign && meantDate(text)?.meant) || text
}

const safeInteger = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined)
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

/** What a string says: `\"`, `\\`, `\n`, `\t`; a backslash before anything else stands for itself. */
export function textOf(token: Token): string {
  const inner = token.text.slice(1, token.unterminated ? undefined : -1)
  const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' }
  return inner.replace(/\\(.)/g, (all, char: string) => escapes[char] ?? all)
}

const datePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Microseconds since 1970-01-01T00:00Z of an ISO date or date with time; UTC without a zone. */
export function microseconds(text: string): number | undefined {
  const match = datePattern.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0))
  const ms = new Date(0).setUTCFullYear(year!, month! - 1, day!)
  const date = new Date(ms)
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return undefined
  if (hour! > 23 || minute! > 59 || second! > 59) return undefined
  const fractionUs = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6))
  const offset = offsetMinutes(match[8])
  if (offset === undefined) return undefined
  return (
    (Math.floor(ms / 86_400_000) * 86_400 + hour! * 3600 + (minute! - offset) * 60 + second!) * 1e6 +
    fractionUs
  )
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** An instant as the language writes it, UTC: the date alone at midnight. */
export function writeInstant(us: number): string {
  const iso = new Date(us / 1000).toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.replace(/(:00)?\.000Z$/, '')
}

const unitUs: Readonly<Record<string, number>> = { minute: 60e6, hour: 3600e6, day: 86_400e6 }

/** Microseconds of an amount with its unit (`days` or `day`); undefined for a unit that is none. */
export function durationUs(amount: string, unit: string): number | undefined {
  const factor = unitUs[unit.replace(/s$/, '')]
  return factor === undefined ? undefined : Math.round(Number(amount) * factor)
}
