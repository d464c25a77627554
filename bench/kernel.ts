/** How fast the kernel answers a Jupyter client, against ipykernel under the same client in the same run. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installKernelspec } from '../kernel/kernelspec.ts'
import { preparePython } from '../test/support/python.ts'
import { row, type BenchRow } from './bench.ts'

/** What test/jupyter/measure.py writes: medians of one kernel. */
interface Measured {
  readonly startMs: number
  readonly roundTripMs: number
  readonly roundTripP95Ms: number
  readonly interruptMs: number
  readonly floodLinesPerSecond: number
  readonly residentMb: number
}

const rows: readonly { key: keyof Measured; work: string; unit: string; goal?: number }[] = [
  { key: 'roundTripMs', work: '1+1 to reply and idle, median', unit: 'ms', goal: 5 },
  { key: 'roundTripP95Ms', work: '1+1 to reply and idle, 95 %', unit: 'ms' },
  { key: 'startMs', work: 'spawn to kernel_info_reply', unit: 'ms' },
  { key: 'interruptMs', work: 'interrupt of an endless loop', unit: 'ms' },
  { key: 'floodLinesPerSecond', work: '100,000 printed lines', unit: 'lines/s' },
  { key: 'residentMb', work: 'resident memory, all processes', unit: 'MB' },
]

export default async function benchKernel(): Promise<readonly BenchRow[]> {
  const python = await preparePython()
  if (!python) return []
  const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  try {
    await installKernelspec({ prefix: work })
    const env = { ...process.env, JUPYTER_PATH: join(work, 'share', 'jupyter') }
    const script = join(import.meta.dirname, '..', 'test', 'jupyter', 'measure.py')
    const measure = async (kernel: string) =>
      JSON.parse(
        (await promisify(execFile)(python.executable, [script, kernel], { cwd: work, env })).stdout,
      ) as Measured
    const ours = await measure('slipway')
    const ipykernel = await measure('python3')
    return rows.map(({ key, work: title, unit, ...goal }) =>
      row(title, unit, { ours: ours[key], peers: { ipykernel: ipykernel[key] }, ...goal }),
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
