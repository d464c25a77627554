/** One DuckDB instance with its limits, its spill folder and its connections. Knows nothing of plans. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { availableParallelism, hostname } from 'node:os'
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
  /** What the rows of a fit may hold in memory before they lie on disk, where the algorithm can do so. Default 256 MiB. */
  readonly maxHeldBytes?: number
  /** Default: a folder of its own under `<root>/.slipway/spill`, removed at close. */
  readonly spillFolder?: string
}

export interface Database {
  readonly root: string
  readonly threads: number
  readonly spillFolder: string
  readonly maxHeldBytes: number
  /** A new connection; whoever asked for it disconnects it. */
  connect(): Promise<DuckDBConnection>
  close(): Promise<void>
}

const defaultMemoryLimitBytes = 2 ** 30
const defaultMaxHeldBytes = 2 ** 28

export async function openDatabase(options: EngineOptions): Promise<Database> {
  const root = resolve(options.root)
  const spillFolder = options.spillFolder ?? (await ownFolder(join(root, '.slipway', 'spill')))
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
    spillFolder,
    maxHeldBytes: options.maxHeldBytes ?? defaultMaxHeldBytes,
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

/** A name that says whose it is. What processes that are gone have left behind is removed. */
async function ownFolder(parent: string): Promise<string> {
  const host = encodeURIComponent(hostname())
  const owned = /^(.+)\.(\d+)\.[0-9a-f-]{36}$/
  for (const name of await readdir(parent).catch(() => [])) {
    const [, of, pid] = owned.exec(name) ?? []
    if (of === host && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true })
  }
  return join(parent, `${host}.${process.pid}.${randomUUID()}`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
