/** The model registry. A version is immutable; the same artifact gets the same version. */
import type * as api from '../api/index.ts'
import { notFound } from '../errors.ts'
import { now, type Database } from './database.ts'

export type NewModelVersion = Omit<api.ModelVersion, 'version' | 'createdAt'>

export type ModelStore = ReturnType<typeof createModelStore>

export function createModelStore({ sql }: Database) {
  const all = sql.prepare('select * from models where name = ? order by version desc')
  const names = () =>
    (sql.prepare('select distinct name from models order by name').all() as { name: string }[]).map(
      r => r.name,
    )
  const versions = (name: string): readonly api.ModelVersion[] => {
    const rows = all.all(name) as unknown as Row[]
    if (rows.length === 0) throw notFound('model', name, names())
    return rows.map(fromRow)
  }

  return {
    /** Newest version of every model. */
    list: (): readonly api.ModelVersion[] => names().map(name => versions(name)[0]!),
    /** Newest first. @throws BCK004 */
    versions,
    /** The newest when `version` is not said. @throws BCK004 */
    get: (name: string, version?: number): api.ModelVersion => {
      const known = versions(name)
      const found = version === undefined ? known[0] : known.find(model => model.version === version)
      if (found) return found
      throw notFound(
        `version of model ${name}`,
        String(version),
        known.map(model => String(model.version)),
      )
    },
    /** To be called inside a transaction. */
    register: (model: NewModelVersion): api.ModelRef => {
      const { name, digest } = model
      const same = sql
        .prepare('select version from models where name = ? and digest = ?')
        .get(name, digest) as { version: number } | undefined
      if (same) return { name, version: same.version }
      const { next } = sql
        .prepare('select coalesce(max(version), 0) + 1 as next from models where name = ?')
        .get(name) as { next: number }
      const { run, pipeline, pipelineVersion } = model
      const json = [model.metrics, model.requirements, model.files].map(v => JSON.stringify(v)) as [
        string,
        string,
        string,
      ]
      sql
        .prepare('insert into models values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(name, next, digest, now(), run, pipeline, pipelineVersion, ...json)
      return { name, version: next }
    },
  }
}

interface Row {
  name: string
  version: number
  digest: string
  created_at: string
  run: string
  pipeline: string
  pipeline_version: string
  metrics: string
  requirements: string
  files: string
}

function fromRow(row: Row): api.ModelVersion {
  return {
    name: row.name,
    version: row.version,
    digest: row.digest,
    createdAt: row.created_at,
    run: row.run,
    pipeline: row.pipeline,
    pipelineVersion: row.pipeline_version,
    metrics: JSON.parse(row.metrics) as api.Metric[],
    requirements: JSON.parse(row.requirements) as api.ModelRequirement[],
    files: JSON.parse(row.files) as api.ModelVersion['files'],
  }
}
