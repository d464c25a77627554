import { read, sql, type Table } from 'slipway'

/** Flights we can believe. */
export async function flightsWeCanBelieve({ earliest }: { earliest: number }): Promise<{ flights: Table }> {
  const raw = read('data/flights-3m.parquet')

  // A departure more than an hour early is a date gone wrong, and some flights stand in the file twice.
  const flights = sql`select distinct * from ${raw} where delay >= ${earliest}`

  return { flights }
}
