/** Flights over and over again: a folder in which the same file lies under many names. */
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '../../language/index.ts'
import { flightsFile, flightsPlan, flightsRoot } from './plan.ts'

export interface RepeatedFlights {
  readonly root: string
  readonly plan: Plan
  remove(): Promise<void>
}

/** Every flight so many times; of one time the file as it is. */
export async function repeatFlights(times: number): Promise<RepeatedFlights> {
  if (times === 1) return { root: flightsRoot, plan: flightsPlan, remove: async () => {} }
  const root = await mkdtemp(join(tmpdir(), 'slipway-flights-'))
  for (let i = 0; i < times; i++)
    await symlink(join(flightsRoot, flightsFile), join(root, `flights-${i}.parquet`))
  const source = { ...flightsPlan.sources['flights']!, path: 'flights-*.parquet' }
  return {
    root,
    plan: { ...flightsPlan, sources: { flights: source } },
    remove: () => rm(root, { recursive: true }),
  }
}
