/** Any kind of name may be declared again by any other, in a later cell. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createSession } from './testing/session.ts'

/** Per kind: a cell that declares X, an expression over it, and its value. */
const kinds: Readonly<Record<string, readonly [cell: string, expression: string, value: unknown]>> = {
  let: ['let X = 1', 'X', 1],
  const: ['const X = 2', 'X', 2],
  var: ['var X = 3', 'X', 3],
  function: ['function X() { return 4 }', 'X()', 4],
  class: ['class X { static v = 5 }', 'X.v', 5],
  enum: ['enum X { a = 6 }', 'X.a', 6],
  namespace: ['namespace X { export const v = 8 }', 'X.v', 8],
  import: ["import { a as X } from 'm'", 'X', 1],
  'import = require': ["import X = require('node:path')", 'typeof X.join', 'function'],
  destructuring: ['const { X } = { X: 10 }', 'X', 10],
  'default class': ['export default class X { static v = 15 }', 'X.v', 15],
  'var of a loop': ['for (var X = 0; X < 3; X++) {}', 'X', 3],
  interface: ['interface X { a: number }', '16', 16],
  using: ['using X = { [Symbol.dispose]() {}, v: 17 }', '17', 17],
}

for (const [before, [first]] of Object.entries(kinds))
  test(`${before}, then any other`, async () => {
    for (const [after, [second, expression, value]] of Object.entries(kinds)) {
      const run = createSession({ m: { default: 'd', a: 1, b: 2 } })
      const name = `redeclared_${before}_${after}`.replaceAll(/\W/g, '_')
      const cell = (text: string) => run(text.replaceAll(/\bX\b/g, name))
      await cell(first)
      await cell(second)
      assert.equal(await cell(expression), value, `${before}, then ${after}`)
    }
  })
