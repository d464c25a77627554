import { read, sql } from 'slipway'

/** Does the north freeze? */
export async function doesTheNorthFreeze(): Promise<{}> {
  const raw = read('data/flights-3m.parquet')

  const airports = read('data/airports.csv')

  const byAirport = await sql`
  select a.latitude, avg(f.delay) as delay, count(*) as flights
  from ${raw} f join ${airports} a on a.iata = f.origin
  group by a.iata, a.latitude having count(*) > 1000`.toDanfo()

  const means = byAirport.loc({ columns: ['latitude', 'delay'] })
  means.describe()

  return {}
}
