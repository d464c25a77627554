/** `server.json` in the state folder: how to reach the service that runs there. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerInfo } from './api/index.ts'
import { writeFileAtomic } from './files.ts'

const fileOf = (state: string) => join(state, 'server.json')

export async function writeServerInfo(state: string, info: ServerInfo): Promise<void> {
  await writeFileAtomic(fileOf(state), `${JSON.stringify(info, null, 2)}\n`, 0o600)
}

/** Undefined when there is none. It may be that of a killed service: ask whether it answers. */
export async function readServerInfo(state: string): Promise<ServerInfo | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(state), 'utf8')) as ServerInfo
  } catch {
    return undefined
  }
}

export async function removeServerInfo(state: string): Promise<void> {
  await rm(fileOf(state), { force: true })
}
