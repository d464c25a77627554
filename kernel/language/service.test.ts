import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import test from 'node:test'
import { cellModule, declaredNames } from './cells.ts'
import { fromCodePoints, toCodePoints } from './positions.ts'
import { createCellService, type Completeness } from './service.ts'

const service = createCellService(tmpdir())
const at = (marked: string) => {
  const cursor = marked.indexOf('¦')
  return { source: marked.replace('¦', ''), cursor: toCodePoints(marked, cursor), cell: null }
}
const messages = (source: string) => service.diagnostics(at(`${source}¦`)).map(d => d.message)

test('the names a cell declares, types included', () => {
  const names = declaredNames(`
    import d, { a as b } from 'm'; import * as n from 'm'
    const { c, e: [f, ...g], h = 1 } = x; let i; var j
    function k() {} class l {} interface m {} type o = 1; enum p {} namespace q {}
    export const r = 1; { const inner = 1 }`)
  assert.equal(names.map(({ name }) => name).join(' '), 'd b n c f g h i j k l m o p q r')
  assert.deepEqual(names.filter(({ exported }) => exported), [{ name: 'r', exported: true }]) // prettier-ignore
})

test('a cell imports what others declared last, and not what it declares itself', () => {
  const { text, offset } = cellModule('const a = b', new Map([['a', './1.ts'], ['b', './2.ts'], ['c', './2.ts']])) // prettier-ignore
  assert.equal(text, "import { b, c } from './2.ts';\nconst a = b\nexport { a };\n")
  assert.equal(text.slice(offset, offset + 11), 'const a = b')
})

test('a name has the type of its latest declaration', () => {
  service.executed({ order: 1, source: 'let value = 1; interface Shape { side: number }', cell: null })
  assert.deepEqual(messages('value.toFixed(); value = 2; const s: Shape = { side: 1 }'), [])
  service.executed({ order: 2, source: "const value = 'text'", cell: null })
  assert.deepEqual(messages('value.toUpperCase()'), [])
  assert.deepEqual(messages('value.toFixed()').length, 1)
  assert.deepEqual(messages('class value {}\nnew value()'), [])
})

test('cells above that have not run count when they are given', () => {
  const place = { ...at('above.toFixed() + below¦'), before: ['const above = 1', 'let below = above'] }
  assert.deepEqual(service.diagnostics(place), [])
  assert.equal(messages('above').length, 1)
})

test('completion replaces what stands before the cursor, counted in code points', () => {
  const place = at("const 𝕊 = 'x'; 𝕊.toUpp¦er")
  const { matches, cursor_start: start, cursor_end: end } = service.complete(place)
  assert.deepEqual(matches, ['toUpperCase'])
  assert.equal([...place.source].slice(start, end).join(''), 'toUpp')
})

test('hover says the type and the documentation', () => {
  const hover = service.inspect(at('/** How many. */\nconst n = 1\nn¦'))!
  assert.equal(hover.plain, 'const n: 1\n\nHow many.')
  assert.equal(service.inspect(at('  ¦  ')), undefined)
})

test('what cells have besides Node is known', () => {
  assert.deepEqual(messages("display.html('<b>x</b>'); const a: string | null = prompt('?')"), [])
})

for (const [source, state] of [
  ['1', 'complete'],
  ['await x', 'complete'],
  ['enum E { a }', 'complete'],
  ['', 'complete'],
  ['function f() {', 'incomplete'],
  ['`a', 'incomplete'],
  ['/* a', 'incomplete'],
  ['const x =', 'incomplete'],
  ['f(1,', 'incomplete'],
  ['let = ;', 'invalid'],
  ["'a", 'invalid'],
  [')', 'invalid'],
] as const satisfies [string, Completeness['state']][])
  test(`${JSON.stringify(source)} is ${state}`, () => assert.equal(service.completeness(source).state, state))

test('positions beyond the end are the end', () => assert.equal(fromCodePoints('𝕊a', 9), 3))
