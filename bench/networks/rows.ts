/** A network of 64 and 32 units, five epochs over 100 000 rows of 20 numbers. The peer is scikit-learn on one thread. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fitNetwork } from '../../engine/estimators/neural-network.ts'
import { createRandom } from '../../engine/estimators/random.ts'
import { row, type BenchRow } from '../bench.ts'

const nRows = 100_000
const nColumns = 20

interface Measured {
  readonly cpuSeconds: number
  /** Mean log loss on the training rows. */
  readonly loss: number
}

export async function networkRows(log: (message: string) => void): Promise<readonly BenchRow[]> {
  log('fitting a network')
  const { numbers, label } = data()
  const ours = await fitOurs(numbers, label)
  const peer = await fitPeer([...numbers, label])
  const peers = (value: (of: Measured) => number): Record<string, number> =>
    peer ? { 'scikit-learn': value(peer) } : {}
  return [
    row('network, 100k × 20, 5 epochs', 'CPU s', { ours: ours.cpuSeconds, peers: peers(m => m.cpuSeconds) }),
    row('its loss on the training rows', '', { ours: ours.loss, peers: peers(m => m.loss) }),
  ]
}

function data() {
  const random = createRandom(3)
  const numbers = Array.from({ length: nColumns }, () =>
    Float64Array.from({ length: nRows }, () => random.normal()),
  )
  const [a, b, c] = numbers
  const label = Float64Array.from(a!, (x, i) => (Math.sin(x) * b![i]! + c![i]! > random.normal() ? 1 : 0))
  return { numbers, label }
}

async function fitOurs(numbers: readonly Float64Array[], label: Float64Array): Promise<Measured> {
  const before = process.cpuUsage()
  const { objective } = await fitNetwork({
    training: { nRows, numbers, codes: [], label, groups: [] },
    label: { kind: 'bool' },
    nCategories: [],
    hyperparameters: {
      ...{ hidden: [64, 32], activation: 'relu', epochs: 5, batch_size: 256, learning_rate: 0.001 },
      ...{ dropout: 0, l2: 0, early_stopping_rounds: 0, standardize_label: true },
    },
    seed: 1,
    threads: 1,
  })
  const { user, system } = process.cpuUsage(before)
  return { cpuSeconds: (user + system) / 1e6, loss: objective / nRows }
}

/** Undefined: `SLIPWAY_PEERS_PYTHON` names no Python. */
async function fitPeer(columns: readonly Float64Array[]): Promise<Measured | undefined> {
  const python = process.env['SLIPWAY_PEERS_PYTHON']
  if (!python) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'slipway-network-'))
  try {
    const file = join(folder, 'rows.bin')
    const bytes = columns.map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    )
    await writeFile(file, Buffer.concat(bytes))
    const peer = join(import.meta.dirname, 'peer.py')
    const { stdout } = await promisify(execFile)(python, [peer, file, String(nColumns)])
    return JSON.parse(stdout) as Measured
  } finally {
    await rm(folder, { recursive: true })
  }
}
