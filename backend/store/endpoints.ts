/** Which model version each endpoint serves, and from which folder. */
import { notFound } from '../errors.ts'
import { now, type Database } from './database.ts'

export interface StoredEndpoint {
  readonly name: string
  readonly model: string
  readonly version: number
  /** Name of the folder below `endpoints/` with the model and its online store. */
  readonly folder: string
  readonly deployedAt: string
}

export type EndpointStore = ReturnType<typeof createEndpointStore>

export function createEndpointStore({ sql }: Database) {
  const list = (): readonly StoredEndpoint[] =>
    (sql.prepare('select * from endpoints order by name').all() as unknown as Row[]).map(fromRow)
  return {
    list,
    /** @throws BCK004 */
    get: (name: string): StoredEndpoint => {
      const known = list()
      const found = known.find(endpoint => endpoint.name === name)
      if (found) return found
      throw notFound(
        'endpoint',
        name,
        known.map(endpoint => endpoint.name),
      )
    },
    put: ({ name, model, version, folder }: Omit<StoredEndpoint, 'deployedAt'>): StoredEndpoint => {
      const deployedAt = now()
      sql
        .prepare('insert or replace into endpoints values (?, ?, ?, ?, ?)')
        .run(name, model, version, folder, deployedAt)
      return { name, model, version, folder, deployedAt }
    },
    delete: (name: string): void => void sql.prepare('delete from endpoints where name = ?').run(name),
  }
}

interface Row {
  name: string
  model: string
  version: number
  folder: string
  deployed_at: string
}

function fromRow(row: Row): StoredEndpoint {
  const { name, model, version, folder, deployed_at: deployedAt } = row
  return { name, model, version, folder, deployedAt }
}
