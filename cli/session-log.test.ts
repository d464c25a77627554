import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { NotebookFile } from './run-notebook.ts'
import { sourceHash } from '../promote/index.ts'
import { sessionOf, withSessionLog } from './session-log.ts'

const notebook = (metadata: object = {}) =>
  ({
    nbformat: 4,
    nbformat_minor: 5,
    metadata,
    cells: [{ id: 'a', cell_type: 'code', source: '1' }],
  }) as unknown as NotebookFile

function sessions(
  context: { after(end: () => void): void },
  files: Readonly<Record<string, readonly object[]>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-log-'))
  context.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, '.slipway/sessions'), { recursive: true })
  for (const [name, lines] of Object.entries(files))
    writeFileSync(
      join(folder, '.slipway/sessions', name),
      `${lines.map(line => JSON.stringify(line)).join('\n')}\n{"half`,
    )
  return (given: NotebookFile) => {
    const text = withSessionLog(join(folder, 'n.ipynb'), JSON.stringify(given), given)
    return (JSON.parse(text) as { metadata: { slipway?: { log?: unknown } } }).metadata.slipway?.log
  }
}

test('the session of a notebook that another client ran', context => {
  const log = sessions(context, {
    'x.jsonl': [{ cell: 'other', source: 'no', notebook: 'm.ipynb' }],
    'y.jsonl': [
      { cell: 'a', source: 'yes', notebook: 'n.ipynb', order: 1 },
      { cell: null, source: 'more' },
    ],
    'y.evidence.jsonl': [{ type: 'session' }],
  })
  assert.deepEqual(log(notebook()), [
    { cell: 'a', source: 'yes' },
    { cell: '', source: 'more' },
  ])
  const own = [{ cell: 'a', source: 'own' }]
  assert.deepEqual(log(notebook({ slipway: { log: own } })), own)
})

test('without a word of the client the ids of cells decide', context => {
  const known = sessions(context, { 'x.jsonl': [{ cell: 'a', source: 'yes' }] })
  assert.deepEqual(known(notebook()), [{ cell: 'a', source: 'yes' }])
  const foreign = sessions(context, { 'x.jsonl': [{ cell: 'b', source: 'no' }] })
  assert.equal(foreign(notebook()), undefined)
})

test('a restart forgets what ran before; failures are kept', context => {
  const log = sessions(context, {
    'x.jsonl': [
      { cell: 'a', source: 'old', order: 1, status: 'ok', notebook: 'n.ipynb' },
      { cell: 'a', source: 'older', order: 2, status: 'ok' },
      { cell: 'a', source: 'new', order: 1, status: 'error' },
      { cell: 'a', source: 'newer', order: 2, status: 'ok' },
    ],
  })
  assert.deepEqual(log(notebook()), [
    { cell: 'a', source: 'new', status: 'error' },
    { cell: 'a', source: 'newer', status: 'ok' },
  ])
})

test('evidence is that of the session whose runs are in the log', context => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-log-'))
  context.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, '.slipway/sessions'), { recursive: true })
  const cell = (source: string) => ({
    ...{ type: 'cell', order: 1, cell: 'a', source: sourceHash(source), status: 'ok', time: '', reads: [] },
    ...{
      writes: [],
      dynamic: false,
      clock: false,
      random: false,
      files: [],
      hosts: ['h:1'],
      environment: [],
    },
    ...{ processes: [], values: [] },
  })
  const write = (name: string, file: string | null, source: string) => {
    const lines = [{ type: 'session', version: 1, notebook: file }, cell(source)]
    writeFileSync(join(folder, '.slipway/sessions', name), lines.map(line => JSON.stringify(line)).join('\n'))
  }
  write('1.evidence.jsonl', null, 'ran')
  write('2.evidence.jsonl', 'm.ipynb', 'ran')
  write('3.evidence.jsonl', null, 'of another')
  const given = notebook({ slipway: { log: [{ cell: 'a', source: 'ran' }] } })
  const { evidence } = sessionOf({
    file: join(folder, 'n.ipynb'),
    root: folder,
    text: JSON.stringify(given),
    notebook: given,
  })
  assert.deepEqual(
    evidence?.runs.map(run => run.source),
    [sourceHash('ran')],
  )
})
