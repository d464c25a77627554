/**
 * The language on a generated workspace of 1,000 files that import from one another: loading, linking and checking
 * all of it, the memory that takes, and what a writer feels, through the real server in a process of its own. Then
 * 10,000 broken files.
 *
 * Langium 4.4.0 (Node 22, a grammar of about this size, the same number of files and lines) was measured elsewhere at
 * 10 to 14 s, 646 MB and 222 ms per edit; it is no dependency, and so not measured beside ours.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { PublishDiagnosticsParams } from 'vscode-languageserver-protocol/node'
import { type Definition, openCatalog } from '../catalog/index.ts'
import { type AnalysisHost, createWorkspace } from '../language/index.ts'
import { runMutations } from '../language/testing/mutations.ts'
import { type TestClient, positionAfter, startTestClient } from '../server/testing/client.ts'
import { type BenchRow, type BenchSuite, median, row } from './bench.ts'
import { columnsOfData, dataFile, generateFiles } from './language-workspace.ts'

const nFiles = 1000
const nCatalogFeatures = 100_000
const nMutations = 10_000

const suite: BenchSuite = async ({ log }) => {
  const files = generateFiles(nFiles)
  const nLines = [...files.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0)
  const size = `${format(nFiles)} files, ${format(nLines)} lines`
  log(`checking ${size}`)
  const load = measureLoad(files)
  log('typing')
  const keystrokes = await withServer(files, client => measureTyping(client, files))
  log(`registering ${format(nCatalogFeatures)} features`)
  const completions = await withServer(files, client => measureCompletion(client, files), fillCatalog)
  log('breaking files')
  const broken = runMutations({ nFiles: nMutations, seed: 1 })
  for (const { what, text } of broken.failures.slice(0, 3)) log(`${what}\n${text.slice(0, 500)}`)
  return [
    result(`load, link and check ${size}`, 'ms', load.ms, 1500),
    result(`heap of ${size}`, 'MB', load.heapMb, 200),
    result('keystroke to diagnostics there, over stdio (median)', 'ms', median(keystrokes), 10),
    result('keystroke to diagnostics there (99th percentile)', 'ms', percentile(keystrokes, 0.99), 50),
    result(
      `completion with ${format(nCatalogFeatures)} catalog features (median)`,
      'ms',
      median(completions),
      30,
    ),
    result(`completion there (99th percentile)`, 'ms', percentile(completions, 0.99)),
    result(`${format(nMutations)} broken files: what went wrong`, 'files', broken.failures.length, 0),
    result(`${format(nMutations)} broken files: the slowest`, 'ms', broken.slowestMs, 1000),
  ]
}

export default suite

function result(work: string, unit: string, measured: number, goal?: number): BenchRow {
  const ours = Math.round(measured * 100) / 100
  return row(work, unit, goal === undefined ? { ours } : { ours, goal })
}

const format = (count: number): string => count.toLocaleString('en-US')

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
}

const host: AnalysisHost = {
  columns: () => columnsOfData,
  catalog: { names: () => [], feature: () => undefined },
}

/** Of several loads the median; the memory is what a loaded workspace holds on to. */
function measureLoad(files: ReadonlyMap<string, string>): { ms: number; heapMb: number } {
  const collect = garbageCollector()
  const times: number[] = []
  let heapMb = 0
  for (let i = 0; i < 5; i++) {
    collect()
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    const start = performance.now()
    const workspace = createWorkspace(host)
    for (const [file, text] of files) workspace.setFile(file, text)
    const problems = [...files.keys()].flatMap(file => workspace.diagnostics(file))
    times.push(performance.now() - start)
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors[0]) throw new Error(`The workspace has errors: ${errors[0].path}: ${errors[0].message}`)
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    // Later loads begin with what the one before them has left.
    if (i === 0) heapMb = (heapUsed + arrayBuffers - before) / 1e6
    // Held until it was measured.
    if (workspace.files().length !== files.size) throw new Error('Files are missing.')
  }
  return { ms: median(times), heapMb }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

type Prepare = (root: string) => Promise<void> | void

