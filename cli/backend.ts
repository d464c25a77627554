/**
 * Which backend a project uses, and how to reach it: the one that slipway.json names, else the embedded one, which
 * is started when nobody has yet. What a command asks of either goes through the same client.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerInfo } from '../backend/api/index.ts'
import { createBackendClient, type BackendClient } from '../backend/client.ts'
import { installation } from '../library/installation.ts'
import { readConfig } from '../library/project.ts'
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
  const remote = await configuredBackend(root)
  if (remote) {
    const client = createBackendClient({ url: remote.url, token: remoteToken(root, remote) })
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

interface RemoteBackend {
  readonly url: string
  readonly tokenFile?: string
}

/** The backend that slipway.json names; undefined when it is embedded. @throws LIB101 */
export async function configuredBackend(root: string): Promise<RemoteBackend | undefined> {
  const { backend } = await readConfig(root)
  return backend === 'embedded' ? undefined : backend
}

/** From the environment, else from the file that slipway.json names. */
function remoteToken(root: string, { url, tokenFile }: RemoteBackend): string {
  const token = process.env['SLIPWAY_TOKEN']
  const file =
    process.env['SLIPWAY_TOKEN_FILE'] ?? (tokenFile === undefined ? undefined : resolve(root, tokenFile))
  if (token) return token
  try {
    if (file !== undefined) return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw tokenError(`its file ${file} cannot be read: ${(cause as Error).message}`)
  }
  throw tokenError('none is known')

  function tokenError(what: string): CliError {
    return new CliError(
      'CLI009',
      `The backend at ${url} wants a token, and ${what}. Put it into the environment as SLIPWAY_TOKEN, name a file that holds it in SLIPWAY_TOKEN_FILE, or as "tokenFile" beside "url" in slipway.json.`,
      { exitCode: exitCodes.world },
    )
  }
}
