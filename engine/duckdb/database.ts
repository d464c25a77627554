/** One DuckDB instance with its limits, its spill folder and its connections. Knows nothing of plans. */
import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { randomUUID } from 'node:crypto'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

export interface EngineOptions {
  /** The project's root; relative paths in queries start here. */
  readonly root: string
  /** Default: the processors there are. */
  readonly threads?: number
  /** What the database may hold in memory before it spills. Default 1 GiB. */
  readonly memoryLimitBytes?: number
  /** Default: a folder of its own under `<root>/.slipway/spill`, removed at close. */
  readonly spillFolder?: string
}

export interface Database {
  readonly root: string
  readonly threads: number
  /** A new connection; whoever asked for it disconnects it. */
  connect(): Promise<DuckDBConnection>
  close(): Promise<void>
}

const defaultMemoryLimitBytes = 2 ** 30

export async function openDatabase(options: EngineOptions): Promise<Database> {
  const root = resolve(options.root)
  const spillFolder = options.spillFolder ?? join(root, '.slipway', 'spill', randomUUID())
  const threads = options.threads ?? availableParallelism()
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${options.memoryLimitBytes ?? defaultMemoryLimitBytes}B`,
    temp_directory: spillFolder,
    autoinstall_known_extensions: 'false',
  })
  await mkdir(dirname(spillFolder), { recursive: true })
  return {
    root,
    threads,
    async connect() {
      const connection = await instance.connect()
      await connection.run(`SET TimeZone = 'UTC'`)
      await connection.run(`SET file_search_path = '${root.replaceAll("'", "''")}'`)
      return connection
    },
    async close() {
      instance.closeSync()
      await rm(spillFolder, { recursive: true, force: true })
    },
  }
}
