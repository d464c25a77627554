/**
 * JSON with one text per value: RFC 8785 (JSON Canonicalization Scheme). Keys in the order of their UTF-16 code
 * units, numbers and strings as ECMAScript writes them, no blanks. `undefined` members are left out.
 */

/** @throws TypeError for what JSON cannot say: NaN, infinities, functions, bigints, an undefined item */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, v]) => v !== undefined)
    members.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`canonical JSON has no ${value}`)
  const text = typeof value === 'bigint' ? undefined : JSON.stringify(value)
  if (text === undefined) throw new TypeError(`canonical JSON has no ${typeof value}`)
  return text
}
