/**
 * The whole road on real flights, as a user would walk it by the command line: notebook → promote → submit → train →
 * deploy → score. Works in `demo/flights`, which it makes from `examples/flights` and which can be opened in VS Code
 * afterwards. A second run reuses what has not changed.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { layExampleData } from './example-data.ts'

const checkout = join(import.meta.dirname, '..')
const project = join(checkout, 'demo/flights')
const startedMs = performance.now()

type Json = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- documents of the command line

async function demo(): Promise<void> {
  say('Slipway: from a notebook to an endpoint, on three million real flights\n')
  await stage('Build', build)
  await stage('Open the example', openExample)
  await stage('Register features', registerFeatures)
  await stage('Run the notebook', runNotebook)
  const promoted = await stage('Promote to a pipeline', promote)
  const run = await stage('Submit and train', () => submit())
  const endpoint = await stage('Deploy', () => deploy(run.model.name))
  const answer = await stage('Ask for a prediction', () => predict(endpoint.url))
  const { card } = await ask(
    new URL(`/api/v1/models/${run.model.name}/versions/${run.model.version}`, endpoint.url),
  )
  summary(promoted, card, endpoint, answer)
}

/** Runs one stage, and says how long it took and whether anything was left to do. */
async function stage<T extends { note?: string }>(title: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  progress(`${title} …`)
  const result = await work()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  clearProgress()
  say(`${title.padEnd(22)} ${seconds.padStart(6)} s   ${result.note ?? ''}`)
  return result
}

/** Bundles, unless the sources are those of the last build. */
async function build(): Promise<{ note: string }> {
  const stamp = join(checkout, 'dist/.sources')
  const digest = sourcesDigest()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return { note: 'unchanged, kept' }
  await execute(join(checkout, 'node_modules/webpack/bin/webpack.js'), [], line =>
    progress(`Build │ ${line}`),
  )
  writeFileSync(stamp, digest)
  return { note: 'dist/' }
}

function sourcesDigest(): string {
  const hash = createHash('sha256')
  const folders = ['language', 'engine', 'catalog', 'library', 'kernel', 'promote', 'backend', 'server', 'client', 'web', 'cli', 'syntaxes'] // prettier-ignore
  const files = folders
    .filter(folder => existsSync(join(checkout, folder)))
    .flatMap(folder =>
      (readdirSync(join(checkout, folder), { recursive: true }) as string[]).map(f => join(folder, f)),
    )
  for (const file of [...files, 'package-lock.json', 'webpack.config.js'].sort()) {
    const path = join(checkout, file)
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path))
  }
  return hash.digest('hex')
}

/** The example's files, fresh; what Slipway made there (outputs of a notebook that did not change, state) stays. */
async function openExample(): Promise<{ note: string }> {
  const example = join(checkout, 'examples/flights')
  mkdirSync(project, { recursive: true })
  for (const file of ['slipway.json', 'late.slip']) cpSync(join(example, file), join(project, file))
  const notebook = join(project, 'explore.ipynb')
  if (cellsOf(notebook) !== cellsOf(join(example, 'explore.ipynb')))
    cpSync(join(example, 'explore.ipynb'), notebook)
  layExampleData('flights', project)
  return { note: 'demo/flights: explore.ipynb, late.slip, 3 million flights' }
}

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string
    readonly source: unknown
    readonly execution_count?: number
  }[]
}

function readNotebook(file: string): Notebook | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Notebook) : undefined
}

/** The sources of a notebook's cells, as text to compare. */
function cellsOf(file: string): string | undefined {
  const notebook = readNotebook(file)
  return notebook && JSON.stringify(notebook.cells.map(cell => [cell.cell_type, cell.source]))
}

async function registerFeatures(): Promise<{ note: string }> {
  const { features } = await slipway(['apply'])
  return { note: features.map((f: Json) => `${f.name}@${f.version} (${f.state})`).join(', ') }
}

async function runNotebook(): Promise<{ note: string }> {
  const code = readNotebook(join(project, 'explore.ipynb'))!.cells.filter(cell => cell.cell_type === 'code')
  if (code.every(cell => typeof cell.execution_count === 'number'))
    return { note: 'has run as it stands, kept' }
  await slipway(['run', 'explore.ipynb', '--save'])
  return { note: `explore.ipynb, ${code.length} cells` }
}

async function promote(): Promise<Json & { note: string }> {
  const promoted = await slipway(['promote', 'explore.ipynb', '--name', 'late', '--yes'])
  const steps = promoted.steps.map((step: Json) => step.name).join(' → ')
  const how = promoted.unchanged
    ? 'unchanged, kept'
    : `${promoted.kept.length} of ${promoted.kept.length + promoted.dropped.length} statements kept, verified`
  return { ...promoted, note: `${steps} (${how})` }
}

