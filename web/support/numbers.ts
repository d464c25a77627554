/** Numbers for people. */

/** `3000000` → `3,000,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** At most six significant digits, and no exponent for sizes people know. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e9)) return value.toExponential(3)
  return String(Number(value.toPrecision(6)))
}

/** A share as a percentage; a small one never reads as nothing. */
export function percent(share: number): string {
  if (share === 0) return '0 %'
  if (share < 0.001) return '< 0.1 %'
  return `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`
}

/** Milliseconds as `840 ms`, `12.4 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
