/**
 * What makes slicing hard, a case each: the cells, the output asked for, and the statements that must be kept. A
 * statement is named by its text; `//!` marks the kept ones in the cells themselves.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { check, slice } from '../testing/check-slice.ts'

check(
  'a value that nothing needs falls away',
  `
  const a = 1 //!
  const b = 2
  const out = a + 1 //!
`,
)
check(
  'an alias is changed',
  `
  const a = [1] //!
  const b = a //!
  b.push(2) //!
  const c = [0]
  c.push(a.length)
  const out = a.length //!
`,
)
check(
  'a method with inplace changes its receiver, without it does not',
  `
  import { DataFrame } from 'danfojs-node' //!
  const df = new DataFrame([[1]]) //!
  df.drop({ columns: ['a'] })
  df.drop({ columns: ['b'], inplace: true }) //!
  df.print()
  const out = df.head() //!
`,
)
check(
  'inplace that only running tells',
  `
  import { DataFrame } from 'danfojs-node' //!
  const df = new DataFrame([[1]]) //!
  const options = { inplace: Math.abs(-1) > 0 } //!
  df.fillNa(0, options) //!
  df.fillNa(0, { inplace: false })
  const out = df.head() //!
`,
)
check(
  'a column of a frame is part of the frame',
  `
  import { DataFrame } from 'danfojs-node' //!
  const df = new DataFrame([[1]]) //!
  df['a'].values[0] = 3 //!
  const out = df.head() //!
`,
)
check(
  'a receiver inside a receiver',
  `
  const box = { inner: { list: [1] } } //!
  box.inner.list.push(2) //!
  const other = { inner: { list: [1] } }
  other.inner.list.push(2)
  const out = box //!
`,
)
check(
  'a container holds what is changed outside of it',
  `
  const item = { n: 1 } //!
  const list = [item] //!
  item.n = 2 //!
  const out = list //!
`,
)
check(
  'fields of an object are told apart',
  `
  const o = { a: 1, b: 2 } //!
  o.a = 3 //!
  o.b = 4
  const out = o.a //!
`,
)
check(
  'a function sees the value at the call',
  `
  let rate = 1 //!
  function price(n: number) { return n * rate } //!
  rate = 2 //!
  const out = price(3) //!
  rate = 4
`,
)
check(
  'a function changes what it captures',
  `
  let count = 0 //!
  const next = () => { count += 1; return count } //!
  next() //!
  const out = count //!
`,
)
check(
  'a counter kept in a closure',
  `
  function counter() { let n = 0; return { up: () => { n++ }, get: () => n } } //!
  const a = counter() //!
  const b = counter()
  a.up() //!
  b.up()
  const out = a.get() //!
`,
)
check(
  'an element changed in a loop',
  `
  const rows = [{ n: 1 }, { n: 2 }] //!
  for (const row of rows) row.n += 1 //!
  const out = rows //!
`,
)
check(
  'an element changed in a callback',
  `
  const rows = [{ n: 1 }] //!
  rows.forEach(row => { row.n = 5 }) //!
  rows.map(row => row.n)
  const out = rows //!
`,
)
check(
  'a callback that fills something else',
  `
  const found: number[] = [] //!
  const source = [1, 2] //!
  source.forEach(n => found.push(n)) //!
  const out = found.length //!
`,
)
check(
  'an argument that stands in a literal',
  `
  import { mystery } from 'strange' //!
  const list = [1] //!
  mystery({ deep: [list] }) //!
  const out = list.length //!
`,
)
check(
  'unknown code may change what it was once given',
  `
  import { Registry } from 'strange' //!
  const registry = new Registry() //!
  const item = { n: 1 } //!
  registry.add(item) //!
  registry.first().n = 2 //!
  const out = item.n //!
`,
)
check(
  'a file written and read again',
  `
  import { readFileSync, writeFileSync } from 'node:fs' //!
  writeFileSync('a.txt', 'a') //!
  writeFileSync('b.txt', 'b')
  const out = readFileSync('a.txt', 'utf8') //!
`,
)
check(
  'a file whose name is not known',
  `
  import { readFileSync, writeFileSync } from 'node:fs' //!
  const name = ['a', '.txt'].join('') //!
  writeFileSync(name, 'a') //!
  const out = readFileSync('a.txt', 'utf8') //!
`,
)
check(
  'branches keep both sides and their conditions',
  `
  let x = 1 //!
  const flag = Math.abs(-1) //!
  if (flag > 0) x = 2 //!
  const out = x //!
`,
)
check(
  'a value that is overwritten for sure is not needed',
  `
  let x = [1]
  x = [2] //!
  let y = 1
  const out = x.length //!
`.replace('let x = [1]', 'let x = [1] //!'),
)
check(
  'a variable declared again',
  `
  const data = [1]
  const data = [2] //!
  const out = data.length //!
`,
)
check(
  'a function declared again after it was used',
  `
  function f() { return 1 } //!
  const a = f() //!
  function f() { return 2 }
  const out = a //!
`,
)
check(
  'methods of an own class change the instance',
  `
  class Bag { items: number[] = []; add(n: number) { this.items.push(n) } } //!
  const bag = new Bag() //!
  const other = new Bag()
  bag.add(1) //!
  other.add(2)
  const out = bag.items.length //!
`,
)
check(
  'an inherited method, a constructor and an accessor',
  `
  class Base { n = 0; up() { this.n++ } } //!
  class Child extends Base { constructor() { super(); this.n = 5 } get double() { return this.n * 2 } } //!
  const c = new Child() //!
  c.up() //!
  const out = c.double //!
`,
)
check(
  'a method put onto an own class later',
  `
  class A { n = 1 } //!
  (A.prototype as any).twice = function () { return this.n * 2 } //!
  const a = new A() //!
  const out = (a as any).twice() //!
`,
)
check(
  'a timer changes a variable some time',
  `
  let x = 1 //!
  setTimeout(() => { x = 2 }, 0) //!
  x = 3 //!
  const out = x //!
`,
)
check(
  'a function that nobody waits for',
  `
  let x = 1 //!
  async function later() { await null; x = 2 } //!
  later() //!
  x = 3 //!
  const out = x //!
`,
)
check(
  'destructuring takes parts',
  `
  const o = { a: [1], b: [2] } //!
  const { a, ...others } = o //!
  a.push(2) //!
  others.b.push(3)
  const out = o.a //!
`,
)
check(
  'spread copies the outside and shares the inside',
  `
  const inner = [1] //!
  const a = { inner } //!
  const b = { ...a } //!
  b.inner.push(2) //!
  const out = a.inner.length //!
`,
)
check(
  'Object.assign, Map and Set hold what they are given',
  `
  const item = { n: 1 } //!
  const map = new Map([['a', item]]) //!
  map.get('a')!.n = 2 //!
  const set = new Set<object>()
  set.add(item)
  const out = item.n //!
`,
)
check(
  'a filtered list holds the same elements',
  `
  const rows = [{ n: 1 }] //!
  const some = rows.filter(row => row.n > 0) //!
  some[0]!.n += 5 //!
  some.sort((a, b) => a.n - b.n) //!
  some.map(row => row.n)
  const out = some.reduce((sum, row) => sum + row.n, 0) //!
`,
)
check(
  'a list of functions',
  `
  const seen: number[] = [] //!
  const fs = [(n: number) => seen.push(n), (n: number) => n] //!
  fs.forEach(f => f(1)) //!
  fs.length
  const out = seen.length //!
`,
)
check(
  'pairs out of a map and back',
  `
  const item = { n: 1 } //!
  const map = new Map([['a', item]]) //!
  for (const [, value] of map.entries()) value.n = 2 //!
  const back = Object.fromEntries(map) //!
  back.a!.n = 3 //!
  const out = item.n //!
`,
)
check(
  'a patched built-in object',
  `
  Math.random = () => 4 //!
  const out = Math.random() //!
`,
)
check(
  'types that are mentioned come along',
  `
  interface Row { n: number } //!
  type Rows = Row[] //!
  type Unused = string
  const out: Rows = [{ n: 1 }] //!
`,
)
check(
  'recursion',
  `
  type Tree = { children: Tree[]; n: number } //!
  function add(tree: Tree) { tree.n++; tree.children.forEach(add) } //!
  const leaf: Tree = { children: [], n: 0 } //!
  const root: Tree = { children: [leaf], n: 0 } //!
  add(root) //!
  const out = leaf.n //!
`,
)
check(
  'try, switch and loops are kept whole',
  `
  let n = 0 //!
  let m = 0
  try { n = JSON.parse('1') } catch { n = 2 } //!
  switch (n) { case 1: n = 5; break; default: n = 6 } //!
  while (n < 9) n++ //!
  while (m < 9) m++
  const out = n //!
`,
)
check(
  'a lazy table, a plot, prints and a dead end',
  `
  import { plot, read, sql } from 'slipway' //!
  const raw = read('data/a.parquet') //!
  plot(raw, { mark: 'bar' })
  const other = read('data/b.parquet')
  console.log(await other.count())
  const frame = await raw.toDanfo()
  frame.describe().print()
  const out = sql\`select * from \${raw}\` //!
`,
)
check(
  'generators and iteration protocols',
  `
  const log: number[] = [] //!
  function* count() { log.push(1); yield 1 } //!
  for (const n of count()) n //!
  const out = log.length //!
`,
)
check(
  'tagged templates of the notebook',
  `
  const seen: unknown[] = [] //!
  const tag = (s: TemplateStringsArray, ...v: unknown[]) => { seen.push(...v); return s[0] } //!
  tag\`a\${1}\` //!
  const out = seen.length //!
`,
)
check(
  'globalThis carries values',
  `
  (globalThis as any).shared = [1] //!
  (globalThis as any).shared.push(2) //!
  const out = (globalThis as any).shared //!
`,
)
check(
  'a default argument and arguments of a call',
  `
  const base = [1] //!
  function grow(list = base) { list.push(1) } //!
  grow() //!
  const out = base.length //!
`,
)

for (const [name, code, text] of [
  ['eval', 'PRO012', 'const out = eval("1")'],
  ['new Function', 'PRO012', 'const out = new Function("return 1")()'],
  ['a computed import', 'PRO013', 'const name = "node:fs"\nconst out = await import(name + "")'],
  ['a patched prototype', 'PRO014', '(Array.prototype as any).last = 1\nconst out = 1'],
  [
    'a prototype patched by name',
    'PRO014',
    'Object.defineProperty(String.prototype, "x", { value: 1 })\nconst out = 1',
  ],
  ['a name that nobody declares', 'PRO016', 'const out = nowhere + 1\nconst b = foo(nowhere)\nconst c = 1'],
  ['a cell that does not parse', 'PRO011', 'const out = ('],
] as const)
  test(`${name} is refused`, () => {
    const found = slice([text], code === 'PRO016' ? 'b' : 'out')
    assert.ok(
      found.diagnostics.some(d => d.code === code),
      JSON.stringify(found.diagnostics),
    )
  })
