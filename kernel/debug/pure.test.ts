/** The parts of the adapter that need no process. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { rewriteCell } from '../session/rewrite.ts'
import { breakpointCondition, readExpression } from './conditions.ts'
import { readCatches } from './exceptions.ts'
import { chooseStop, userPosition, userStops, type MappedText } from './places.ts'
import { valueText } from './values.ts'

function mapped(source: string): MappedText {
  const { code, maps } = rewriteCell(source)
  return { lines: code.split('\n'), original: source.split('\n'), maps, isCell: true }
}

/** The user's place of where a text stands in what runs. */
function placeOf(text: MappedText, found: string): string | undefined {
  const line = text.lines.findIndex(l => l.includes(found))
  const place = userPosition(text, { line, column: text.lines[line]!.indexOf(found) })
  return place && `${place.line}:${place.column}`
}

test('places in what the user wrote are found, those of our own text are not', () => {
  const text = mapped(
    'const a = await f()\nawait g()\nfor await (const x of y) h(x)\nfunction k() { return 1 }',
  )
  assert.equal(placeOf(text, 'f()'), '0:16')
  assert.equal(placeOf(text, 'g()'), '1:6')
  assert.equal(placeOf(text, 'await __slipway$.gate(await g'), '1:0')
  assert.equal(placeOf(text, 'return 1'), '3:15')
  for (const own of [
    '(function(',
    'return async function',
    '__slipway$.freeze',
    'gate(await f',
    'await __slipway$.gate();',
    'k = function',
  ])
    assert.equal(placeOf(text, own), undefined, own)
})

test('a breakpoint stands on the first place at or behind its line', () => {
  const places = [
    { generated: { line: 0, column: 90 }, original: { line: 4, column: 2 } },
    { generated: { line: 1, column: 0 }, original: { line: 2, column: 8 } },
    { generated: { line: 2, column: 0 }, original: { line: 2, column: 0 } },
  ]
  assert.deepEqual(chooseStop(places, { line: 0 })?.original, { line: 2, column: 0 })
  assert.deepEqual(chooseStop(places, { line: 2, column: 5 })?.original, { line: 2, column: 8 })
  assert.deepEqual(chooseStop(places, { line: 3 })?.original, { line: 4, column: 2 })
  assert.equal(chooseStop(places, { line: 5 }), undefined)
  assert.equal(userStops(mapped('a'), [{ line: 0, column: 0 }]).length, 0)
})

test('conditions lose their types; what is none is told', () => {
  assert.equal(readExpression('x as number > 1 // why').replace(/\s+/g, ' ').trim(), 'x > 1 // why')
  assert.equal(breakpointCondition(1, {}), undefined)
  assert.match(breakpointCondition(7, { hitCondition: '3' })!, /hit\(7\) === 3$/)
  assert.match(
    breakpointCondition(7, { condition: 'a', hitCondition: '>= 2' })!,
    /^\(a\) && .*hit\(7\) >= 2$/,
  )
  assert.match(breakpointCondition(7, { logMessage: 'x {x} }' })!, /log\(7, \["x ", .*\(x\).*, " }"\]\)$/)
  for (const condition of ['', 'a b', 'a; b', 'if (a) b'])
    assert.throws(() => readExpression(condition), /Expected an expression/)
  assert.throws(() => breakpointCondition(1, { hitCondition: 'often' }), /Expected a hit count/)
})

test('what the user catches: by try, by catch(), in the same function only', () => {
  const code = 'try { a(() => { b() }) } catch {}\nc()\nd().catch(e)\ntry { f() } finally { g() }'
  const { catchesAt } = readCatches({ code, isModule: false })
  const at = (text: string) => catchesAt(code.indexOf(text))
  assert.deepEqual(['a(', 'b(', 'c(', 'd(', 'f('].map(at), [true, false, false, true, false])
  const awaited = 'async () => { await r().catch(f) }'
  assert.ok(readCatches({ code: awaited, isModule: false }).catchesAt(awaited.indexOf('await')))
  assert.equal(readCatches({ code: 'no code at all', isModule: false }).catchesAt(3), false)
})

test('values fit on a line', () => {
  assert.equal(valueText({ type: 'string', value: 'a\n"b"' }), '"a\\n\\"b\\""')
  assert.equal(valueText({ type: 'object', subtype: 'null', value: null }), 'null')
  assert.equal(valueText({ type: 'bigint', unserializableValue: '1n', description: '1n' }), '1n')
  assert.equal(
    valueText({ type: 'function', description: 'async function f(a        , b) { }' }),
    'ƒ f(a, b)',
  )
  assert.equal(
    valueText({ type: 'object', className: 'Date', description: 'long' }, '2020-01-01'),
    '2020-01-01',
  )
  assert.equal(valueText({ type: 'string', value: 'x'.repeat(500) }).length, 201)
})
