import assert from 'node:assert/strict'
import test from 'node:test'
import vm from 'node:vm'
import { compileCell } from '../language/typescript.ts'
import { originalPosition } from './positions.ts'
import { CellSyntaxError, rewriteCell } from './rewrite.ts'
import { createSession, valueOf } from './testing/session.ts'

const cases: readonly [title: string, cells: string[], expected: unknown][] = [
  ['the last expression is the value', ['1 + 1'], 2],
  ['a semicolon behind it changes nothing', ['1 + 1; // two'], 2],
  ['parentheses around it', ['({ a: 1 }).a'], 1],
  ['a declaration has no value', ['const t1 = 1'], undefined],
  ['nothing at all', ['// only a comment'], undefined],
  ['a semicolon too many', ['3;;'], 3],
  ['types are blanked', ['const t2: number = 2 as number; interface X {}; t2'], 2],
  [
    'let, then const, then function, then class',
    ['let t3 = 1', 'const t3 = 2', 'function t3() { return 3 }', 'class t3 { static v = 4 }', 't3.v'],
    4,
  ],
  ['closures see later values', ['let t4 = 1; function g4() { return t4 }', 't4 = 5', 'g4()'], 5],
  ['functions see later functions', ['function f5() { return g5() }', 'const g5 = () => 6', 'f5()'], 6],
  [
    'recursion sees a redefined function',
    [
      'function f6(n: number): number { return n === 0 ? 0 : f6(n - 1) }',
      'const old6 = f6; f6 = () => 7',
      'old6(1)',
    ],
    7,
  ],
  ['functions are hoisted', ['f7()\nfunction f7() { return 8 }\nf7()'], 8],
  [
    'destructuring',
    ['const { a8, b8: [c8, ...d8], e8 = 4 } = { a8: 1, b8: [2, 3] };\n[a8, c8, d8.length, e8].join()'],
    '1,2,1,4',
  ],
  ['several in one declaration', ['let a9 = 1, b9, c9 = 3;\n[a9, b9, c9].join()'], '1,,3'],
  ['let without a value begins anew', ['let a10 = 1', 'let a10\na10'], undefined],
  ['var in a loop and a block', ['for (var i11 = 0; i11 < 3; i11++) { var j11 = i11 }', 'i11 + j11'], 5],
  [
    'var in for-of and for-in',
    ['for (var k12 of [1, 2]) {}\nfor (var l12 in { z: 1 }) {}', 'k12 + l12'],
    '2z',
  ],
  ['block scopes stay their own', ['const x13 = 1\n{ const x13 = 2 }\nfor (const x13 of [3]) {}\nx13'], 1],
  [
    'function names',
    ['const f14 = () => 1; function g14() {}; class h14 {}\n[f14.name, g14.name, h14.name].join()'],
    'f14,g14,h14',
  ],
  [
    'generators and async functions',
    ['async function a15() { return 1 }\nfunction* g15() { yield 2 }', 'await a15() + [...g15()][0]'],
    3,
  ],
  [
    'statements without semicolons',
    [
      'let a16 = 1\nconst b16 = [2]\nawait null\nconst { c16 } = { c16: 3 }\na16 += 1\nawait null\nlet [d16] = b16\na16 + c16 + d16',
    ],
    7,
  ],
  ['await in the middle of expressions', ['1 + await 2 * (await Promise.resolve(3))'], 7],
  ['await of await', ['await await Promise.resolve(4)'], 4],
  ['for await', ['let s18 = 0\nfor await (const x of [1, Promise.resolve(2)]) s18 += x\ns18'], 3],
  [
    'imports are bound before anything else',
    [
      "a19 + b19 + n19.b + d19\nimport d19, { a as a19 } from 'm'\nimport * as n19 from 'm'\nimport { b as b19 } from 'm'",
    ],
    '5d',
  ],
  ['dynamic import', ["(await import('m')).a"], 1],
  ['import.meta', ['import.meta.url'], 'file:///notebook.ts'],
  [
    'exports are declarations',
    ['export const a22 = 1; export function b22() { return 2 }\nexport { a22 as c22 }', 'a22 + b22()'],
    3,
  ],
  ['enums go through the compiler', ['enum E23 { a, b = 5 }', 'E23.b'], 5],
  [
    'an enum again does not keep old members',
    ['enum E24 { a }', 'enum E24 { b }', 'Object.keys(E24).length'],
    2,
  ],
  [
    'namespaces and parameter properties',
    [
      'namespace N25 { export const x = 1 }\nclass C25 { constructor(readonly y: number) {} }\nN25.x + new C25(2).y',
    ],
    3,
  ],
  ['imports of a compiled cell are kept', ["import { a as a26 } from 'm'\nenum E26 { q }", 'a26'], 1],
  [
    'a name of Node, used by this and later cells only',
    ['const URL = 7', 'function f27() { return URL }\nURL + f27() + typeof globalThis.URL'],
    '14function',
  ],
  ['strict mode', ['(function () { return this })()'], undefined],
  [
    'labels, switch and try are left alone',
    [
      'let r29 = 0\nouter: for (let i = 0; i < 3; i++) { switch (i) { case 1: break outer; default: try { r29 += 1 } finally { r29 += 10 } } }\nr29',
    ],
    11,
  ],
  ['text of other scripts', ["const größe = '日本'; type Ü = { ß: '語' }\ngröße"], '日本'],
]

