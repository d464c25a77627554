/** Which value a marked cell gives. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook } from '../notebook.ts'
import { createTestCache, notebookText, testFolder, testTypes } from '../testing/types.ts'
import { loadEffects } from './effects.ts'
import { sliceNotebook } from './slice.ts'

const cache = createTestCache()
const effects = loadEffects()

/** The text of what a cell that is marked as `result` gives. */
function check(source: string, expected: string | RegExp): void {
  test(source, () => {
    const notebook = parseNotebook(notebookText([{ source, output: 'result' }]))
    const slice = sliceNotebook({ notebook, effects, folder: testFolder, typesOf: testTypes, cache })
    const [output] = slice.outputs
    if (typeof expected !== 'string') assert.match(slice.diagnostics[0]?.message ?? '', expected)
    else assert.equal(output?.variable ?? output?.expression?.getText(), expected)
  })
}

check('const a = 1', 'a')
check('const a = 1\na + 1', 'a + 1')
check('const a = 1\nconsole.log(a)', 'a')
check(
  'const a = [1]\na.map(x => x + 1)\ndisplay(a); await display(a);\nconsole.table(a);',
  'a.map(x => x + 1)',
)
check('let a = 1\na = 2\n;', 'a')
check('const a = 1\nif (a) console.log(a)', /ends in no value/)
