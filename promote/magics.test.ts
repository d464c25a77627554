/** Notebooks with magics: what of them goes into a pipeline, and what is said of the rest. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook, ranText } from './notebook.ts'
import { propose } from './propose.ts'
import { createTestRequest, notebookText, type TestCell } from './testing/types.ts'

const request = createTestRequest()
const promote = (...cells: (string | TestCell)[]) => propose({ ...request, notebook: notebookText(cells) })

test('%time is its statement, %install and other magics are nothing', async () => {
  const { pipeline, diagnostics } = await promote(
    '%install lodash-es\n%install d3-array@3',
    'const rows = [3, 1, 2]\n%who',
    { source: '%time const sorted = rows.toSorted()\n%whos\nsorted.join()', output: 'text' },
  )
  assert.deepEqual(diagnostics, [])
  const steps = Object.entries(pipeline!.files).filter(([path]) => path.startsWith('steps/'))
  const text = steps.map(([, step]) => step).join('\n')
  assert.match(text, /const sorted = rows\.toSorted\(\)/)
  assert.doesNotMatch(text, /%|lodash/)
})

test('a whole cell that is timed is its code; a cell of text is none', async () => {
  const { pipeline, diagnostics, assumptions } = await promote('%%sh\nls', '%%html\n<b>x</b>', {
    source: '%%time\nconst a = 1\na + 1',
    output: 'two',
  })
  assert.deepEqual(diagnostics, [])
  assert.ok(pipeline)
  assert.ok(assumptions.some(({ message }) => /^%%sh runs in notebooks only/.test(message)))
})

test('what ran is compared with what stands there, magics or not', () => {
  const { runs, cells, models } = parseNotebook(
    notebookText(['%time f()', '%install x', '%%slip\nmodel late_departure {\n}\nmodel `on time` {\n}']),
  )
  assert.deepEqual(runs.map(ranText), [
    '      f()',
    '%%slip\nmodel late_departure {\n}\nmodel `on time` {\n}',
  ])
  assert.equal(cells[0]?.source, '%time f()')
  assert.deepEqual([...models], ['late_departure', 'on time'])
})

test('what %run declares has to be an import', async () => {
  const run = await promote('%run prepare.ts', { source: 'prepared.join()', output: 'text' })
  assert.match(run.diagnostics[0]?.message ?? '', /%run prepare\.ts .* import it from its file/)
})
