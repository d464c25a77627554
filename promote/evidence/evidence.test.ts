/** Evidence of the kernel: what of its lines promotion uses, and what it says of a document that was changed since. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook } from '../notebook.ts'
import { notebookText } from '../testing/types.ts'
import { evidenceEdges } from './edges.ts'
import { historyOf, isDocumentOrder } from './history.ts'
import { parseEvidence, projectPath, sourceHash } from './read.ts'

const place = { root: '/home/ann/project', folder: 'notes' }

interface Seen {
  readonly cell?: string | null
  readonly source: string
  readonly more?: object
}

/** Lines as the kernel writes them. */
function evidenceText(cells: readonly (Seen | 'restart')[]): string {
  const session = {
    type: 'session',
    version: 1,
    session: 's',
    notebook: 'a.ipynb',
    time: '',
    node: '',
    kernel: '',
    platform: '',
  }
  const lines = cells.map((cell, i) => {
    if (cell === 'restart') return { type: 'restart', time: '' }
    return {
      ...{
        type: 'cell',
        order: i + 1,
        cell: cell.cell ?? null,
        source: sourceHash(cell.source),
        status: 'ok',
        time: '',
      },
      ...{ reads: [], writes: [], dynamic: false, clock: false, random: false, files: [], hosts: [] },
      ...{ environment: [], processes: [], packages: [], values: [], ...cell.more },
    }
  })
  return [session, ...lines].map(line => JSON.stringify(line)).join('\n')
}

function read(cells: readonly (Seen | 'restart')[]) {
  const evidence = parseEvidence(evidenceText(cells), place)
  assert.ok(evidence)
  return evidence
}

test('paths are of the project, or absolute', () => {
  assert.equal(projectPath('out.csv', place), 'notes/out.csv')
  assert.equal(projectPath('/home/ann/project/data/a.csv', place), 'data/a.csv')
  assert.equal(projectPath('/tmp/a.csv', place), '/tmp/a.csv')
  assert.equal(projectPath('out.csv', { ...place, folder: '' }), 'out.csv')
})

test('what ran before a restart is forgotten; broken lines and other versions say nothing', () => {
  const { runs } = read([{ source: 'let a = 1' }, 'restart', { source: 'let b = 1' }])
  assert.deepEqual(
    runs.map(run => run.source),
    [sourceHash('let b = 1')],
  )
  assert.equal(
    parseEvidence(`${evidenceText([{ source: 'a' }])}\n{"type":"cell","ord`, place)?.runs.length,
    1,
  )
  assert.equal(parseEvidence('{"type":"session","version":2,"notebook":null}', place), undefined)
  assert.equal(parseEvidence('', place), undefined)
})

test('runs of the log find what the kernel saw of them; others are unlogged', () => {
  const log = [
    { cell: 'a', source: 'let n = 1' },
    { cell: 'b', source: 'n' },
    { cell: 'a', source: 'let n = 1' },
  ]
  const evidence = read([
    { cell: 'a', source: 'let n = 1', more: { hosts: ['x:443'] } },
    { cell: 'gone', source: 'n = 7' },
    { cell: 'b', source: 'n', more: { status: 'error' } },
    { cell: 'a', source: 'let n = 1' },
  ])
  const notebook = parseNotebook(
    notebookText(
      [
        { id: 'a', source: 'let n = 1' },
        { id: 'b', source: 'n' },
      ],
      log,
    ),
    { evidence },
  )
  assert.deepEqual(
    notebook.runs.map(run => run.seen?.order),
    [1, 3, 4],
  )
  assert.deepEqual(
    notebook.runs.map(run => run.failed ?? false),
    [false, true, false],
  )
  assert.deepEqual(
    notebook.unlogged.map(run => run.cell),
    ['gone'],
  )
  assert.equal(notebook.origin, 'log')
})

test('without a log, evidence tells the order as long as every text that ran is still there', () => {
  const cells = [
    { id: 'a', source: 'let n = 1' },
    { id: 'b', source: 'n++' },
  ]
  const ran = [
    { cell: 'a', source: 'let n = 1' },
    { cell: 'b', source: 'n++' },
    { cell: 'b', source: 'n++' },
  ]
  const notebook = parseNotebook(notebookText(cells), { evidence: read(ran) })
  assert.equal(notebook.origin, 'evidence')
  assert.deepEqual(
    notebook.runs.map(run => run.cell),
    ['a', 'b', 'b'],
  )
  // A kernel that was not told of cells knows them by their text.
  const anonymous = parseNotebook(notebookText(cells), {
    evidence: read(ran.map(({ source }) => ({ source }))),
  })
  assert.deepEqual(
    anonymous.runs.map(run => run.cell),
    ['a', 'b', 'b'],
  )
  const edited = parseNotebook(notebookText(cells), {
    evidence: read([...ran, { cell: 'a', source: 'let n = 2' }]),
  })
  assert.equal(edited.origin, 'document')
  assert.deepEqual(
    edited.runs.map(run => run.cell),
    ['a', 'b'],
  )
})

test('the document can count instead of what ran', () => {
  const text = notebookText(['let n = 1', 'n'], [{ cell: 'c1', source: 'n' }])
  assert.equal(parseNotebook(text).origin, 'log')
  const { origin, runs } = parseNotebook(text, { history: 'document' })
  assert.deepEqual([origin, runs.length], ['document', 2])
})

test('edited, deleted, repeated, moved, failed and never: cells by what became of them', () => {
  const cells = [
    { id: 'a', source: 'let n = 2' },
    { id: 'b', source: 'n++' },
    { id: 'c', source: 'n' },
    { id: 'd', source: 'n * 2' },
  ]
  const log = [
    { cell: 'a', source: 'let n = 1' },
    { cell: 'c', source: 'n' },
    { cell: 'x', source: 'n = 5' },
    { cell: 'b', source: 'n++' },
    { cell: 'b', source: 'n++' },
  ]
  const notebook = parseNotebook(notebookText(cells, log))
  assert.deepEqual(
    historyOf(notebook).map(({ kind, cell, runs }) => `${kind} ${cell} ${runs.join()}`),
    ['edited a 0', 'deleted x 2', 'repeated b 3,4', 'moved b 3,4', 'never d '],
  )
  assert.ok(!isDocumentOrder(notebook))
  const tidy = parseNotebook(
    notebookText(
      ['let n = 1', 'n'],
      [
        { cell: 'c0', source: 'let n = 1' },
        { cell: 'c1', source: 'n' },
      ],
    ),
  )
  assert.deepEqual(historyOf(tidy), [])
  assert.ok(isDocumentOrder(tidy))
})

test('the kernel sees files pass from run to run, and plain values change that no text names', () => {
  const file = (path: string, read: boolean, written: boolean) => ({ files: [{ path, read, written }] })
  const value = (name: string, hash: string, type = 'Array') => ({ name, type, hash })
  const { runs } = read([
    { source: '0', more: { ...file('t.csv', false, true), writes: ['seen'], values: [value('seen', '1')] } },
    { source: '1', more: { values: [value('seen', '2')] } },
    { source: '2', more: file('t.csv', true, false) },
    { source: '3', more: { reads: ['seen'] } },
    { source: '4', more: { writes: ['seen'], reads: [] } },
    { source: '5', more: { reads: ['seen'] } },
  ])
  const edges = evidenceEdges(runs.map(seen => ({ cell: '', source: '', seen })))
  assert.deepEqual(
    edges.map(({ from, to, why }) => `${to} needs ${from} by ${why.kind}`),
    ['2 needs 0 by file', '3 needs 1 by value', '4 needs 1 by value'],
  )
})
