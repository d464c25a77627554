import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook } from './notebook.ts'
import { readNotebookDocument } from './nbformat.ts'

const cell = (source: unknown) => ({
  cell_type: 'code',
  metadata: {},
  execution_count: null,
  outputs: [],
  source,
})
const file = (...cells: unknown[]) => JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells })

test('a notebook of nbformat 3 is read as one of nbformat 4', () => {
  const text = JSON.stringify({
    ...{ nbformat: 3, nbformat_minor: 0, metadata: { name: 'old', signature: 'x' } },
    worksheets: [
      {
        cells: [
          { cell_type: 'heading', level: 2, source: ['Cars'], metadata: {} },
          {
            ...{ cell_type: 'code', language: 'typescript', collapsed: false, prompt_number: 3 },
            input: ['const n = 2\n', 'n'],
            outputs: [
              { output_type: 'pyout', prompt_number: 3, text: ['2'], html: '<b>2</b>' },
              { output_type: 'stream', stream: 'stderr', text: 'careful' },
            ],
          },
          {
            cell_type: 'code',
            input: 'throw 1',
            outputs: [{ output_type: 'pyerr', ename: 'E', evalue: '1' }],
          },
        ],
      },
    ],
  })
  const read = readNotebookDocument(text)
  assert.ok('document' in read)
  assert.deepEqual(read.document.cells[1]?.outputs, [
    {
      ...{ output_type: 'execute_result', execution_count: 3, metadata: {} },
      data: { 'text/plain': ['2'], 'text/html': '<b>2</b>' },
    },
    { output_type: 'stream', name: 'stderr', text: 'careful' },
  ])
  const { cells, runs } = parseNotebook(text)
  assert.deepEqual(
    runs.map(({ source }) => source),
    ['const n = 2\nn', 'throw 1'],
  )
  assert.deepEqual([cells[1]?.heading, cells[1]?.failed, cells[2]?.failed], ['Cars', false, true])
})

test('a byte order mark is no part of a notebook', () => {
  assert.equal(parseNotebook(`\uFEFF${file(cell('1'))}`).runs.length, 1)
})

const wrong: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
  'an empty file': [' \n', /got an empty file/],
  'half a file': [file(cell('1')).slice(0, 40), /got text that is not JSON: .*position/],
  'other JSON': ['[1]', /got JSON without "cells" and "nbformat"/],
  'a format before 3': ['{"nbformat":2,"cells":[]}', /got nbformat 2; save it in a newer format/],
  'a cell that is none': [file(cell('1'), 5), /nbformat 4 at \/cells\/1/],
  'a cell without a source': [file({ cell_type: 'code' }), /nbformat 4 at \/cells\/0.*source/],
  'a source of numbers': [file(cell([1])), /nbformat 4 at \/cells\/0\/source/],
}

for (const [name, [text, problem]] of Object.entries(wrong))
  test(`${name} is told as what it is`, () => {
    const read = readNotebookDocument(text)
    assert.ok('problem' in read)
    assert.match(read.problem, problem)
    assert.throws(() => parseNotebook(text), problem)
  })
