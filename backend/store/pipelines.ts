/** Registered pipeline versions. Immutable: a version is its content. */
import type { Lock, Manifest } from '../../promote/manifest.ts'
import type * as api from '../api/index.ts'
import { notFound } from '../errors.ts'
import { now, type Database } from './database.ts'

export interface StoredPipeline {
  readonly name: string
  readonly version: string
  readonly createdAt: string
  readonly manifest: Manifest
  readonly lock: Lock
  readonly files: readonly api.PipelineFile[]
}

export type PipelineStore = ReturnType<typeof createPipelineStore>

export function createPipelineStore({ sql, transaction }: Database) {
  const find = sql.prepare('select * from pipelines where name = ? and version = ?')
  const insert = sql.prepare('insert into pipelines values (?, ?, ?, ?, ?, ?) on conflict do nothing')
  const versions = sql.prepare('select version, created_at from pipelines where name = ? order by rowid desc')
  const names = sql.prepare('select distinct name from pipelines order by name')

  const get = (name: string, version: string): StoredPipeline => {
    const row = find.get(name, version) as unknown as Row | undefined
    if (row === undefined) throw missing(name, version)
    return fromRow(row)
  }
  const nameList = () => (names.all() as { name: string }[]).map(row => row.name)
  const summary = (name: string): api.PipelineSummary => ({
    name,
    versions: (versions.all(name) as { version: string; created_at: string }[]).map(row => ({
      version: row.version,
      createdAt: row.created_at,
    })),
  })
  const missing = (name: string, version: string) => {
    const known = summary(name).versions.map(v => v.version)
    return known.length
      ? notFound(`version of pipeline ${name}`, version, known)
      : notFound('pipeline', name, nameList())
  }

  return {
    /** @throws BCK004 */
    get,
    /** Whether it was new. */
    add: (pipeline: Omit<StoredPipeline, 'createdAt'>): boolean =>
      transaction(() => {
        const { name, version, manifest, lock, files } = pipeline
        const json = [manifest, lock, files].map(value => JSON.stringify(value)) as [string, string, string]
        return insert.run(name, version, now(), ...json).changes === 1
      }),
    /** @throws BCK004 */
    summary: (name: string): api.PipelineSummary => {
      const found = summary(name)
      if (found.versions.length === 0) throw notFound('pipeline', name, nameList())
      return found
    },
    list: (): readonly api.PipelineSummary[] => nameList().map(summary),
  }
}

interface Row {
  name: string
  version: string
  created_at: string
  manifest: string
  lock: string
  files: string
}

function fromRow(row: Row): StoredPipeline {
  return {
    name: row.name,
    version: row.version,
    createdAt: row.created_at,
    manifest: JSON.parse(row.manifest) as Manifest,
    lock: JSON.parse(row.lock) as Lock,
    files: JSON.parse(row.files) as api.PipelineFile[],
  }
}

/** What callers see of a version. */
export function describePipeline(pipeline: StoredPipeline): api.PipelineVersion {
  const { name, version, createdAt, manifest, files } = pipeline
  return {
    name,
    version,
    createdAt,
    parameters: manifest.parameters.map(({ name, schema, default: value }) => ({
      name,
      schema,
      default: value,
    })),
    steps: manifest.steps.map(step => ({
      name: step.name,
      inputs: step.inputs.map(input => `${input.from.step}.${input.from.output}`),
      outputs: step.outputs.map(({ name, codec }) => ({ name, codec })),
    })),
    files: [...files],
  }
}
