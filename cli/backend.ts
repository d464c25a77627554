/**
 * Which backend a project uses, and how to reach it: the one that slipway.json names, else the embedded one, which
 * is started when nobody has yet. What a command asks of either goes through the same client.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerInfo } from '../backend/api/index.ts'
import { createBackendClient, type BackendClient } from '../backend/client.ts'
import { installation } from '../library/installation.ts'
import { CliError, exitCodes } from './errors.ts'

const startTimeoutMs = 30_000

/** The state folder of a project's embedded backend. */
export function embeddedState(root: string): string {
  return join(root, '.slipway/backend')
}

/**
 * A client of the project's backend, which answers by now.
 * @throws CliError CLI009 when a remote backend's token is not known, CLI010 when the embedded one does not start
 * @throws BackendError BCK001 when the remote one does not answer
 */
export async function connectBackend(root: string): Promise<BackendClient> {
  const url = configuredUrl(root)
  if (url !== undefined) {
    const client = createBackendClient({ url, token: remoteToken(url) })
    await client.health()
    return client
  }
  return (await runningEmbedded(root)) ?? (await startEmbedded(root))
}

/** The client of a running embedded backend, if there is one. */
export async function runningEmbedded(root: string): Promise<BackendClient | undefined> {
  const info = readServerInfo(embeddedState(root))
  if (!info) return undefined
  try {
    const client = createBackendClient({ url: info.url, token: readFileSync(info.tokenFile, 'utf8').trim() })
    const { pid } = await client.health()
    return pid === info.pid ? client : undefined
  } catch {
    // What the file says is from a backend that is gone.
    return undefined
  }
}

/** What a backend wrote about itself into its state folder. */
export function readServerInfo(state: string): ServerInfo | undefined {
  try {
    return JSON.parse(readFileSync(join(state, 'server.json'), 'utf8')) as ServerInfo
  } catch {
    return undefined
  }
}

/** Starts the embedded backend, detached, and waits until it answers. */
export async function startEmbedded(root: string): Promise<BackendClient> {
  const state = embeddedState(root)
  mkdirSync(state, { recursive: true })
  const log = join(state, 'backend.log')
  const { node, entry, env } = installation()
  const out = openSync(log, 'a')
  const child = spawn(node, [...entry('backend'), '--state', state], {
    cwd: root,
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env },
  })
  let ended = false
  child.once('exit', () => (ended = true))
  child.unref()
  for (const start = Date.now(); Date.now() - start < startTimeoutMs; await sleep(50)) {
    const client = await runningEmbedded(root)
    if (client) return client
    if (ended) break
  }
  throw new CliError('CLI010', `The backend did not start. Its log ends with:\n${lastLines(log)}`, {
    exitCode: exitCodes.world,
  })
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n')
}

/** The URL in slipway.json; undefined when the backend is embedded. */
export function configuredUrl(root: string): string | undefined {
  const { backend } = JSON.parse(readFileSync(join(root, 'slipway.json'), 'utf8')) as { backend?: string }
  return backend === undefined || backend === 'embedded' ? undefined : backend
}

function remoteToken(url: string): string {
  const { SLIPWAY_TOKEN: token, SLIPWAY_TOKEN_FILE: file } = process.env
  if (token) return token
  if (file) return readFileSync(file, 'utf8').trim()
  throw new CliError(
    'CLI009',
    `The backend at ${url} wants a token. Put it into the environment as SLIPWAY_TOKEN, or name a file that holds it in SLIPWAY_TOKEN_FILE.`,
    { exitCode: exitCodes.world },
  )
}
