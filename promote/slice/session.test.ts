/** A slice with what earlier slices left behind is the slice that one from nothing gives. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { parseNotebook } from '../notebook.ts'
import { createTestCache, notebookText, testFolder, testTypes } from '../testing/types.ts'
import { checkEffectStub, loadEffects } from './effects.ts'
import { sliceNotebook } from './slice.ts'

const effects = loadEffects()
const libraries = createTestCache()

function keptBy(cells: readonly string[], cache: ReturnType<typeof createTestCache>, own = effects) {
  const notebook = parseNotebook(notebookText(cells))
  const options = { notebook, effects: own, folder: testFolder, typesOf: testTypes, outputs: ['out'], cache }
  const { statements, kept, diagnostics } = sliceNotebook(options)
  assert.deepEqual(diagnostics, [])
  return statements.filter(s => kept.has(s.index)).map(s => s.node.getText())
}

/** Declarations are kept, everything of notebooks is new. */
function cold(): ReturnType<typeof createTestCache> {
  return new Map(libraries)
}

const first = [
  'interface Row { tags: string[]; n: number }',
  'const rows: Row[] = [{ tags: ["a"], n: 1 }]',
  'const picked = rows[0]!.tags',
  'const size = picked.length',
  'picked.push("b")',
  'const out = rows[0]!.tags',
]

const edits: readonly (readonly [string, (cells: string[]) => void])[] = [
  ['nothing', () => undefined],
  ['a value', cells => (cells[1] = 'const rows: Row[] = [{ tags: ["z"], n: 2 }]')],
  ['a type two cells above', cells => (cells[0] = 'interface Row { tags: any; n: number }')],
  ['an inferred type', cells => (cells[2] = 'const picked = [...rows[0]!.tags]')],
  ['a cell more in the middle', cells => cells.splice(3, 0, 'const picked = ["other"]')],
  ['a cell less', cells => cells.splice(4, 1)],
  ['a name declared again at the end', cells => cells.push('const out = size')],
]

for (const [name, edit] of edits)
  test(`after an edit of ${name}`, () => {
    const warm = cold()
    keptBy(first, warm)
    const cells = [...first]
    edit(cells)
    const again = keptBy(cells, warm)
    assert.deepEqual(again, keptBy(cells, cold()))
    assert.deepEqual(keptBy(first, warm), keptBy(first, cold()))
  })

test('a stub of the user’s own drops what it says to be harmless', () => {
  const cells = [
    "import { mystery } from 'strange'",
    'const list = [1]',
    'mystery(list)',
    'const out = list.length',
  ]
  assert.equal(keptBy(cells, cold()).length, 4)
  const stub = checkEffectStub({ format: 1, package: 'strange', versions: '*', effects: { mystery: {} } })
  assert.deepEqual(keptBy(cells, cold(), loadEffects([stub])), [cells[1], cells[3]])
})

test('the stub that the documentation shows is one', () => {
  const text = readFileSync(new URL('../../docs/effects.md', import.meta.url), 'utf8')
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? []
  assert.ok(checkEffectStub(JSON.parse(json)).effects['Model.fit'])
})
