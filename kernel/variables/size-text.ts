/** Bytes for people: `812 B`, `1.2 kB`, `≥ 34 MB`; empty when nobody knows. */
export function sizeText(bytes: number | undefined, isLowerBound = false): string {
  if (bytes === undefined) return ''
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000
  const text = unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))
  return `${isLowerBound ? '≥ ' : ''}${text} ${units[unit]}`
}
