/** A distribution for hovers: in one line of text, or as a small image. */

const levels = '▁▂▃▄▅▆▇█'

/** One bar per bin; bins that are not empty are never drawn as empty. At most `width` bars. */
export function textHistogram(counts: readonly number[], width = 24): string {
  const bins = merge(counts, width)
  const most = Math.max(...bins, 1)
  return bins
    .map(count => (count === 0 ? ' ' : levels.charAt(Math.min(7, Math.floor((count / most) * 8)))))
    .join('')
}

export interface HistogramLabels {
  readonly low: string
  readonly high: string
}

const width = 240
const barsHeight = 44
const height = 60

/**
 * The same as an SVG image, with its ends written below. Its colours are readable on dark and light ground. At most
 * 40 bars.
 */
export function svgHistogram(counts: readonly number[], { low, high }: HistogramLabels): string {
  const bins = merge(counts, 40)
  const most = Math.max(...bins, 1)
  const step = width / Math.max(1, bins.length)
  const bars = bins.map((count, i) => {
    const tall = count === 0 ? 0 : Math.max(1, (count / most) * barsHeight)
    const box = { x: i * step, y: barsHeight - tall, width: Math.max(1, step - 1), height: tall }
    const attributes = Object.entries(box).map(([name, value]) => `${name}="${Number(value.toFixed(2))}"`)
    return `<rect ${attributes.join(' ')}/>`
  })
  const label = (text: string, x: number, anchor: string): string =>
    `<text x="${x}" y="${height - 4}" text-anchor="${anchor}">${escapeXml(text)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<g fill="#3794ff">${bars.join('')}</g>`,
    `<rect x="0" y="${barsHeight}" width="${width}" height="1" fill="#808080"/>`,
    `<g fill="#808080" font-family="sans-serif" font-size="10">${label(low, 0, 'start')}${label(high, width, 'end')}</g>`,
    '</svg>',
  ].join('')
}

/** An image in the text itself, as Markdown. */
export function markdownImage(svg: string, title: string): string {
  return `![${title}](data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')})`
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, char => `&#${char.charCodeAt(0)};`)
}

/** Neighbouring bins are added up until there are few enough. */
function merge(counts: readonly number[], limit: number): number[] {
  const per = Math.max(1, Math.ceil(counts.length / limit))
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

/** A share for reading: `2.0 %`, `< 0.1 %`, `none`. */
export function percent(share: number): string {
  if (share === 0) return '0 %'
  return share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`
}
