import { read, sql, type Table } from 'slipway'
import { mystery } from 'strange'

export async function main(): Promise<{ out: Table }> {
  const table = read('data/a.parquet')

  mystery({ table })
  const seed = Math.random()

  const out = sql`select * from ${table} where x > ${seed}`

  return { out }
}
