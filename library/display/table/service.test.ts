import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TableReply, TableRequest } from '../messages.ts'
import { memorySource } from './memory.ts'
import { offeredTable, offerTable } from './registry.ts'
import { line, serveTable } from './service.ts'
import type { TableView } from './view.ts'

const hooks = globalThis as Record<symbol, unknown>
hooks[Symbol.for('slipway.kernel')] = { comms: {} }

const viewOf = (nRows: number): TableView => ({
  nRows,
  columns: [
    { name: 'i', type: 'int', value: row => row },
    { name: 'text', type: 'string', value: row => (row === 0 ? 'x'.repeat(2000) : `r${row}`) },
  ],
})

function offer(nRows = 10_000, value: object = {}): string {
  return offerTable(value, { nCells: nRows * 2, createSource: () => memorySource(viewOf(nRows)) })!
}

/** A front end: asks, and gets the last answer to each question. */
function openComm(handle: unknown) {
  const waiting = new Map<number, (reply: TableReply) => void>()
  let tell: (data: never) => void = () => undefined
  let close = (): void => undefined
  serveTable(
    {
      send: data => {
        const reply = data as unknown as TableReply
        if (!('progress' in reply)) waiting.get(reply.request)?.(reply)
      },
      onMessage: handle => (tell = handle as never),
      onClose: handle => (close = handle),
    },
    { handle },
  )
  return {
    ask: (asked: TableRequest) =>
      new Promise<Record<string, unknown>>(resolve => {
        waiting.set(asked.request, resolve as never)
        tell(asked as never)
      }),
    tell: (asked: TableRequest) => tell(asked as never),
    close: () => close(),
  }
}

test('a page, a value in full, a copy', async () => {
  const { ask } = openComm(offer())
  const page = await ask({ request: 1, offset: 9998, limit: 100 })
  assert.deepEqual(page, { request: 1, rows: [[9998, 'r9998'], [9999, 'r9999']], nRows: 10_000 }) // prettier-ignore
  const value = await ask({ request: 2, kind: 'value', row: 0, column: 1 })
  assert.equal(String(value['value']).length, 2000)
  const copied = await ask({ request: 3, kind: 'copy', format: 'tsv', header: true, offset: 1, limit: 2 })
  assert.deepEqual(copied, { request: 3, text: 'i\ttext\n1\tr1\n2\tr2', nRows: 2, truncated: false })
})

test('a copy of too many rows is cut, and says so', async () => {
  const { ask } = openComm(offer(3_000_000))
  const copied = await ask({ request: 1, kind: 'copy', format: 'csv', header: false, offset: 0, limit: 3e6, columns: [0] }) // prettier-ignore
  assert.deepEqual([copied['nRows'], copied['truncated']], [2_000_000, true])
})

test('questions that make no sense are answered with a sentence', async () => {
  const { ask } = openComm(offer())
  const reply = await ask({ request: 1, offset: 0, limit: 1, filter: [{ column: 7, operator: 'null' }] })
  assert.match(String(reply['error']), /Expected a column from 0 to 1, got 7/)
})

test('a table that is gone is told kindly', async () => {
  const { ask } = openComm('unknown')
  assert.match(String((await ask({ request: 1, offset: 0, limit: 1 }))['error']), /Run the cell again/)
})

test('the registry is bounded', () => {
  const first = offer()
  for (let i = 0; i < 100; i++) offer()
  assert.equal(offeredTable(first), undefined)
})

test('large tables are held weakly but for the newest', async () => {
  const collect = (globalThis as { gc?: () => void }).gc
  const handles = Array.from({ length: 4 }, () => offer(1_000_000))
  assert.ok(handles.every(handle => offeredTable(handle)))
  if (!collect) return
  await new Promise(resolve => setTimeout(resolve, 10))
  collect()
  assert.deepEqual(
    handles.map(handle => offeredTable(handle) !== undefined),
    [false, false, true, true],
  )
})

test('a question that was taken back is not answered, and does not hold up others', async () => {
  const { ask, tell } = openComm(offer(2_000_000))
  let answered = false
  const sort = [{ column: 1, descending: false }]
  void ask({ request: 1, offset: 0, limit: 1, sort }).then(() => (answered = true))
  tell({ request: 1, kind: 'cancel' })
  const page = await ask({ request: 2, offset: 0, limit: 1 })
  assert.equal(page['nRows'], 2_000_000)
  assert.equal(answered, false)
})

test('saved as CSV, filtered', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-grid-'))
  try {
    const { ask } = openComm(offer(100))
    const filter = [{ column: 0, operator: '<', values: [3] } as const]
    const path = join(folder, 'rows.csv')
    const saved = await ask({ request: 1, kind: 'save', format: 'csv', path, filter, columns: [0] })
    assert.deepEqual(saved, { request: 1, path, nRows: 3 })
    assert.equal(await readFile(path, 'utf8'), 'i\n0\n1\n2\n')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('lines of a spreadsheet', () => {
  assert.equal(line([1, null, 'a,b', 'say "x"', '', true], 'csv'), '1,,"a,b","say ""x""","",true')
  assert.equal(line(['a\tb', null, ''], 'tsv'), '"a\tb"\t\t')
})
