/**
 * How long slicing takes in a notebook of 500 cells, as a part of `npm run bench -- promotion`: CPU time of the thread
 * that slices, which is what a quiet machine makes its caller wait.
 */
import { join } from 'node:path'
import { loadEffects } from '../../../promote/slice/effects.ts'
import { parseNotebook } from '../../../promote/notebook.ts'
import { sliceNotebook } from '../../../promote/slice/slice.ts'
import type { DeclarationCache } from '../../../promote/slice/program.ts'
import { notebookText } from '../../../promote/testing/types.ts'
import { median, row, type BenchRow } from '../../bench.ts'
import { largeNotebook } from './large-notebook.ts'

const root = join(import.meta.dirname, '../../..')

interface Slicer {
  /** @returns milliseconds of the thread's CPU time */
  readonly slice: (cells: readonly string[], resumes: boolean) => number
}

function createSlicer(): Slicer {
  const cache: DeclarationCache = new Map()
  const effects = loadEffects()
  return {
    slice(cells, resumes) {
      const text = notebookText(cells.map(source => ({ source, kind: 'code' })))
      const notebook = parseNotebook(text)
      const before = process.threadCpuUsage()
      const { diagnostics } = sliceNotebook({
        notebook,
        effects,
        folder: join(root, 'examples/flights'),
        typesOf: specifier =>
          specifier === 'slipway' ? { path: join(root, 'library/index.ts') } : undefined,
        cache,
        outputs: ['out'],
        resumes,
      })
      const { user, system } = process.threadCpuUsage(before)
      if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
      return (user + system) / 1000
    },
  }
}

const nRounds = 9

/** What people do to a cell: another number, a line more, a line less. */
function edited(cells: readonly string[], at: number, round: number): readonly string[] {
  const source = cells[at] as string
  const changed = [
    source.replace(/\b2\b|\b10\b|\b5\b/, String(round + 20)),
    `${source}\nconsole.log(${round})`,
    source.replace(/\n(console\.log|plot)[^\n]*$/, ''),
  ][round % 3]
  return cells.with(at, changed as string)
}

export function speedRows(log: (message: string) => void): readonly BenchRow[] {
  log('slicing a notebook of 500 cells')
  const cells = largeNotebook()
  const { slice } = createSlicer()
  slice(cells, true)
  const unseen = median(
    Array.from({ length: 3 }, (_, i) =>
      slice(
        cells.map(source => source.replaceAll(/\bt(\d)/g, `u${i}t$1`)),
        false,
      ),
    ),
  )
  slice(cells, true)
  const seen = median(Array.from({ length: nRounds }, () => slice(cells, false)))
  const places = { first: 0, middle: cells.length >> 1, last: cells.length - 1 }
  slice(cells, true)
  const edits = Object.entries(places).map(([name, at]) => {
    const times = Array.from({ length: nRounds }, (_, round) => slice(edited(cells, at, round), true))
    slice(cells, true)
    return row(`slice 500 cells again after an edit in the ${name} of them, CPU`, 'ms', {
      ours: median(times),
      goal: 50,
    })
  })
  return [
    row('slice 500 cells whose types the checker knows, CPU', 'ms', { ours: seen, goal: 300 }),
    row('slice 500 cells that the checker has not seen, CPU', 'ms', { ours: unseen }),
    row('of that parsing, binding and checking', 'ms', { ours: unseen - seen }),
    ...edits,
  ]
}

if (import.meta.main) console.table(speedRows(console.error))
