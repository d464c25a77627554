/**
 * Training on three million flights and on ten times as many (some minutes; not with `SLIPWAY_BENCH_LARGE=0`), each in a
 * process of its own; and scoring. The peer is scikit-learn over the same features: `SLIPWAY_PEERS_PYTHON` names a Python
 * that has duckdb, pandas and scikit-learn.
 */
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createScorer, openEngine } from '../engine/index.ts'
import { measure, median, row, type BenchRow, type BenchSuite } from './bench.ts'
import { flightsFile, flightsPlan, flightsRoot } from './flights/plan.ts'
import type { FlightsTraining } from './flights/train.ts'
import { linearRows } from './linear/rows.ts'
import { mixedEffects } from './mixed/rows.ts'
import { networkRows } from './networks/rows.ts'
import { pointInTimeJoin } from './joins/point-in-time.ts'
import { boostedTrees } from './trees/rows.ts'

const flight = {
  date: '2001-06-12T07:10',
  distance: 400,
  origin: 'BOI',
  destination: 'SEA',
  origin_delay: 3,
}

const suite: BenchSuite = async ({ log }) => {
  log('training on all flights')
  const ours = await runTraining(process.execPath, [join(import.meta.dirname, 'flights', 'train.ts')])
  const peer = await runPeer(log)
  const named = (value: (result: FlightsTraining) => number): Record<string, number> =>
    peer ? { 'scikit-learn': value(peer) } : {}
  const gibibytes = (result: FlightsTraining) => result.peakBytes / 2 ** 30
  const auc = { ...row('test AUC', 'AUC', { ours: ours.testAuc, peers: named(r => r.testAuc) }), goal: 0.65 }
  return [
    row(`train on ${ours.trainRows} flights`, 's', {
      ours: ours.seconds,
      peers: named(r => r.seconds),
      goal: 60,
    }),
    row('the same, all threads', 'CPU s', { ours: ours.cpuSeconds, peers: named(r => r.cpuSeconds) }),
    row('peak memory of the training', 'GiB', { ours: gibibytes(ours), peers: named(gibibytes), goal: 2 }),
    { ...auc, met: ours.testAuc >= auc.goal },
    ...(await repeatedRows(log, ours, peer)),
    ...(await linearRows(log)),
    ...(await boostedTrees(log)),
    ...(await mixedEffects(log)),
    ...(await networkRows(log)),
    ...(await scoring(log)),
    ...(await pointInTimeJoin(log)),
  ]
}

export default suite

const nRepeats = 10

/**
 * Rows that are not held, against the flights once: time is to grow with the rows, memory not. The peer holds all rows, so
 * it is not asked for so many.
 */
async function repeatedRows(
  log: (message: string) => void,
  once: FlightsTraining,
  peer: FlightsTraining | undefined,
): Promise<readonly BenchRow[]> {
  if (process.env['SLIPWAY_BENCH_LARGE'] === '0') return []
  if (peer) {
    const gibibytes = (peer.peakBytes / 2 ** 30).toFixed(1)
    log(`no peer for ${nRepeats} times as many flights: scikit-learn held ${gibibytes} GiB of them once`)
  }
  log(`training on all flights ${nRepeats} times`)
  const script = join(import.meta.dirname, 'flights', 'train.ts')
  const ours = await runTraining(process.execPath, [script, String(nRepeats)])
  const perRow = ours.cpuSeconds / ours.trainRows / (once.cpuSeconds / once.trainRows)
  return [
    row(`train on ${ours.trainRows} flights`, 's', { ours: ours.seconds }),
    row('the same, CPU time per row against the flights once', 'ratio', { ours: perRow, goal: 1.2 }),
    row('the same, peak memory', 'GiB', { ours: ours.peakBytes / 2 ** 30, goal: 2 }),
    row('the same, test AUC off that of the flights once', 'AUC', {
      ours: Math.abs(ours.testAuc - once.testAuc),
      goal: 1e-4,
    }),
  ]
}

async function runTraining(command: string, args: readonly string[]): Promise<FlightsTraining> {
  const { stdout } = await promisify(execFile)(command, args)
  return JSON.parse(stdout) as FlightsTraining
}

async function runPeer(log: (message: string) => void): Promise<FlightsTraining | undefined> {
  const python = process.env['SLIPWAY_PEERS_PYTHON']
  if (!python) {
    log('no peer: SLIPWAY_PEERS_PYTHON names no Python with duckdb, pandas and scikit-learn')
    return undefined
  }
  log('training the peer')
  return await runTraining(python, [
    join(import.meta.dirname, 'flights', 'peer.py'),
    join(flightsRoot, flightsFile),
  ])
}

async function scoring(log: (message: string) => void): Promise<readonly BenchRow[]> {
  log('scoring')
  const engine = await openEngine({
    root: flightsRoot,
    spillFolder: join(tmpdir(), `slipway-spill-${process.pid}`),
  })
  const { onnx, card, model } = await engine.train(flightsPlan, { rows: 100_000 })
  await engine.close()
  const scorer = await createScorer(onnx, card, { fitted: model })
  const onnxAlone = await createScorer(onnx, card)
  const many = Array.from({ length: 1000 }, () => flight)
  const one = await measure(() => scorer.score([flight]), { times: 2000, warmUp: 500 })
  const byOnnx = await measure(() => onnxAlone.score([flight]), { times: 2000, warmUp: 500 })
  const batch = await measure(() => scorer.score(many), { times: 20, warmUp: 3 })
  await scorer.dispose()
  await onnxAlone.dispose()
  return [
    row('one-row scoring in process', 'ms', { ours: median(one), goal: 0.05 }),
    row('one row by ONNX', 'ms', { ours: median(byOnnx), goal: 0.2 }),
    row('1000 rows by ONNX', 'ms', { ours: median(batch) }),
  ]
}
