import assert from 'node:assert/strict'
import test from 'node:test'
import { propose } from '../propose.ts'
import { notebookText, testFolder, testProject, testTypes } from '../testing/types.ts'

const options = { name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject }

test('showing a value neither changes it nor keeps anything', async () => {
  const notebook = notebookText([
    'const list = [3, 1, 2]',
    'display(list)\nconst handle = await display.html("<b>1</b>")\nhandle.update(list)',
    { source: 'list', output: 'out' },
  ])
  const { diagnostics, kept, assumptions } = await propose({ ...options, notebook })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    kept.map(statement => statement.text),
    ['const list = [3, 1, 2]'],
  )
  assert.deepEqual(
    assumptions.map(({ kind }) => kind),
    ['order'],
  )
})

test("a notebook's own display is its own", async () => {
  const notebook = notebookText([
    'const shown: number[] = []\nfunction display(n: number) { shown.push(n) }',
    'display(4)',
    { source: 'shown', output: 'out' },
  ])
  const { kept } = await propose({ ...options, notebook })
  assert.equal(kept.length, 3)
})
