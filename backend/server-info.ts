/** `server.json` in the state folder: how to reach the service that runs there. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Health, ServerInfo } from './api/index.ts'
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

/** Waits until the service of the state folder answers, or for ten seconds. */
export async function untilAnswering(state: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 10_000; await sleep(50)) {
    const info = await readServerInfo(state)
    if (info && (await answers(info))) return
  }
}

/** The port may belong to somebody else by now: the process id tells. */
async function answers({ url, pid }: ServerInfo): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) })
    return ((await response.json()) as Partial<Health>).pid === pid
  } catch {
    return false
  }
}
