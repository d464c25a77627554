import assert from 'node:assert/strict'
import test from 'node:test'
import vm from 'node:vm'
import { createScope } from './child/scope.ts'
import { rewriteCell } from './rewrite.ts'

const nothing = { known: new Map(), captured: new Set<string>() }

function run(source: string, session = nothing) {
  const { code, names } = rewriteCell(source, { session })
  const scope = createScope()
  const declared = names.map(name => ({ ...name, shadow: false }))
  scope.declare(declared)
  const runtime = { freeze: (frozen: readonly string[]) => scope.freeze(frozen) }
  const body = new vm.Script(code).runInThisContext()(
    runtime,
    undefined,
    scope.shadow,
  ) as () => Promise<unknown>
  return { code, done: body().finally(() => scope.settle(declared)) }
}

const globals = globalThis as unknown as Record<string, unknown>
const isLocal = (code: string, name: string) => code.includes(`__slipway$${name}=${name}`)

for (const [title, source, name, expected] of [
  ['a sum', 'let h1 = 0\nfor (let i = 0; i < 1000; i++) h1 += i * 0.5', 'h1', 249750],
  ['while, with a condition that writes', 'let h2 = 10, k2 = 0\nwhile (h2-- > 0) k2 += h2', 'k2', 45],
  ['do, without braces', 'let h3 = 0\ndo h3++\nwhile (h3 < 5)', 'h3', 5],
  [
    'continue and break by labels',
    'let h4 = 0\na: for (let i = 0; i < 9; i++) { for (;;) { if (i % 2) continue a; h4 += i; break }; if (i > 5) break a }',
    'h4',
    12,
  ],
  [
    'shorthand properties',
    'let h5 = 1, o5: any\nfor (const x of [1, 2]) { o5 = { h5 }; h5 += o5.h5 }',
    'h5',
    4,
  ],
  [
    'functions of the language',
    'let h6 = 0\nfor (let i = 0; i < 4; i++) h6 += Math.sqrt(i * i) + "ab".charCodeAt(0)',
    'h6',
    394,
  ],
  [
    'arrays and constants',
    'const h7 = [1, 2, 3]; let s7 = 0\nfor (let i = 0; i < h7.length; i++) s7 += h7[i]!',
    's7',
    6,
  ],
  ['a loop inside a block and if', 'let h8 = 0\nif (true) { for (const x of [1, 2]) { h8 += x } }', 'h8', 3],
  [
    'names of the loop itself',
    'let h9 = 1\nfor (const h9 of [5]) { void h9 }\nfor (var v9 = 0; v9 < 3; v9++) h9 += v9',
    'h9',
    4,
  ],
] as const)
  test(`${title} is computed on locals`, async () => {
    const { code, done } = run(source)
    await done
    assert.equal(globals[name], expected)
    assert.match(code, /\{let __slipway\$/)
  })

test('what ends a loop early keeps its names', async () => {
  const { done } = run('let e1 = 0\nfor (;;) { e1++; if (e1 === 7) (undefined as any).x }')
  await assert.rejects(done, TypeError)
  assert.equal(globals['e1'], 7)
})

test('an interrupt loses a few hundred rounds at most', () => {
  const { code } = rewriteCell('let t1 = 0\nwhile (true) t1++', { session: nothing })
  const script = new vm.Script(`(${code})({}, undefined, {})()`)
  globals['t1'] = 0
  assert.throws(() => script.runInThisContext({ timeout: 50 }), /timed out/)
  assert.ok((globals['t1'] as number) > 1000)
})

for (const [title, source] of [
  [
    'a function of the cell mentions the name',
    'let n1 = 0; const see = () => n1\nfor (let i = 0; i < 3; i++) n1 += i',
  ],
  ['the loop waits', 'let n1 = 0\nfor (const x of [1]) { n1 += await x }'],
  ['the loop calls what it does not know', 'let n1 = 0\nfor (const x of [1]) { n1 += foo(x) }'],
  ['the loop has a function', 'let n1 = 0\nfor (const x of [1]) { n1 += [1].map(y => y)[0]! }'],
  ['the name has no value yet', 'for (const x of [1]) { n1 += x }\nlet n1 = 0'],
  ['the text reaches names as strings', 'let n1 = 0\nfor (const x of [1]) { n1 += x }\nglobalThis'],
  ['the name is a constant that is written', 'const n1 = 0\nfor (const x of [1]) { n1 = x }'],
] as const)
  test(`nothing is local when ${title}`, () => {
    assert.ok(!isLocal(rewriteCell(source, { session: nothing }).code, 'n1'))
  })

test('names of earlier cells are local when they have a value and no function mentions them', () => {
  const known = new Map([['p1', { writable: true }]])
  const source = 'for (const x of [1]) { p1 += x }'
  assert.ok(isLocal(rewriteCell(source, { session: { known, captured: new Set() } }).code, 'p1'))
  assert.ok(!isLocal(rewriteCell(source, { session: { known, captured: new Set(['p1']) } }).code, 'p1'))
  assert.ok(!isLocal(rewriteCell(source).code, 'p1'))
})

test('what a cell reads, writes and holds on to', () => {
  const { uses } = rewriteCell(
    'import { q } from "m"\nconst { a, b: [c] } = load(d)\nfunction f(x, { y = e }) { let z = x; return g(z) + y }\nclass K extends L { #p = m; static { n() } }\nlet i\nfor (const j of k) { i = j.o }\nlabel: { r.s++; t++ }',
  )
  assert.deepEqual([...uses.writes].sort(), ['K', 'a', 'c', 'f', 'i', 'q', 't'])
  assert.deepEqual([...uses.reads].sort(), ['L', 'd', 'e', 'g', 'k', 'load', 'm', 'n', 'r', 't'])
  assert.deepEqual([...uses.captured].sort(), ['e', 'g', 'm', 'n'])
})