async function submit(): Promise<Json & { note: string; model: { name: string; version: number } }> {
  let created = true
  let run: Json | undefined
  await slipway(['submit', 'late', '--param', 'sampleRows=all', '--watch', '--retry'], event => {
    if (event.type === 'submitted') created = event.created
    if (event.type === 'ended') run = event.run
    if (event.type === 'progress') progress(`Train │ ${event.step}: ${event.message ?? event.phase}`)
  })
  if (run?.model === undefined) throw new Error('the run ended without a model')
  const model = { name: String(run.model.name), version: Number(run.model.version) }
  return { ...run, model, note: created ? `run ${run.id}` : `run ${run.id}, the same submission: reused` }
}

async function deploy(model: string): Promise<{ url: string; note: string }> {
  const { endpoint, url } = await slipway(['deploy', model])
  return { url, note: `${endpoint.model} version ${endpoint.version}` }
}

const morning = { date: '2001-06-12T07:10', distance: 400, origin: 'BOI', destination: 'SEA' }

async function predict(url: string): Promise<Json & { note: string }> {
  return { ...(await ask(url, { rows: [morning] })), note: 'POST over HTTP' }
}

/** Asks the backend over plain HTTP, as any program would. */
async function ask(url: string | URL, body?: unknown): Promise<Json> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const answer = (await response.json()) as Json
  if (response.ok) return answer
  throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`)
}

function token(): string {
  const state = join(project, '.slipway/backend')
  const { tokenFile } = JSON.parse(readFileSync(join(state, 'server.json'), 'utf8')) as { tokenFile: string }
  return readFileSync(tokenFile, 'utf8').trim()
}

function summary(promoted: Json, card: Json, endpoint: { url: string }, answer: Json): void {
  const { train, validation, test } = card.rows as Record<string, number>
  const auc: unknown = card.metrics.test?.auc
  const prediction: unknown = answer.predictions[0]?.late_probability
  if (typeof auc !== 'number' || typeof prediction !== 'number')
    throw new Error('no AUC or no prediction came back')
  const counts = Object.entries({ train, validation, test }).map(
    ([split, n]) => `${n?.toLocaleString('en-US')} ${split}`,
  )
  const served = answer.features[0]
    .map((f: Json) => `${f.name} ${Number(f.value).toFixed(2)} (${f.feature})`)
    .join(', ')
  say('')
  say(`  pipeline   late ${promoted.version.slice(0, 19)}…`)
  say(`  rows       ${counts.join(', ')}`)
  say(`  test AUC   ${auc.toFixed(4)}`)
  say(`  endpoint   ${endpoint.url}`)
  say(`  question   ${JSON.stringify(morning)}`)
  say(`  answer     late with probability ${prediction.toFixed(3)}; looked up: ${served}`)
  say('')
  say(
    `Done in ${((performance.now() - startedMs) / 1000).toFixed(0)} s. Open demo/flights in VS Code, or stop the backend:`,
  )
  say('  npm run --silent slipway -- backend stop --project demo/flights')
}

/** Runs a command of the built command line in the project and gives its JSON. */
async function slipway(args: readonly string[], onEvent?: (event: Json) => void): Promise<Json> {
  const lines: string[] = []
  const stderr: string[] = []
  const onLine = (line: string) => (onEvent ? onEvent(JSON.parse(line) as Json) : lines.push(line))
  const onProgress = (line: string) => {
    stderr.push(line)
    progress(line)
  }
  const code = await spawnNode(
    join(checkout, 'dist/cli.cjs'),
    [...args, '--json'],
    project,
    onLine,
    onProgress,
  )
  if (code === 0) return lines.length ? (JSON.parse(lines.join('\n')) as Json) : {}
  throw new Error(`slipway ${args.join(' ')} ended with ${code}:\n${stderr.slice(-15).join('\n')}`)
}

async function execute(
  script: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const output: string[] = []
  const keep = (line: string) => {
    output.push(line)
    onLine(line)
  }
  const code = await spawnNode(script, args, checkout, keep, keep)
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output.slice(-30).join('\n')}`)
}

async function spawnNode(
  script: string,
  args: readonly string[],
  cwd: string,
  onStdout: (line: string) => void,
  onStderr: (line: string) => void,
): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INIT_CWD: cwd },
  })
  createInterface({ input: child.stdout }).on('line', onStdout)
  createInterface({ input: child.stderr }).on('line', onStderr)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? 1))
  })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function progress(message: string): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r\u001b[2K${message.slice(0, (process.stderr.columns ?? 100) - 1)}`)
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
}

try {
  await demo()
} catch (error) {
  clearProgress()
  process.stderr.write(
    `\nThe demo did not get through: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
}
