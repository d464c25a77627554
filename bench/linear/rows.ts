/**
 * Fits of linear models against scikit-learn's of the same rows, each on one thread in a process of its own, by
 * processor time; and how far from its optimum ours end. `SLIPWAY_DATA` names the folder of reference data,
 * `SLIPWAY_PEERS_PYTHON` a Python that has scikit-learn.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median, row, type BenchRow } from '../bench.ts'
import { filesOf, folderOf, linearCases, type LinearCase } from './data.ts'
import type { LinearFit } from './fit.ts'

const works: Readonly<Record<LinearCase, string>> = {
  dense: 'logistic regression, 100k × 64 dense',
  a9a: 'logistic regression, a9a one-hot',
  bikes: 'Poisson regression, hourly bike rentals',
}

export async function linearRows(log: (message: string) => void): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  for (const name of linearCases) {
    const folder = folderOf(name)
    if (folder === undefined)
      log(`no ${works[name]}: SLIPWAY_DATA names no folder with ${filesOf[name].join(' and ')}`)
    else rows.push(...(await compare(name, folder, log)))
  }
  return rows
}

async function compare(
  name: LinearCase,
  folder: string,
  log: (message: string) => void,
): Promise<readonly BenchRow[]> {
  log(works[name])
  const exchange = await mkdtemp(join(tmpdir(), 'slipway-linear-'))
  try {
    const ours = await run(process.execPath, [join(import.meta.dirname, 'fit.ts'), name, folder, exchange])
    const python = process.env['SLIPWAY_PEERS_PYTHON']
    if (!python) log('no peer: SLIPWAY_PEERS_PYTHON names no Python with scikit-learn')
    const peer = python && (await run(python, [join(import.meta.dirname, 'peer.py'), name, exchange]))
    return peer ? against(name, ours, peer) : alone(name, ours)
  } finally {
    await rm(exchange, { recursive: true })
  }
}

function against(name: LinearCase, ours: LinearFit, peer: LinearFit): readonly BenchRow[] {
  const seconds = median(peer.cpuSeconds)
  const excess = Math.abs(ours.objective - peer.objective) / Math.abs(peer.objective)
  return [
    row(works[name], 'CPU s', {
      ours: median(ours.cpuSeconds),
      peers: { 'scikit-learn': seconds },
      ...(name !== 'bikes' && { goal: seconds }),
    }),
    row('the same, objective off the optimum', 'relative', { ours: excess, goal: 1e-6 }),
    ...testAuc(ours, peer),
  ]
}

function alone(name: LinearCase, ours: LinearFit): readonly BenchRow[] {
  return [row(works[name], 'CPU s', { ours: median(ours.cpuSeconds) }), ...testAuc(ours)]
}

function testAuc(ours: LinearFit, peer?: LinearFit): readonly BenchRow[] {
  if (ours.testAuc === undefined) return []
  const peers: Record<string, number> = peer?.testAuc === undefined ? {} : { 'scikit-learn': peer.testAuc }
  const auc = { ...row('the same, test AUC', 'AUC', { ours: ours.testAuc, peers }), goal: 0.902 }
  return [{ ...auc, met: ours.testAuc >= auc.goal }]
}

async function run(command: string, args: readonly string[]): Promise<LinearFit> {
  const { stdout } = await promisify(execFile)(command, args)
  return JSON.parse(stdout) as LinearFit
}
