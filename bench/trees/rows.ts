/**
 * Boosted trees beside LightGBM and scikit-learn's HistGradientBoosting, with the same rows, options and number of
 * threads. `SLIPWAY_PEERS_PYTHON` names a Python that has lightgbm and scikit-learn.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median, row, type BenchRow } from '../bench.ts'
import type { TreesCase } from './data.ts'
import type { TreesFit } from './fit.ts'

type Log = (message: string) => void

const cases: readonly (readonly [name: TreesCase, nRows: number, says: string])[] = [
  ['numbers', 100_000, '100k × 20 numbers'],
  ['mixed', 100_000, '100k × 14 numbers, 6 categories'],
]

export async function boostedTrees(log: Log): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  for (const one of cases) rows.push(...(await compare(one, log)))
  return rows
}

async function compare([name, nRows, says]: (typeof cases)[number], log: Log): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-trees-'))
  try {
    log(`boosted trees: ${says}`)
    const ours = await run(process.execPath, [
      join(import.meta.dirname, 'fit.ts'),
      name,
      String(nRows),
      '1',
      folder,
    ])
    const peers = await runPeers(folder, log)
    const named = (value: (fit: TreesFit) => number) =>
      Object.fromEntries(Object.entries(peers).map(([peer, fit]) => [peer, value(fit)]))
    const cpu = named(fit => median(fit.cpuSeconds))
    const auc = named(fit => fit.testAuc)
    const lightgbm = peers['LightGBM']
    const leastAuc = lightgbm && lightgbm.testAuc - 0.002
    return [
      row(`100 trees, ${says}, one thread`, 'CPU s', {
        ours: median(ours.cpuSeconds),
        peers: cpu,
        ...(lightgbm && { goal: 2 * median(lightgbm.cpuSeconds) }),
      }),
      {
        ...row('their test AUC', 'AUC', { ours: ours.testAuc, peers: auc }),
        ...(leastAuc !== undefined && { goal: leastAuc, met: ours.testAuc >= leastAuc }),
      },
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function runPeers(folder: string, log: Log): Promise<Readonly<Record<string, TreesFit>>> {
  const python = process.env['SLIPWAY_PEERS_PYTHON']
  if (!python) {
    log('no peers: SLIPWAY_PEERS_PYTHON names no Python with lightgbm and scikit-learn')
    return {}
  }
  const peer = (library: string) => run(python, [join(import.meta.dirname, 'peer.py'), library, '1', folder])
  return { LightGBM: await peer('lightgbm'), 'scikit-learn': await peer('sklearn') }
}

async function run(command: string, args: readonly string[]): Promise<TreesFit> {
  const { stdout } = await promisify(execFile)(command, args)
  return JSON.parse(stdout) as TreesFit
}
