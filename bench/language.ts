/**
 * The language on a generated workspace: 300 files of about 90 lines that refer to one another. Measured are loading
 * and checking all of it, the memory that takes, and what a writer feels: a keystroke until its diagnostics come back
 * from the real server, in a process of its own.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createWorkspace } from '../language/index.ts'
import { startTestClient } from '../server/testing/client.ts'
import { type BenchRow, median, row } from './bench.ts'

const nFiles = 300
const columns = ['date', 'delay', 'distance', 'origin', 'destination']

export default async function (): Promise<readonly BenchRow[]> {
  const files = generateFiles()
  const nLines = [...files.values()].reduce((sum, text) => sum + text.split('\n').length, 0)
  const load = measureLoad(files)
  const feel = await measureServer(files)
  const size = `${nFiles} files, ${nLines} lines`
  return [
    result(`load and check ${size}`, 'ms', load.loadMs, 2000),
    result(`heap of ${size}`, 'MB', load.heapMb, 200),
    result(`edit one file of ${nFiles}, check it again (in process, median)`, 'ms', load.editMs, 10),
    result(
      `keystroke to diagnostics, ${nFiles} files (through the server, median)`,
      'ms',
      feel.keystrokeMs,
      50,
    ),
    result(`completion in a features block (through the server, median)`, 'ms', feel.completionMs, 30),
  ]
}

function result(work: string, unit: string, measured: number, goal: number): BenchRow {
  return row(work, unit, { ours: Math.round(measured * 100) / 100, goal })
}

/** Every third file declares sources and features, the others models over those of their neighbours. */
function generateFiles(): Map<string, string> {
  const files = new Map<string, string>()
  for (let i = 0; i < nFiles; i++)
    files.set(`part${i % 10}/file${i}.slip`, i % 3 === 0 ? declarations(i) : models(i))
  return files
}

function declarations(i: number): string {
  const features = Array.from(
    { length: 10 },
    (_, k) => `/// Feature ${k} of file ${i}.
feature f${i}_${k} of airport${i} = mean(s${i}.delay) where s${i}.distance > ${k * 10} by s${i}.origin over ${k + 1} days {
  default 0
  owner "team-${k}"
  tags [delay, rolling]
}
`,
  )
  return `source s${i} {
  from csv "data/s${i}.csv"
  time date
  known after 3 hours

  columns {
    date: timestamp
    delay: float
    distance: float
    origin: string
    destination: string
  }
}

entity airport${i}(code: string)

${features.join('\n')}`
}

function models(i: number): string {
  const from = i - (i % 3)
  const model = (k: number): string => {
    const rows = Array.from(
      { length: 10 },
      (_, n) => `    x${n} = log1p(distance * ${n + 1}) + if(delay > ${n}, 1.0, 0.0)`,
    )
    const calls = Array.from({ length: 5 }, (_, n) => `    w${n} = f${from}_${n}(origin)`)
    return `model m${i}_${k} {
  observe s${from} where distance > 0

  features {
${rows.join('\n')}
${calls.join('\n')}
    origin
    destination
  }

  label late = length(destination) > 3

  split by time {
    train      until 2001-05-01
    validation until 2001-05-25
    test       after 2001-05-25
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 300
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output   p${k} = probability(late)
  require  auc >= 0.6
}
`
  }
  return `${model(0)}\n${model(1)}`
}

/** The file that is edited: one that the models of two others build on. */
const edited = 'part0/file0.slip'

function measureLoad(files: ReadonlyMap<string, string>): { loadMs: number; heapMb: number; editMs: number } {
  globalThis.gc?.()
  const heapBefore = process.memoryUsage().heapUsed
  const start = performance.now()
  const workspace = createWorkspace({ columns: () => undefined })
  for (const [file, text] of files) workspace.setFile(file, text)
  for (const file of files.keys()) workspace.diagnostics(file)
  const loadMs = performance.now() - start
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6
  const text = files.get(edited)!
  const times = Array.from({ length: 50 }, (_, i) => {
    const from = performance.now()
    workspace.setFile(edited, text.replace('over 3 days', `over ${i + 3} days`))
    workspace.diagnostics(edited)
    return performance.now() - from
  })
  return { loadMs, heapMb, editMs: median(times) }
}

async function measureServer(
  files: ReadonlyMap<string, string>,
): Promise<{ keystrokeMs: number; completionMs: number }> {
  const root = await mkdtemp(path.join(tmpdir(), 'slipway-bench-'))
  await writeProject(root, files)
  const client = await startTestClient({ root })
  try {
    const text = files.get(edited)!
    await client.open(edited, text)
    await client.diagnostics(edited)
    const keystrokes: number[] = []
    for (let i = 0; i < 40; i++) {
      // One letter of a name is typed and taken back.
      const wrong = i % 2 === 0
      const from = performance.now()
      await client.edit(edited, wrong ? text.replace('time date', 'time datex') : text)
      await client.diagnostics(edited, all => wrong === all.some(d => d.severity === 1))
      keystrokes.push(performance.now() - from)
    }
    const model = files.get('part1/file1.slip')!
    await client.open('part1/file1.slip', model)
    const completions: number[] = []
    for (let i = 0; i < 20; i++) {
      const from = performance.now()
      await client.connection.sendRequest(
        'textDocument/completion',
        client.at('part1/file1.slip', model, '    w0 = |'),
      )
      completions.push(performance.now() - from)
    }
    return { keystrokeMs: median(keystrokes), completionMs: median(completions) }
  } finally {
    await client.stop()
    await rm(root, { recursive: true, force: true })
  }
}

async function writeProject(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFile(path.join(root, 'slipway.json'), '{ "language": 1 }')
  await mkdir(path.join(root, 'data'))
  for (const [file, text] of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
    const source = /from csv "(.*)"/.exec(text)?.[1]
    if (source)
      await writeFile(path.join(root, source), `${columns.join(',')}\n2001-01-01,5.5,400.5,BOI,SEA\n`)
  }
}
