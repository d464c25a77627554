/** The port of a service that was not told one: the same as last time where it is free, so that URLs stay good. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { writeFileAtomic } from './files.ts'

const fileOf = (state: string) => join(state, 'port')

/** 0 when there is no last port or somebody else has it by now: the system chooses then. */
export async function lastPort(state: string, host: string): Promise<number> {
  const port = Number(await readFile(fileOf(state), 'utf8').catch(() => '0'))
  return Number.isInteger(port) && port > 0 && port < 65536 && (await isFree(port, host)) ? port : 0
}

export async function rememberPort(state: string, url: string): Promise<void> {
  await writeFileAtomic(fileOf(state), `${new URL(url).port}\n`)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
