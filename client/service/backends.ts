/**
 * The backend of each open project. An embedded one that this window started ends with the window; one that was
 * there before is used and left alone.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as vscode from 'vscode'
import type { Health, ServerInfo } from '../../backend/api/index.ts'
import { backendSetting } from '../project.ts'
import { onLines } from '../support/lines.ts'
import { startBundle } from '../support/processes.ts'
import { type Address, type BackendApi, createBackendApi } from './api.ts'

const startTimeoutMs = 30_000

export class Backends implements vscode.Disposable {
  readonly #output: vscode.LogOutputChannel
  readonly #children = new Map<string, ChildProcess>()
  readonly #starting = new Map<string, Promise<BackendApi>>()

  constructor(output: vscode.LogOutputChannel) {
    this.#output = output
  }

  /** The backend of a project if one answers now; never starts one. */
  async running(root: string): Promise<BackendApi | undefined> {
    const setting = backendSetting(root)
    if (setting.kind === 'remote')
      return createBackendApi({ url: setting.url, token: remoteToken(root, setting.tokenFile) })
    const address = embeddedAddress(root)
    return address && (await answers(address)) ? createBackendApi(address) : undefined
  }

  /** The backend of a project; an embedded one is started when none answers. */
  async connect(root: string): Promise<BackendApi> {
    const running = await this.running(root)
    if (running) return running
    const starting = this.#starting.get(root) ?? this.#start(root).finally(() => this.#starting.delete(root))
    this.#starting.set(root, starting)
    return starting
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#children.values()].map(end))
    this.#children.clear()
  }

  async #start(root: string): Promise<BackendApi> {
    const state = stateFolder(root)
    mkdirSync(state, { recursive: true })
    const child = startBundle('backend', ['--state', state], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.set(root, child)
    let lastWords = ''
    for (const stream of [child.stdout!, child.stderr!])
      onLines(stream, line => {
        lastWords = `${lastWords}\n${line}`.slice(-1000)
        this.#output.info(`backend: ${line}`)
      })
    child.once('close', () => this.#children.delete(root))
    for (const start = Date.now(); Date.now() - start < startTimeoutMs; await sleep(50)) {
      const running = await this.running(root)
      if (running) return running
      if (child.exitCode !== null) break
    }
    throw new Error(`The backend did not start. It wrote:${lastWords}`)
  }
}

function stateFolder(root: string): string {
  return join(root, '.slipway/backend')
}

function embeddedAddress(root: string): Address | undefined {
  try {
    const info = JSON.parse(readFileSync(join(stateFolder(root), 'server.json'), 'utf8')) as ServerInfo
    return { url: info.url, token: readFileSync(info.tokenFile, 'utf8').trim() }
  } catch {
    // No backend has been started here, or it has just gone.
    return undefined
  }
}

async function answers({ url }: Address): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) })
    return response.ok && ((await response.json()) as Health).status === 'ok'
  } catch {
    // What the file says is from a backend that is gone.
    return false
  }
}

function remoteToken(root: string, tokenFile: string | undefined): string {
  const { SLIPWAY_TOKEN: token, SLIPWAY_TOKEN_FILE: named } = process.env
  const file = tokenFile?.replace(/^~(?=\/)/, homedir()) ?? named
  if (file !== undefined) return readFileSync(resolve(root, file), 'utf8').trim()
  return token ?? ''
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise<void>(done => child.once('close', () => done()))
  child.kill('SIGTERM')
  const insist = setTimeout(() => child.kill('SIGKILL'), 3000)
  await closed
  clearTimeout(insist)
}
