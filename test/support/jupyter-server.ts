/** A real JupyterLab server, started from the tests' Python environment. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createJupyterFolder } from './jupyter.ts'
import { endTree, killTree } from './processes.ts'
import type { Python } from './python.ts'

export interface JupyterServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
  /** What the server shows as its files. */
  readonly folder: string
  /** Calls the server's REST interface. @throws when the answer is an error */
  api(method: string, path: string, body?: unknown): Promise<unknown>
}

const startMs = 60_000

export async function startJupyterServer({ executable }: Python): Promise<JupyterServer> {
  const jupyter = await createJupyterFolder()
  const port = await freePort()
  const token = randomBytes(16).toString('hex')
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    executable,
    [
      ...['-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${port}`],
      ...[`--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${jupyter.folder}`],
      ...['--ServerApp.port_retries=0', '--LabApp.extension_manager=readonly', '--ServerApp.log_level=WARN'],
    ],
    { cwd: jupyter.folder, env: jupyter.env, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const kill = () => killTree(child)
  process.once('exit', kill)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))

  async function api(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/api/${path}`, {
      method,
      headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  async function close(): Promise<void> {
    process.off('exit', kill)
    await endTree(child)
    await jupyter[Symbol.asyncDispose]()
  }

  const deadline = Date.now() + startMs
  while (!(await api('GET', 'status').then(Boolean, () => false))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await close()
      throw new Error(`Expected JupyterLab to answer at ${url} within a minute:\n${output.slice(-3000)}`)
    }
    await sleep(200)
  }
  return { url, token, folder: jupyter.folder, api, [Symbol.asyncDispose]: close }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
