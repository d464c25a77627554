const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Microseconds since 1970 of an ISO 8601 text, UTC when it has no zone; undefined when it is none. */
export function parseInstantUs(text: string): number | undefined {
  const [, day, minute = '00:00', second = '00', fraction = '', zone = 'Z'] = iso.exec(text) ?? []
  if (day === undefined) return undefined
  const milliseconds = Date.parse(`${day}T${minute}:${second}${zone}`)
  // Date.parse lets 2001-02-30 through as March 2.
  const valid = new Date(Date.parse(`${day}T00:00Z`))
  if (Number.isNaN(milliseconds) || valid.toISOString().slice(0, 10) !== day) return undefined
  return milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** ISO 8601 with as many digits as milliseconds have. */
export function instantOfUs(us: number): string {
  return new Date(us / 1000).toISOString()
}
