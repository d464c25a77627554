/**
 * How fast the kernel answers a Jupyter client, beside ipykernel and the other kernels for TypeScript and JavaScript
 * under the same client in the same run; and what recording evidence costs. One kernel runs at a time: for true
 * figures nothing else should.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startKernel } from '../kernel/client.ts'
import { installKernelspec } from '../kernel/kernelspec.ts'
import { layExampleData } from '../scripts/example-data.ts'
import { preparePython } from '../test/support/python.ts'
import { median, row, type BenchRow, type BenchSuite } from './bench.ts'
import { installPeers } from './kernel-peers/install.ts'

/** What kernel-peers/measure.py writes; null: not done in time. */
interface Measured {
  readonly startMs: number
  readonly firstCellMs: number
  readonly residentMib: number
  readonly shareMib: number | null
  readonly firstCompletionMs: number | null
  readonly completionMs: number | null
  readonly roundTripMs: number
  readonly roundTripP95Ms: number
  readonly floodMs: number | null
  readonly smallTableMs?: number
  readonly largeTableMs?: number
  readonly interruptMs: Readonly<Record<string, number | null>>
}

const javascript = {
  keep: 'var keep = 42',
  declare: 'var order = { customer: "Ada", amounts: [1, 2, 3] }',
  complete: 'order.amounts.fi',
  flood: 'for (let i = 0; i < 100000; i++) console.log(i)',
  endless: {
    'a loop': 'while (true) {}',
    'a loop after await': 'await 1; while (true) {}',
    'a pending promise': 'await new Promise(() => {})',
    'a timer loop': 'for (;;) await new Promise(r => setTimeout(r, 1))',
    'a regular expression': '/^(a+)+$/.test("a".repeat(40) + "b")',
  },
}

const tables = {
  tables: `import { sql } from 'slipway'
const few = sql\`select range as id, 'name ' || range as name, random() as value from range(10)\`
const many = sql\`select * from 'many.parquet'\`
await sql\`select range as id, 'name ' || range as name, random() as value from range(10000000)\`.writeParquet('many.parquet')`,
  small: 'few',
  large: 'many',
}

const python = {
  keep: 'keep = 42',
  declare: 'order = { "customer": "Ada", "amounts": [1, 2, 3] }',
  complete: 'order["amounts"].co',
  flood: 'for i in range(100000): print(i)',
  endless: {
    'a loop': 'while True: pass',
    'a loop after await': 'import asyncio\nawait asyncio.sleep(0)\nwhile True: pass',
    'a pending promise': 'import asyncio\nawait asyncio.Event().wait()',
    'a timer loop': 'import asyncio\nwhile True: await asyncio.sleep(0.001)',
    'a regular expression': 'import re\nre.match("^(a+)+$", "a" * 40 + "b")',
  },
}

const figures: readonly {
  readonly work: string
  readonly unit: string
  readonly goal?: number
  of(measured: Measured): number | null | undefined
}[] = [
  { work: '1+1 to reply and idle, median', unit: 'ms', goal: 2.5, of: m => m.roundTripMs },
  { work: '1+1 to reply and idle, 95 %', unit: 'ms', of: m => m.roundTripP95Ms },
  { work: 'spawn to kernel_info_reply', unit: 'ms', goal: 200, of: m => m.startMs },
  { work: 'spawn to the reply of a first cell', unit: 'ms', of: m => m.firstCellMs },
  { work: '100,000 printed lines, all before idle', unit: 'ms', goal: 1000, of: m => m.floodMs },
  ...Object.keys(javascript.endless).map(kind => ({
    work: `interrupt of ${kind}, state kept`,
    unit: 'ms',
    goal: 10,
    of: (m: Measured) => m.interruptMs[kind],
  })),
  { work: 'first completion after warm-up', unit: 'ms', goal: 1000, of: m => m.firstCompletionMs },
  { work: "completion with earlier cells' types, warm", unit: 'ms', goal: 20, of: m => m.completionMs },
  { work: 'table of 10 rows displayed', unit: 'ms', of: m => m.smallTableMs },
  { work: 'table of 10 million rows displayed', unit: 'ms', of: m => m.largeTableMs },
  { work: 'resident memory at rest, all processes', unit: 'MiB', goal: 235, of: m => m.residentMib },
  { work: 'the same without what they share (PSS)', unit: 'MiB', of: m => m.shareMib },
]

