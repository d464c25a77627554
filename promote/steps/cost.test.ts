/** Where a step ends because a cell took long. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ProposalEdits } from '../edits.ts'
import { propose } from '../propose.ts'
import { createTestCache, testFolder, testProject, testTypes } from '../testing/types.ts'

const cache = createTestCache()

interface TimedCell {
  readonly source: string
  readonly ms?: number
}

/** `kept in the log`, or as JupyterLab keeps it, in the cell. */
function notebookOf(cells: readonly TimedCell[], where: 'log' | 'cell'): string {
  const timing = (ms: number) => ({
    'iopub.status.busy': '2026-01-01T10:00:00.000000Z',
    'iopub.status.idle': new Date(Date.parse('2026-01-01T10:00:00Z') + ms).toISOString(),
  })
  const log = cells
    .map((cell, i) => ({ ...cell, cell: `c${i}` }))
    .filter(({ source }) => !source.startsWith('#'))
  return JSON.stringify({
    ...{ nbformat: 4, nbformat_minor: 5, metadata: where === 'log' ? { slipway: { log } } : {} },
    cells: cells.map(({ source, ms }, i) => ({
      ...{ id: `c${i}`, cell_type: source.startsWith('#') ? 'markdown' : 'code', source, outputs: [] },
      metadata: where === 'cell' && ms !== undefined ? { execution: timing(ms) } : {},
    })),
  })
}

async function steps(
  cells: readonly TimedCell[],
  { where = 'log', edits }: { readonly where?: 'log' | 'cell'; readonly edits?: ProposalEdits } = {},
) {
  const { diagnostics, pipeline } = await propose({
    ...{
      name: 'demo',
      folder: testFolder,
      typesOf: testTypes,
      project: testProject,
      cache,
      outputs: ['out'],
    },
    notebook: notebookOf(cells, where),
    ...(edits ? { edits } : {}),
  })
  assert.deepEqual(diagnostics, [])
  const found = pipeline?.manifest.steps ?? []
  return found.map(
    ({ name, cells, inputs }) => `${name}: ${cells.join(' ')} <- ${inputs.map(i => i.name).join()}`,
  )
}

const cells = (...times: readonly (number | undefined)[]): readonly TimedCell[] =>
  [
    "import { readFileSync } from 'node:fs'",
    "const text = readFileSync('a.json', 'utf8')",
    'const rows: number[] = JSON.parse(text) as number[]\nrows.sort()',
    'const half = rows.map(row => row / 2)',
    'const out = half.length + rows.length',
    'out',
  ].map((source, i) => ({ source, ...(times[i] === undefined ? {} : { ms: times[i] }) }))

test('a costly cell ends its step', async () => {
  const expected = ['prepare: c1 c2 <- ', 'main: c3 c4 <- rows']
  assert.deepEqual(await steps(cells(0, 20, 9000, 30)), expected)
  assert.deepEqual(await steps(cells(0, 20, 9000, 30), { where: 'cell' }), expected)
})

test('quick cells, and cells that take little of the whole, end none', async () => {
  const one = ['main: c1 c2 c3 c4 <- ']
  assert.deepEqual(await steps(cells()), one)
  assert.deepEqual(await steps(cells(0, 20, 900, 30)), one)
  assert.deepEqual(await steps(cells(0, 20, 2500, 300, 90_000)), one)
})

test('each costly part ends one; nothing is only handed on', async () => {
  assert.deepEqual(await steps(cells(0, 20, 9000, 8000)), [
    'prepare: c1 c2 <- ',
    'prepare-2: c3 <- rows',
    'main: c4 <- half,rows',
  ])
  const [load, sort, ...rest] = cells(0, 20, 9000)
  assert.ok(load && sort && rest.length > 0)
  const last = [...cells().slice(0, 2), { source: 'const out = text.length', ms: 60_000 }, { source: 'out' }]
  assert.deepEqual(await steps(last), ['main: c1 c2 <- '])
})

test('headings go before cost, and what a person says before both', async () => {
  const headed = [{ source: '# Sort' }, ...cells(0, 20, 9000, 30)]
  assert.deepEqual(await steps(headed), ['sort: c2 c3 c4 c5 <- '])
  const edits = {
    format: 1 as const,
    boundaries: [{ before: { cell: 'c3', statement: 0 }, boundary: false }],
  }
  assert.deepEqual(await steps(cells(0, 20, 9000, 30), { edits }), ['main: c1 c2 c3 c4 <- '])
})

test('what cannot cross stays in one step', async () => {
  const found = await steps([
    { source: 'const counter = { n: 0, next() { return ++this.n } }\ncounter.next()', ms: 9000 },
    { source: 'const out = counter.next()' },
  ])
  assert.deepEqual(found, ['main: c0 c1 <- '])
})
