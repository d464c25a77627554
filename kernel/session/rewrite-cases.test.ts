/** What cells may hold: each case is cells, run for real one after the other, and the value of the last. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createSession } from './testing/session.ts'

/** `$` stands for a prefix of the case's own: all cases share one global object. */
const cases: Readonly<Record<string, readonly [cells: readonly string[], expected: unknown]>> = {
  'a closure sees that a name became a constant': [
    ['let $x = 1; const $f = () => $x', 'const $x = "const"', '$f()'],
    'const',
  ],
  'a method sees a later function': [
    ['class $A { m() { return $h() } }', 'const $h = () => 3', 'new $A().m()'],
    3,
  ],
  'a class over cells keeps the base it had': [
    [
      'class $A { n() { return "A" } }',
      'class $B extends $A { n() { return "B" + super.n() } }',
      'class $A { n() { return "A2" } }',
      'new $B().n()',
    ],
    'BA',
  ],
  'private fields, static blocks, accessors': [
    [
      'class $A { #x = 42; static y: number; static { this.y = 1 } accessor z = 3; #p() { return this.#x } p() { return this.#p() + this.z + $A.y } }',
      'new $A().p()',
    ],
    46,
  ],
  'abstract, override, declare, parameter properties': [
    [
      'abstract class $A { declare q: string; abstract f(): string; g() { return this.f() + this.n } constructor(readonly n = 1) {} }',
      'class $C extends $A { override f() { return "C" } }',
      'new $C().g()',
    ],
    'C1',
  ],
  'standard decorators of methods, fields and classes': [
    [
      'const $log: string[] = []\nfunction $d(v: any, c: any) { $log.push(c.kind + " " + String(c.name)); return v }\nfunction $t(v: any, c: any) { return (x: number) => x * 2 }',
      '@$d class $K { @$d m() {} @$t x = 1 }',
      '$log[0] + new $K().x',
    ],
    'method m2',
  ],
  'enums: reverse mapping, computed members, merging with a namespace': [
    ['enum $E { a = 1, b = a << 2 }\nnamespace $E { export const f = () => $E[4] }', '$E.f()'],
    'b',
  ],
  'namespaces inside namespaces': [['namespace $N.M { export const x = 3 }', '$N.M.x'], 3],
  'an alias of a namespace': [['namespace $N { export const x = 3 }', 'import $y = $N.x', '$y'], 3],
  'import = require': [["import $fs = require('node:fs')", 'typeof $fs.readFileSync'], 'function'],
  'imports of types vanish': [["import type { A } from 'nope'\nimport { type B } from 'm'\n1"], 1],
  'for await with labels and continue': [
    [
      'let $s = 0\nouter: for await (const x of [1, 2, 3]) { for (;;) { if (x === 2) continue outer; break }\n $s += x }\n$s',
    ],
    4,
  ],
  'using is disposed at the end of its cell, the last first': [
    [
      'const $l: string[] = []',
      'using $a = { [Symbol.dispose]() { $l.push("a") } }\nawait using $b = { async [Symbol.asyncDispose]() { $l.push("b") } }\n$l.push("c")',
      '$l.join()',
    ],
    'c,b,a',
  ],
  'generic arrows that look like JSX': [
    ['const $f = <T,>(x: T) => x\nconst $g = async <T>(x: T) => x\n$f(1) + await $g(2)'],
    3,
  ],
  'an assertion in angle brackets': [['const $x = <number>5\n$x'], 5],
  'an object as a whole cell': [['{ a: 1, b: "x" }'], { a: 1, b: 'x' }],
  'a block is a block': [['{ const x = 1; void x }'], undefined],
  'an object behind a directive': [["'use strict'\n;({ a: 1 })"], { a: 1 }],
  'a sequence': [['1, 2, 3'], 3],
  'a comment behind the last expression': [['5 // five\n/* and */'], 5],
  'satisfies and non-null': [['const $x: number | undefined = 5\n$x! satisfies number'], 5],
  'a line that begins with a bracket': [
    ['let $a = 1\nconst $b = [2]\nfunction $f() {}\n[$a, $b[0]].join()'],
    '1,2',
  ],
  'a line that begins with a parenthesis': [['class $A {}\n(1)'], 1],
  'increments over lines': [['let $a = 1\nlet $b = $a\n++$a\n$a'], 2],
  'assignment by destructuring': [
    ['let $a = 1, $b = 2;\n[$a, $b] = [$b, $a];\n({ $a } = { $a: $a + 5 })\n$a'],
    7,
  ],
  'destructuring with defaults that see each other': [
    ['const { $a = 1, $b = $a + 1, ...$r } = { c: 3 } as any\n$a + $b + $r.c'],
    6,
  ],
  'escapes in names': [['const $\\u0061b = 1\n$ab'], 1],
  'characters beyond the first plane': [['const $𝒳 = "😀"\n$𝒳.length'], 2],
  'half a surrogate pair': [['const $s = "\ud800"\n$s.charCodeAt(0)'], 0xd800],
  'carriage returns': [['const $x = 1\r\nconst $y = 2\r\n$x + $y'], 3],
  'a byte order mark': [['\ufeffconst $x = 3\n$x'], 3],
  'a first line for a shell': [['#!/usr/bin/env node\nconst $x = 3\n$x'], 3],
  'the same with what has to be compiled': [['#!/usr/bin/env node\nenum $E { a = 3 }\n$E.a'], 3],
  'no this, no arguments': [['typeof this + typeof arguments'], 'undefinedundefined'],
  'contextual keywords as names': [
    ['let type = 1, of = 2, async = 3, declare = 4, namespace = 5\ntype + of + async + declare + namespace'],
    15,
  ],
  'a global of Node, in a shorthand': [['const URL = "v"', '({ URL }).URL'], 'v'],
  'eval sees names': [['let $e = 3; eval("$e")'], 3],
  overloads: [
    [
      'function $o(a: number): number\nfunction $o(a: string): string\nfunction $o(a: any) { return a }\n$o(1)',
    ],
    1,
  ],
  'declarations without a body': [
    [
      'declare function $x(): void\ndeclare global { interface Array<T> { zz: T } }\ndeclare module "foo" {}\n1',
    ],
    1,
  ],
  'tagged templates with await': [
    ['const $t = (s: TemplateStringsArray, ...v: any[]) => v.join("-")\n$t`${1} ${await 2}`'],
    '1-2',
  ],
}

for (const [index, [title, [cells, expected]]] of Object.entries(cases).entries())
  test(title, async () => {
    const run = createSession({ m: { default: 'd', a: 1, b: 2 } })
    let value: unknown
    for (const cell of cells) value = await run(cell.replaceAll(/\$(?=[\p{ID_Start}\\])/gu, `case${index}_`))
    assert.deepEqual(value, expected)
  })

for (const [source, message] of [
  ['const x = <div>hello</div>', /JSX/],
  ['(\n  <App name="a" />\n)', /JSX/],
  ['let a = 1; const a = 2', /already been declared/],
  ['010', /[Oo]ctal/],
  ['with ({}) {}', /with|strict/],
  ['return 5', /return/],
] as const)
  test(`${JSON.stringify(source)} is told to be wrong`, async () => {
    await assert.rejects(createSession()(source), message)
  })

test('a cell of 10,000 lines', async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `const line${i}: number = ${i}`)
  assert.equal(await createSession()(`${lines.join('\n')}\nline9999`), 9999)
})