async function withServer<R>(
  files: ReadonlyMap<string, string>,
  work: (client: TestClient) => Promise<R>,
  prepare?: Prepare,
): Promise<R> {
  const root = await mkdtemp(path.join(tmpdir(), 'slipway-bench-'))
  await writeProject(root, files)
  await prepare?.(root)
  const client = await startTestClient({ root })
  try {
    return await work(client)
  } finally {
    await client.stop()
    await rm(root, { recursive: true, force: true })
  }
}

async function writeProject(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFile(path.join(root, 'slipway.json'), '{ "language": 1 }')
  for (const [file, text] of [...files, [dataFile, dataText] as const]) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
}

const dataText = `${columnsOfData.map(({ name }) => name).join(',')}\n2001-01-01,5.5,400.5,BOI,SEA\n`

/** A file with models, and one that two others import from. */
const models = 'part1/file1.slip'
const declarations = 'part0/file0.slip'

/** Lines are typed letter by letter, each as soon as the one before has been answered. */
async function measureTyping(
  client: TestClient,
  files: ReadonlyMap<string, string>,
): Promise<readonly number[]> {
  const answers = listen(client)
  const times: number[] = []
  const work = [
    [models, '    x0 =', '    typed = log1p(distance) + if(delay > 3, 1.0, 0.0)\n'],
    [declarations, '  default 0', '  unit "minutes per flight and more"\n'],
    [models, '  evaluate', '  // a line of prose that somebody writes\n'],
    [declarations, '  time date', '  // one more\n'],
  ] as const
  for (const [file, before, typed] of work) {
    const uri = client.uri(file)
    await client.open(file, files.get(file)!)
    await answers.next(uri, 1)
    const { line } = positionAfter(files.get(file)!, `|${before}`)
    let version = 1
    const send = (range: object, text: string) =>
      client.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range, text }],
      })
    const place = { line, character: 0 }
    await send({ start: place, end: place }, '\n')
    await answers.next(uri, version)
    for (let round = 0; round < 3; round++) {
      for (const [character, letter] of [...typed.slice(0, -1)].entries()) {
        const at = { line, character }
        const from = performance.now()
        await send({ start: at, end: at }, letter)
        await answers.next(uri, version)
        times.push(performance.now() - from)
      }
      await send({ start: place, end: { line, character: typed.length - 1 } }, '')
      await answers.next(uri, version)
    }
    await client.close(file)
  }
  return times
}

/** Waits for the diagnostics of one version of a document. */
function listen({ connection }: TestClient): { next(uri: string, version: number): Promise<void> } {
  const seen = new Map<string, number>()
  let wake = (): void => {}
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, version }: PublishDiagnosticsParams) => {
      if (version !== undefined) seen.set(uri, version)
      wake()
    },
  )
  return {
    async next(uri, version) {
      while (seen.get(uri) !== version) await new Promise<void>(resolve => (wake = resolve))
      seen.delete(uri)
    },
  }
}

async function measureCompletion(
  client: TestClient,
  files: ReadonlyMap<string, string>,
): Promise<readonly number[]> {
  const text = files.get(models)!
  await client.open(models, text)
  await client.diagnostics(models)
  const typed = text.replace('    x0 =', '    delay\n    x0 =')
  await client.edit(models, typed)
  const times: number[] = []
  for (let i = 0; i < 60; i++) {
    const word = ['    x0 = |', '    d|elay', '    del|ay', '    delay|'][i % 4]!
    const from = performance.now()
    const answer = await client.connection.sendRequest<{ items: unknown[] }>(
      'textDocument/completion',
      client.at(models, typed, word),
    )
    // The first questions read what later ones find read.
    if (i >= 4) times.push(performance.now() - from)
    if (answer.items.length === 0) throw new Error(`No suggestions at ${word}.`)
  }
  return times
}

/** Registers features of many names, all of one definition. */
function fillCatalog(root: string): void {
  const workspace = createWorkspace(host)
  workspace.setFile('a.slip', generateFiles(1).get(declarations)!)
  const { plan, source, entity } = workspace.features()[0]!
  const definitions = Array.from({ length: nCatalogFeatures }, (_, i): Definition => {
    const name = `delay_of_${(i * 7919) % nCatalogFeatures}`
    return { plan: { ...plan!, name, doc: `Delay number ${i}.` }, source: source!, entity: entity! }
  })
  const catalog = openCatalog(path.join(root, '.slipway/catalog.db'))
  catalog.apply(definitions)
  catalog.close()
}
