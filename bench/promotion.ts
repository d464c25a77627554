/**
 * Promotion of a notebook: time from a cold process (TypeScript's own start included), and the size of what is kept;
 * the hazards of slicing (promotion/hazards), and notebooks acted out, promoted and run (promotion/notebooks).
 * The peer is the notebook as it stands: what a person would have to read without slicing.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installation } from '../library/installation.ts'
import { propose } from '../promote/index.ts'
import { layExampleData } from '../scripts/example-data.ts'
import { median, row, type BenchSuite } from './bench.ts'
import { hazards } from './promotion/hazards/rows.ts'
import { notebookRows } from './promotion/notebooks/suite.ts'
import { speedRows } from './promotion/speed/rows.ts'

const root = join(import.meta.dirname, '..')
const notebook = 'examples/flights/explore.ipynb'

/** Hashing data and reading models is the project's work, not promotion's: both answer at once. */
const project = {
  data: async (path: string) => [{ path, sha256: '0'.repeat(64), sizeBytes: 0 }],
  model: async (path: string) => ({
    files: [{ path, text: readFileSync(join(root, 'examples/flights', path), 'utf8') }],
    plan: { sources: {}, catalogFeatures: {} } as never,
  }),
  packageVersion: async () => ({ version: '0' }),
}

async function proposeExample() {
  return await propose({
    notebook: readFileSync(join(root, notebook), 'utf8'),
    name: 'flights',
    folder: join(root, 'examples/flights'),
    typesOf: specifier => (specifier === 'slipway' ? { path: join(root, 'library/index.ts') } : undefined),
    project,
  })
}

/** @returns seconds of the whole command: slicing, replaying twice, running the pipeline, comparing and writing */
function verifiedExample(options: readonly string[]): number {
  layExampleData('flights')
  const out = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const command = ['promote', join(root, notebook), '--out', join(out, 'flights'), ...options]
    const startedMs = performance.now()
    const given = execFileSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'cli/main.ts'), ...command, '--yes', '--json'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 },
    )
    const { outputs } = JSON.parse(given) as { outputs: readonly { verdict: string }[] }
    if (!outputs.every(({ verdict }) => verdict === 'exact')) throw new Error(JSON.stringify(outputs))
    return (performance.now() - startedMs) / 1000
  } finally {
    rmSync(out, { recursive: true })
  }
}

const promotion: BenchSuite = async ({ log }) => {
  const colds = Array.from({ length: 3 }, () => {
    const startedMs = performance.now()
    // With its compiled code kept, as the command line keeps it.
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', import.meta.filename, 'once'], {
      env: { ...process.env, ...installation().env },
    })
    return (performance.now() - startedMs) / 1000
  })
  const { kept, dropped, pipeline } = await proposeExample()
  const nLines = Object.entries(pipeline?.files ?? {})
    .filter(([path]) => path.startsWith('steps/'))
    .reduce((n, [, text]) => n + text.trimEnd().split('\n').length, 0)
  const nNotebookLines = [...kept, ...dropped].reduce((n, { text }) => n + text.split('\n').length, 0)
  return [
    row('promote the flights notebook, cold, without verification', 's', { ours: median(colds), goal: 3 }),
    row('promote the flights notebook to a verified version: it trains on 200,000 rows of all data', 's', {
      ours: median(Array.from({ length: 3 }, () => verifiedExample([]))),
      goal: 15,
    }),
    row('the same with --sample 200000: on as many rows of each data file', 's', {
      ours: median(Array.from({ length: 3 }, () => verifiedExample(['--sample', '200000']))),
      goal: 15,
    }),
    row('statements kept of the flights notebook', 'statements', {
      ours: kept.length,
      peers: { 'whole notebook': kept.length + dropped.length },
      goal: 6,
    }),
    row('lines to read of the flights notebook', 'lines', {
      ours: nLines,
      peers: { 'whole notebook': nNotebookLines },
    }),
    ...speedRows(log),
    ...(await hazards({ log })),
    ...(await notebookRows(log)),
  ]
}

export default promotion

if (import.meta.main && process.argv[2] === 'once') {
  const { diagnostics } = await proposeExample()
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
}
