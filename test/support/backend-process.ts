/** A real backend as a process of its own, for tests that start it, talk to it and kill it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { ServerInfo } from '../../backend/api/index.ts'
import { createBackendClient, type BackendClient } from '../../backend/client.ts'
import { installation } from '../../library/installation.ts'

export interface BackendProcess {
  readonly client: BackendClient
  readonly info: ServerInfo
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>
}

/** Starts it on a state folder and waits until it answers. `cwd` is where it stands: it must not matter. */
export async function startBackend(
  state: string,
  options: {
    readonly args?: readonly string[]
    readonly cwd?: string
    readonly env?: NodeJS.ProcessEnv
  } = {},
): Promise<BackendProcess> {
  const { node, entry } = installation()
  const child = spawn(node, [...entry('backend'), '--state', state, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  let stderr = ''
  child.stderr.on('data', chunk => (stderr += String(chunk)))
  const said = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>
  const first = await Promise.race([said, exited.then(() => undefined)])
  if (first === undefined) throw new Error(`the backend did not start:\n${stderr}`)
  const info = JSON.parse(first[0]) as ServerInfo
  const token = (await readFile(info.tokenFile, 'utf8')).trim()
  return {
    client: createBackendClient({ url: info.url, token }),
    info,
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    end: async () => {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
  }
}
