/** Cases as source text. */
import type { ParityCase } from './cases.ts'
import type { Difference } from './differences.ts'

/** A test to paste into regressions.test.ts. */
export function printCase({ plan, fitted, rows }: ParityCase, { message }: Difference): string {
  return `parityTest(${source(message)}, {
  plan: ${source(plan)},
  fitted: ${source(fitted)},
  rows: ${source(rows)},
})`
}

/** As JSON, with the numbers that JSON has no words for. */
function source(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).flatMap(([key, v]) =>
    v === undefined ? [] : [`${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${source(v)}`],
  )
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