const suite: BenchSuite = async ({ log }) => {
  const python3 = await preparePython()
  if (!python3) return []
  const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  try {
    await installKernelspec({ prefix: work })
    const peers = await installPeers(work, log)
    const env = { ...process.env, JUPYTER_PATH: join(work, 'share', 'jupyter') }
    const measure = async (kernel: string, code: object): Promise<Measured> => {
      log(`measuring ${kernel}`)
      const script = join(import.meta.dirname, 'kernel-peers', 'measure.py')
      const args = ['-W', 'ignore', script, kernel, JSON.stringify(code)]
      const { stdout } = await promisify(execFile)(python3.executable, args, { cwd: work, env })
      return JSON.parse(stdout) as Measured
    }
    const ours = await measure('slipway', { ...javascript, ...tables })
    const others: Record<string, Measured> = { ipykernel: await measure('python3', python) }
    for (const peer of peers) {
      try {
        others[peer] = await measure(peer, javascript)
      } catch (error) {
        log(`${peer} was not measured: ${String(error).trim().split('\n').at(-1)}`)
      }
    }
    return [...compare(ours, others), await evidenceRow(work, log)]
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

export default suite

function compare(ours: Measured, others: Readonly<Record<string, Measured>>): readonly BenchRow[] {
  const rows = figures.flatMap(({ work, unit, goal, of }) => {
    const value = of(ours)
    if (value === undefined) return []
    const peers = Object.entries(others).flatMap(([name, measured]) => {
      const theirs = of(measured)
      return typeof theirs === 'number' ? [[name, theirs] as const] : []
    })
    // What we do not do in time misses its goal.
    const known = { ours: value ?? Infinity, peers: Object.fromEntries(peers) }
    return [row(work, unit, goal === undefined ? known : { ...known, goal })]
  })
  const ratio = (work: string, value: number, goal: number) => row(work, '×', { ours: value, goal })
  return [
    ...rows,
    ratio('start, of that of ipykernel', ours.startMs / others['ipykernel']!.startMs, 0.6),
    ...(ours.largeTableMs === undefined || ours.smallTableMs === undefined
      ? []
      : [ratio('10 million rows, of 10 rows', ours.largeTableMs / ours.smallTableMs, 1.5)]),
  ]
}

/** Whole runs of the example notebook, with and without evidence in turn. */
const nRuns = 5

async function evidenceRow(work: string, log: (message: string) => void): Promise<BenchRow> {
  log('running the example notebook with and without evidence')
  const folder = join(work, 'flights')
  await cp(join(import.meta.dirname, '../examples/flights'), folder, { recursive: true })
  layExampleData('flights', folder)
  const notebook = JSON.parse(await readFile(join(folder, 'explore.ipynb'), 'utf8')) as {
    readonly cells: readonly { readonly cell_type: string; readonly source: string | readonly string[] }[]
  }
  const cells = notebook.cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => [cell.source].flat().join(''))
  const times: Record<'on' | 'off', number[]> = { on: [], off: [] }
  // The first round fills caches.
  for (let i = 0; i <= nRuns; i++)
    for (const evidence of ['off', 'on'] as const) {
      const took = await runCells(folder, cells, evidence)
      if (i > 0) times[evidence].push(took)
    }
  const added = (median(times.on) / median(times.off) - 1) * 100
  return row('evidence, of the run time of the example notebook', '%', { ours: added, goal: 5 })
}

async function runCells(folder: string, cells: readonly string[], evidence: string): Promise<number> {
  const kernel = await startKernel({ cwd: folder, env: { SLIPWAY_EVIDENCE: evidence } })
  try {
    const start = performance.now()
    for (const source of cells) {
      const { error } = await kernel.execute(source)
      if (error) throw new Error(`Expected the example notebook to run, got ${error.evalue}.`)
    }
    return performance.now() - start
  } finally {
    await kernel.shutdown()
  }
}
