/**
 * A real VS Code for the end-to-end tests: code-server, installed once into the cache (cache.ts) and started on a
 * free loopback port with a profile of its own.
 *
 * `test/vscode/package-lock.json` says which version. It runs on Node 24, which comes from the npm package `node`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cached } from './cache.ts'
import { endTree, killTree, run } from './processes.ts'
import { ensureSystemPackages, findProgram } from './system-packages.ts'

const repository = path.resolve(import.meta.dirname, '../..')
const manifestFolder = path.join(repository, 'test/vscode')

/** Settings that keep the workbench still: no start page, no assistants, no telemetry, nothing saved by itself. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'files.autoSave': 'off',
  // Without it a notebook that is opened before the extensions are there shows as JSON.
  'workbench.editorAssociations': { '*.ipynb': 'jupyter-notebook' },
  'window.commandCenter': false,
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
}

export interface CodeServerOptions {
  /** The workspace folder to open. */
  readonly folder: string
  /** Extensions to install, as VSIX files. */
  readonly extensions?: readonly string[]
  /** Settings of the user, over the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Opens the folder without trusting it. Default: no question is asked, it is trusted. */
  readonly restricted?: boolean | undefined
  /** Further environment of the server, its extension host and their children. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CodeServer extends AsyncDisposable {
  /** Opens the folder, e.g. `http://127.0.0.1:41234/?folder=…`. */
  readonly url: string
  readonly port: number
  readonly folder: string
  readonly pid: number
  /** The fresh profile: settings, extensions, logs. Removed by `stop`. */
  readonly profile: string
  /** What the server has written so far. */
  log(): string
  installExtension(vsix: string): Promise<void>
  /** Ends it with everything it has started, and removes its profile. */
  stop(): Promise<void>
}

/** The Node 24 that npm installed for this project, or the one that runs now if it is one. */
export function node24(): string {
  const own = path.join(repository, 'node_modules/node/bin/node')
  if (existsSync(own)) return own
  if (process.versions.node.startsWith('24.')) return process.execPath
  throw new Error('Expected Node 24 in node_modules/node, got none: run `npm ci` first.')
}

/** Installs code-server when it is not there yet (a few minutes, 620 MB), and gives the file that starts it. */
export async function installCodeServer(log: (line: string) => void = () => {}): Promise<string> {
  const entry = { name: 'vscode', lockfile: path.join(manifestFolder, 'package-lock.json') }
  const folder = await cached(entry, async target => {
    log('Installing VS Code (code-server) into the cache; this takes a few minutes, once.')
    await ensureSystemPackages([
      { name: 'libkrb5-dev', present: () => existsSync('/usr/include/gssapi/gssapi.h') },
      { name: 'g++', present: () => findProgram(['g++', 'clang++']) !== undefined },
      { name: 'make', present: () => findProgram(['make']) !== undefined },
      { name: 'python3', present: () => findProgram(['python3']) !== undefined },
    ])
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(path.join(manifestFolder, file), path.join(target, file))
    }
    // Native modules are built against these headers instead of a download from nodejs.org.
    const env = { ...withNode24(), npm_config_nodedir: await nodeHeaders(target) }
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: target, env })
  })
  return path.join(folder, 'node_modules/code-server/out/node/entry.js')
}

function withNode24(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${path.dirname(node24())}${path.delimiter}${process.env['PATH'] ?? ''}` }
}

/** The folder that holds `include/node`: npm nests the package of the platform in one of two places, or drops it. */
async function nodeHeaders(target: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`
  const places = ['node_modules/node/node_modules', 'node_modules'].map(p => path.join(repository, p, name))
  const found = places.find(place => existsSync(path.join(place, 'include/node/node.h')))
  if (found !== undefined) return found
  const version = (await run(node24(), ['--version'])).trim().slice(1)
  const folder = path.join(path.dirname(target), `node-headers-${version}`)
  const headers = path.join(folder, 'node_modules', name)
  if (!existsSync(path.join(headers, 'include/node/node.h'))) {
    await mkdir(folder, { recursive: true })
    const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', `${name}@${version}`]
    await run('npm', args, { cwd: folder, env: withNode24() })
  }
  return headers
}

/** Starts VS Code on a folder. It answers when this comes back. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const entry = await installCodeServer(line => console.error(line))
  const profile = await mkdtemp(path.join(tmpdir(), 'slipway-vscode-'))
  await mkdir(path.join(profile, 'data/User'), { recursive: true })
  await mkdir(path.join(profile, 'extensions'))
  await writeFile(path.join(profile, 'config.yaml'), '')
  const { restricted = false } = options
  const trust = restricted ? { 'security.workspace.trust.startupPrompt': 'never' } : {}
  const settings = { ...quietSettings, ...trust, ...options.settings }
  await writeFile(path.join(profile, 'data/User/settings.json'), JSON.stringify(settings, null, 2))
  const install = (vsix: string): Promise<void> => installExtension({ entry, profile, vsix })
  for (const vsix of options.extensions ?? []) await install(vsix)

  const port = await freePort()
  const child = spawn(
    node24(),
    [entry, ...profileArgs(profile), ...serverArgs(port, restricted), options.folder],
    {
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', c => output.push(String(c)))
  const atExit = (): void => killTree(child)
  process.once('exit', atExit)
  const stop = async (): Promise<void> => {
    process.off('exit', atExit)
    await endTree(child)
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await waitUntilHealthy(child, port, output)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(options.folder)}`,
    port,
    folder: options.folder,
    pid: child.pid ?? -1,
    profile,
    log: () => output.join(''),
    installExtension: install,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function profileArgs(profile: string): string[] {
  const at = (name: string): string => path.join(profile, name)
  return ['--config', at('config.yaml'), '--user-data-dir', at('data'), '--extensions-dir', at('extensions')]
}

function serverArgs(port: number, restricted: boolean): string[] {
  const flags = ['--auth=none', '--disable-telemetry', '--disable-update-check']
  return [...flags, ...(restricted ? [] : ['--disable-workspace-trust']), '--bind-addr', `127.0.0.1:${port}`]
}

async function installExtension(at: { entry: string; profile: string; vsix: string }): Promise<void> {
  const args = [at.entry, ...profileArgs(at.profile), '--install-extension', at.vsix]
  await run(node24(), args, { env: cleanEnvironment() })
}

/** Without the variables by which a surrounding VS Code or test runner would be taken for the parent. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const unwanted = /^(VSCODE_|NODE_TEST_CONTEXT$|NODE_OPTIONS$|PORT$|PASSWORD$|npm_)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)))
}

/** A port of the loopback interface that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

async function waitUntilHealthy(child: ChildProcess, port: number, output: readonly string[]): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && child.exitCode === null) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (response?.ok) return
    await delay(100)
  }
  throw new Error(`VS Code did not answer on port ${port} within a minute. It wrote:\n${output.join('')}`)
}
