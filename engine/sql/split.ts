/** Parts and folds of a split as SQL text. A part is an index into `splitNames`, or missing. */
import type { ColumnSchema, SplitName, SplitPlan } from '../../language/index.ts'
import { contentTexts } from './source.ts'
import { quoteText, timestampLiteral } from './text.ts'

export const splitNames: readonly SplitName[] = ['train', 'validation', 'test']

/** Which rows a model is fitted on and judged on. */
export interface Partition {
  /** SQL text over the dataset's rows: an index into `splitNames`, or missing. */
  readonly sql: string
}

/** 32 hexadecimal digits from the content of columns. Equal content has equal digits, so no split parts it. */
export function hashSql(columns: readonly ColumnSchema[], purpose: string, seed: number): string {
  return `md5(concat_ws('|', ${[quoteText(`${purpose}:${seed}:`), ...contentTexts(columns)].join(', ')}))`
}

/** By fractions of all hashes. */
export function partByHash(split: Exclude<SplitPlan, { kind: 'time' }>, hash: string): string {
  const parts = split.parts.map(({ name, fraction }) => ({ fraction, value: splitNames.indexOf(name) }))
  return byHash(parts, hash)
}

/** The fold that holds a row out, from 1. */
export function foldByHash(folds: number, hash: string): string {
  return byHash(
    Array.from({ length: folds }, (_, i) => ({ fraction: 1 / folds, value: i + 1 })),
    hash,
  )
}

/** The first 13 digits (52 bits) are a fraction; comparing texts compares fractions. */
function byHash(
  parts: readonly { readonly fraction: number; readonly value: number }[],
  hash: string,
): string {
  if (parts.length === 1) return String(parts[0]!.value)
  let sum = 0
  const cases = parts.map(({ fraction, value }, i) => {
    sum += fraction
    return i === parts.length - 1
      ? `ELSE ${value}`
      : `WHEN ${hash} < ${quoteText(fractionDigits(sum))} THEN ${value}`
  })
  return `CASE ${cases.join(' ')} END`
}

function fractionDigits(fraction: number): string {
  const scaled = Math.round(Math.max(fraction, 0) * 2 ** 52)
  // `g` comes after every hexadecimal digit.
  return scaled >= 2 ** 52 ? 'g' : scaled.toString(16).padStart(13, '0')
}

export function partByTime(split: SplitPlan & { kind: 'time' }, time: string): string {
  const cases = split.parts.map(({ name, fromUs, untilUs }) => {
    const bounds = [
      ...(fromUs === undefined ? [] : [`${time} >= ${timestampLiteral(fromUs)}`]),
      ...(untilUs === undefined ? [] : [`${time} < ${timestampLiteral(untilUs)}`]),
      `${time} IS NOT NULL`,
    ]
    return `WHEN ${bounds.join(' AND ')} THEN ${splitNames.indexOf(name)}`
  })
  return `CASE ${cases.join(' ')} END`
}

/** Times that cut the training rows into one block more than there are folds, with about as many rows each. */
export function foldBoundsSql(
  folds: number,
  query: { time: string; from: string; training: string },
): string {
  const levels = Array.from({ length: folds }, (_, i) => (i + 1) / (folds + 1))
  return `SELECT quantile_disc(${query.time}, [${levels.join(', ')}]) AS bounds
FROM ${query.from}
WHERE ${query.training}`
}

/** The block that holds a row: 0 is never held out. Rows of one instant are in one block. */
export function foldByTime(folds: number, time: string): string {
  const cases = Array.from({ length: folds }, (_, i) => `WHEN ${time} <= bounds[${i + 1}] THEN ${i}`)
  return `CASE ${cases.join(' ')} ELSE ${folds} END`
}

/** The parts of the split as they are. */
export const wholeSplit: Partition = { sql: 'part' }

/**
 * Training rows outside of a fold train, those of the fold are judged on; by time, only what is before trains. The validation
 * part comes third, for early stopping.
 */
export function foldPartition(split: SplitPlan, fold: number): Partition {
  const trains = split.kind === 'time' ? `fold < ${fold}` : `fold <> ${fold}`
  return {
    sql: `CASE WHEN part = 0 AND fold = ${fold} THEN 1 WHEN part = 0 AND ${trains} THEN 0 WHEN part = 1 THEN 2 END`,
  }
}
