/** What data looks like: counts, missing values, spread and a small histogram. Bounded, however large the data is. */
import type { FeatureStatistics } from '../../../catalog/index.ts'
import { type ColumnStatistics, type ValueKind, writeInstant } from '../../../language/index.ts'
import { markdownImage, percent, shortNumber, svgHistogram, textHistogram } from '../histogram.ts'
import { inline, join, plainText } from './markdown.ts'

export interface StatisticsOptions {
  /** What the values are; numbers are written accordingly. */
  readonly kind?: ValueKind
  /** Whether the editor shows images. */
  readonly images: boolean
  /** How many rows or values there are, and of how many of them the statistics are. */
  readonly nRows?: number
  readonly sampleRows?: number
}

/** So many of the most frequent values are listed. */
const maxTop = 5

export function statisticsText(statistics: ColumnStatistics, options: StatisticsOptions): string | undefined {
  const { nullShare, distinct, mean, quantiles, top } = statistics
  const { kind, nRows, sampleRows } = options
  const write = writerOf(kind)
  const isSample = nRows !== undefined && sampleRows !== undefined && sampleRows < nRows
  const facts = inline(
    nRows !== undefined && `${shortNumber(nRows)} rows`,
    nullShare > 0 ? `${percent(nullShare)} missing` : 'none missing',
    distinct !== undefined && `about ${shortNumber(distinct)} different`,
    mean !== undefined && kind !== 'timestamp' && `mean ${shortNumber(mean)}`,
  )
  return join(
    facts,
    picture(statistics, write, options),
    quantileText(quantiles, write),
    topText(top, nRows === undefined ? undefined : (sampleRows ?? nRows)),
    isSample && `From a sample of ${shortNumber(sampleRows)} rows.`,
  )
}

/** Statistics of a registered feature, in the same words. */
export function featureStatisticsText(statistics: FeatureStatistics, options: StatisticsOptions): string {
  const { count, nulls, distinct, mean, stddev, quantiles, top } = statistics
  const write = writerOf(options.kind)
  const missing = nulls > 0 ? `${shortNumber(nulls)} missing (${percent(nulls / count)})` : 'none missing'
  const facts = [`${shortNumber(count)} values, ${missing}`, `about ${shortNumber(distinct)} different`]
  if (mean !== undefined)
    facts.push(`mean ${shortNumber(mean)}${stddev === undefined ? '' : ` ± ${shortNumber(stddev)}`}`)
  return (
    join(
      facts.join(', '),
      picture(statistics, write, options),
      quantileText(quantiles, write),
      topText(top, count),
    ) ?? ''
  )
}

type Write = (value: number) => string

function writerOf(kind: ValueKind | undefined): Write {
  return kind === 'timestamp' ? value => writeInstant(value).replace('T00:00', '') : shortNumber
}

type Distribution = Pick<ColumnStatistics, 'min' | 'max' | 'histogram'>

function picture(
  { min, max, histogram }: Distribution,
  write: Write,
  { images }: StatisticsOptions,
): string | undefined {
  if (min === undefined || max === undefined) return undefined
  const [low, high] = [write(min), write(max)]
  if (!histogram || histogram.length === 0) return `From ${low} to ${high}`
  const text = `\`${low} ${textHistogram(histogram)} ${high}\``
  return images ? markdownImage(svgHistogram(histogram, { low, high }), `From ${low} to ${high}`) : text
}

/** At 5, 50 and 95 percent: a histogram from the least to the greatest value says little when one is far out. */
function quantileText(quantiles: readonly number[] | undefined, write: Write): string | undefined {
  const [low, , middle, , high] = quantiles ?? []
  if (low === undefined || middle === undefined || high === undefined) return undefined
  return `Median ${write(middle)}; nine of ten from ${write(low)} to ${write(high)}`
}

function topText(top: ColumnStatistics['top'], total: number | undefined): string | undefined {
  if (!top || top.length === 0) return undefined
  const values = top.slice(0, maxTop).map(({ value, count }) => {
    const share = total ? percent(count / total) : shortNumber(count)
    return `${plainText(String(value))} ${share}`
  })
  return `Most frequent: ${values.join(', ')}`
}

/** In a few characters, for a list of suggestions: `12.0 % missing`. */
export function briefStatistics(statistics: ColumnStatistics | undefined): string | undefined {
  if (!statistics) return undefined
  return statistics.nullShare > 0 ? `${percent(statistics.nullShare)} missing` : undefined
}