for (const [title, cells, expected] of cases)
  test(title, async () => assert.deepEqual(await valueOf(...cells), expected))

test('an assignment to a constant fails, also from another cell', async () => {
  const run = createSession()
  await run('const c30 = 1')
  await assert.rejects(run('c30 = 2'), TypeError)
  assert.equal(await run('c30'), 1)
})

test('a name is unknown before its value, and again when the cell failed', async () => {
  const run = createSession()
  await assert.rejects(run('x31\nconst x31 = 1'), /Cannot access 'x31' before initialization/)
  await assert.rejects(run('x31'), /x31 is not defined/)
})

test('a cell that failed leaves the older value', async () => {
  const run = createSession()
  await run('const x32 = 1')
  await assert.rejects(run("throw new Error('no')\nconst x32 = 2"))
  assert.equal(await run('x32'), 1)
})

test('a promise as last expression is shown, not awaited', async () => {
  const { code } = rewriteCell('new Promise(() => {})')
  const body = new vm.Script(code).runInThisContext()({}, undefined, {}) as () => Promise<[unknown]>
  assert.ok((await body())[0] instanceof Promise)
})

for (const [source, line, column] of [
  ['let = ;', 0, 6],
  ['const a = 1\nconst b = [1, 2', 1, 15],
  ['let a = 1\nlet a = 2', 1, 4],
] as const)
  test(`the place of what is wrong in ${JSON.stringify(source)}`, async () => {
    await assert.rejects(createSession()(source), (error: CellSyntaxError) => {
      assert.ok(error instanceof CellSyntaxError)
      assert.deepEqual([error.line, error.column], [line, column])
      return true
    })
  })

test('positions lead back to the cell, behind moved functions and blanked types too', () => {
  for (const source of [
    'const a: number = 1\nfunction f() {\n  return here\n}\nf()',
    'enum E { a }\nconst x: E = E.a\nfunction f() {\n  return here\n}',
  ]) {
    const compiled = source.startsWith('enum') ? compileCell(source) : undefined
    const { code, maps } = rewriteCell(source, compiled ? { compiled } : {})
    const before = code.slice(0, code.indexOf('here')).split('\n')
    const found = originalPosition({ line: before.length - 1, column: before.at(-1)!.length }, maps)
    const expected = source.slice(0, source.indexOf('here')).split('\n')
    assert.deepEqual(found, { line: expected.length - 1, column: expected.at(-1)!.length })
  }
})
