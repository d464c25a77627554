/** The tag `sql`: SQL over tables that are held in variables. */
import { isTable, Table } from './table.ts'
import type { QueryValue } from './query.ts'

/**
 * A table from a query. A table in `${…}` is a subquery there; anything else is a bound parameter, never text:
 *
 *     sql`select origin, avg(delay) as delay from ${flights} where distance > ${1000} group by origin`
 */
export function sql(strings: TemplateStringsArray, ...values: readonly (Table | QueryValue)[]): Table {
  return new Table({
    // The cooked text: `\n` in a template is a line end, as everywhere else in JavaScript.
    strings: [...strings],
    values: values.map(value => (isTable(value) ? value.query : value)),
  })
}
