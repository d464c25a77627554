/** What a pipeline gives when neither a mark nor a person says it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { propose } from './propose.ts'
import { createTestRequest, notebookText } from './testing/types.ts'

const request = createTestRequest()

/** The names of the outputs, and the texts of what is dropped. */
async function given(cells: readonly string[]): Promise<readonly [readonly string[], readonly string[]]> {
  const { pipeline, diagnostics, dropped } = await propose({ ...request, notebook: notebookText(cells) })
  assert.deepEqual(diagnostics, [])
  return [pipeline!.manifest.outputs.map(({ name }) => name), dropped.map(({ text }) => text)]
}

const rows = "import { writeFileSync } from 'node:fs'\nconst rows = [1, 2, 3]"
const write = "writeFileSync('rows.json', JSON.stringify(rows))"

test('the last value counts beside what is written', async () => {
  assert.deepEqual(await given([rows, write, 'const mean = rows[0]! / 2\nmean']), [['mean'], ['mean']])
  assert.deepEqual(await given([rows, write, 'rows.length > 2']), [['result'], []])
})

test('a last statement that gives nothing is no output', async () => {
  assert.deepEqual(await given([rows, write]), [[], []])
  assert.deepEqual(await given([rows, write, 'rows.forEach(row => console.log(row))']), [
    [],
    ['rows.forEach(row => console.log(row))'],
  ])
  assert.deepEqual(await given([rows, write, 'const unused = 1']), [[], ['const unused = 1']])
})

test('a last value that no pipeline could give is left out, with what only it needs', async () => {
  const cells = [rows, write, 'const double = (n: number) => n * 2', '() => double(2)']
  assert.deepEqual(await given(cells), [[], cells.slice(2)])
})

test('without anything else the last value that is shown is the output', async () => {
  assert.deepEqual(await given([rows, 'rows.length', 'console.log(rows)']), [
    ['result'],
    ["import { writeFileSync } from 'node:fs'", 'console.log(rows)'],
  ])
})
