/** SQL text that uses a value more than once without being written more than once. Pure. */

/** Text up to this length is written twice rather than bound to a name. */
const shortText = 60

let nBound = 0

/**
 * Long text is bound to a name by a lambda: written twice at every level, nested expressions would grow
 * exponentially.
 */
export function bind(sql: string, use: (value: string) => string, prefix = 'v'): string {
  if (sql.length <= shortText) return use(sql)
  // No SQL text holds a NUL character, so what stands for the name until it is chosen is nobody else's.
  const placeholder = `\0${++nBound}\0`
  const body = use(placeholder)
  let n = 1
  while (sql.includes(`${prefix}${n}`) || body.includes(`${prefix}${n}`)) n++
  const name = `${prefix}${n}`
  return `list_transform([${sql}], lambda ${name}: ${body.replaceAll(placeholder, name)})[1]`
}

/** Binds every value in turn. */
export function bindAll(values: readonly string[], use: (values: readonly string[]) => string): string {
  const bound: string[] = []
  const next = (i: number): string =>
    i === values.length
      ? use(bound)
      : bind(values[i]!, value => {
          bound[i] = value
          return next(i + 1)
        })
  return next(0)
}

/** Missing where the number is not finite. */
export function finite(sql: string): string {
  return bind(sql, v => `CASE WHEN isfinite(${v}) THEN ${v} END`)
}
