/** A distribution in one line of text, for hovers. */

const levels = '▁▂▃▄▅▆▇█'

/** One bar per bin; bins that are not empty are never drawn as empty. At most `width` bars. */
export function textHistogram(counts: readonly number[], width = 24): string {
  const bins = merge(counts, width)
  const most = Math.max(...bins, 1)
  return bins
    .map(count => (count === 0 ? ' ' : levels.charAt(Math.min(7, Math.floor((count / most) * 8)))))
    .join('')
}

/** Neighbouring bins are added up until there are few enough. */
function merge(counts: readonly number[], width: number): number[] {
  const per = Math.max(1, Math.ceil(counts.length / width))
  const merged: number[] = []
  for (let i = 0; i < counts.length; i += per)
    merged.push(counts.slice(i, i + per).reduce((a, b) => a + b, 0))
  return merged
}

/** A number for reading: four significant digits, large ones without a fraction. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(4)))
}
