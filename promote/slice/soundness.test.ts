/** What is easily overlooked: code that runs without a call in the text, later than it stands, or by another name. */
import { check } from '../testing/check-slice.ts'

check(
  'the length of a list, and its items by position',
  `
  const a: number[] = [1, 2] //!
  a[5] = 3 //!
  a.length = 1 //!
  const b = [0]
  b.length = 0
  const out = [a.length, a[0]] //!
`,
)
check(
  'items of a list change places',
  `
  const first = { n: 1 } //!
  const second = { n: 2 } //!
  const list = [first, second] //!
  list.reverse() //!
  list[0]!.n = 5 //!
  const out = second.n //!
`,
)
check(
  'items of a literal are told apart',
  `
  const first = { n: 1 }
  const second = { n: 2 } //!
  const pair = [first, second] as const //!
  first.n = 3
  second.n = 4 //!
  const out = pair[1].n //!
`.replace('const first = { n: 1 }', 'const first = { n: 1 } //!'),
)
check(
  'a getter that counts',
  `
  let seen = 0 //!
  const o = { get n() { seen++; return 1 } } //!
  o.n //!
  const out = seen //!
`,
)
check(
  'a setter beside a getter',
  `
  const log: number[] = [] //!
  const o = { get n() { return 1 }, set n(v: number) { log.push(v) } } //!
  o.n = 4 //!
  const out = log.length //!
`,
)
check(
  'a class with both accessors, one above',
  `
  let last = 0 //!
  class A { get x() { return last } set x(v: number) { last = v } } //!
  class B extends A {} //!
  const b = new B() //!
  b.x = 3 //!
  const out = last //!
`,
)
check(
  'a getter of defineProperty',
  `
  let seen = 0 //!
  const o: any = {} //!
  Object.defineProperty(o, 'x', { get() { return ++seen } }) //!
  o.x //!
  const out = seen //!
`,
)
check(
  'a getter in a spread and in a pattern',
  `
  let seen = 0 //!
  const o = { get n() { return ++seen } } //!
  const copy = { ...o } //!
  const { n } = o //!
  const out = seen //!
`,
)
check(
  'conversions of own objects',
  `
  let seen = 0 //!
  const o = { valueOf() { seen++; return 1 }, toString() { seen++; return 'o' } } //!
  const a = +o //!
  const b = \`\${o}\` //!
  const c = (o as any) + 1 //!
  const out = seen //!
`,
)
check(
  'toJSON in a library call',
  `
  let seen = 0 //!
  const o = { toJSON() { seen++; return 1 } } //!
  JSON.stringify({ deep: [o] }) //!
  const out = seen //!
`,
)
check(
  'an iterator of an own class',
  `
  const log: number[] = [] //!
  class Bag { *[Symbol.iterator]() { log.push(1); yield 2 } } //!
  const bag = new Bag() //!
  for (const x of bag) x //!
  const list = [...bag] //!
  Array.from(bag) //!
  const out = log.length //!
`,
)
check(
  'what an iterator of an own object gives is not what the object holds besides',
  `
  const other = { n: 1 } //!
  const source = { other, walk: () => other, *[Symbol.iterator]() { yield { n: 2 } } } //!
  const items = [...source] //!
  other.n = 3
  const out = items //!
`,
)
check(
  'an iterator of a list of its own that goes on to that of lists',
  `
  class Rows extends Array<{ n: number }> { override *[Symbol.iterator]() { yield* super[Symbol.iterator]() } } //!
  const row = { n: 1 } //!
  const rows = new Rows() //!
  rows.push(row) //!
  const [first] = rows //!
  first!.n = 2 //!
  const out = row.n //!
`,
)
check(
  'an iterator written by hand',
  `
  let n = 0 //!
  const source = { [Symbol.iterator]() { return { next() { n++; return { done: n > 3, value: n } } } } } //!
  const [first] = source //!
  const out = n //!
`,
)
check(
  'a generator runs when it is asked',
  `
  const log: number[] = [] //!
  function* steps() { log.push(1); yield 1; log.push(2) } //!
  const idle = steps()
  const g = steps() //!
  g.next() //!
  const out = log.length //!
`,
)
check(
  'what a generator gives is shared',
  `
  const item = { n: 1 } //!
  function* all() { yield item } //!
  for (const each of all()) each.n = 2 //!
  const out = item.n //!
`,
)
check(
  'helpers of iterators are lazy',
  `
  const log: number[] = [] //!
  const it = [1, 2].values().map(n => { log.push(n); return n }) //!
  it.next() //!
  const out = log.length //!
`,
)
check(
  'keys of an object in a loop',
  `
  const o: Record<string, number> = { a: 1 } //!
  o['b'] = 2 //!
  const keys: string[] = [] //!
  for (const key in o) keys.push(key) //!
  const out = keys //!
`,
)
check(
  'a function as a class',
  `
  function Bag(this: any) { this.items = [] } //!
  Bag.prototype.add = function (n: number) { this.items.push(n) } //!
  const bag = new (Bag as any)() //!
  bag.add(1) //!
  const out = bag.items.length //!
`,
)
check(
  'static members are inherited',
  `
  class Base { static made = 0; static create() { Base.made++; return new this() } } //!
  class Child extends Base {} //!
  Child.create() //!
  const out = Base.made //!
`,
)
check(
  'a method of the class above the class above',
  `
  class A { n = 0; up() { this.n++ } } //!
  class B extends A {} //!
  class C extends B { up() { super.up() } } //!
  const c = new C() //!
  c.up() //!
  const out = c.n //!
`,
)
check(
  'call, apply and bind',
  `
  function add(this: { n: number }, by: number) { this.n += by } //!
  const a = { n: 1 } //!
  const b = { n: 1 }
  add.call(a, 1) //!
  add.apply(a, [2]) //!
  const more = add.bind(a) //!
  const other = add.bind(b)
  more(3) //!
  other(3)
  const out = a.n //!
`,
)
check(
  'a proxy with traps',
  `
  const log: string[] = [] //!
  const target: any = {} //!
  const p = new Proxy(target, { set(t, k, v) { log.push(String(k)); t[k] = v; return true } }) //!
  p.x = 1 //!
  const out = [log.length, target.x] //!
`,
)
check(
  'an await lets others go on',
  `
  import { setTimeout as sleep } from 'node:timers/promises' //!
  let x = 1 //!
  async function work() { await sleep(5); x = 2 } //!
  const p = work() //!
  await p //!
  const out = x //!
`,
)
check(
  'deferred work reads what comes after it',
  `
  import { setTimeout as sleep } from 'node:timers/promises' //!
  let x = 1 //!
  let y = 1 //!
  setTimeout(() => { x = y }, 1) //!
  y = 5 //!
  await sleep(10) //!
  const out = x //!
`,
)
check(
  'a promise handed through a function',
  `
  let x = 1 //!
  async function work() { await null; x = 2 } //!
  const start = () => work() //!
  start() //!
  x = 3 //!
  const out = x //!
`,
)
check(
  'async callbacks that nobody waits for, and that somebody does',
  `
  let x = 1 //!
  const rows = [1] //!
  rows.forEach(async n => { await null; x = n }) //!
  let y = 1 //!
  await Promise.all(rows.map(async n => { await null; y = n })) //!
  y = 3 //!
  x = 3 //!
  const out = [x, y] //!
`,
)
check(
  'a promise made by hand',
  `
  const item = { n: 1 } //!
  const got = await new Promise<{ n: number }>(resolve => setTimeout(() => resolve(item), 1)) //!
  got.n = 2 //!
  const out = item.n //!
`,
)
check(
  'then, and nobody waits',
  `
  let x = 1 //!
  Promise.resolve(2).then(v => { x = v }) //!
  x = 3 //!
  const out = x //!
`,
)
check(
  'unknown code gives back what a callback gave it',
  `
  import { mystery } from 'strange' //!
  const item = { n: 1 } //!
  const got = mystery(() => item) //!
  got.n = 2 //!
  const out = item.n //!
`,
)
check(
  'unknown code calls methods of what it gets',
  `
  import { mystery } from 'strange' //!
  const log: number[] = [] //!
  class Sink { write(n: number) { log.push(n) } } //!
  mystery(new Sink()) //!
  const out = log.length //!
`,
)
check(
  'unknown code keeps a callback',
  `
  import { mystery } from 'strange' //!
  let x = 1 //!
  mystery(() => { x = 2 }) //!
  x = 3 //!
  const out = x //!
`,
)
check(
  'recursion that captures',
  `
  interface Tree { n: number; children: Tree[] } //!
  const seen: Tree[] = [] //!
  const leaf: Tree = { n: 1, children: [] } //!
  const root: Tree = { n: 0, children: [leaf] } //!
  function walk(tree: Tree) { seen.push(tree); for (const child of tree.children) walk(child) } //!
  walk(root) //!
  seen[1]!.n = 5 //!
  const out = leaf.n //!
`,
)
check(
  'functions that call each other',
  `
  const log: number[] = [] //!
  function even(n: number): boolean { log.push(n); return n === 0 || odd(n - 1) } //!
  function odd(n: number): boolean { return n !== 0 && even(n - 1) } //!
  odd(3) //!
  const out = log.length //!
`,
)
check(
  'an optional call may not happen',
  `
  let x = 1 //!
  const o: { set?: { go(): void } } = Math.abs(-1) > 2 ? { set: { go() { x = 2 } } } : {} //!
  o.set?.go() //!
  const out = x //!
`,
)
check(
  'a default may not be taken',
  `
  let x = 1 //!
  const { a = (x = 5) } = { a: 2 } as { a?: number } //!
  const out = x //!
`,
)
check(
  'variables are properties of globalThis',
  `
  const data = [1] //!
  ;(globalThis as any).data.push(2) //!
  const out = data.length //!
`,
)
check(
  'comparison in a sort with effects',
  `
  let n = 0 //!
  const list = [3, 1, 2] //!
  list.toSorted((a, b) => { n++; return a - b }) //!
  const out = n //!
`,
)
check(
  'a callback of a file system call',
  `
  import { readFile } from 'node:fs' //!
  let text = '' //!
  readFile('a.txt', 'utf8', (error, data) => { text = data }) //!
  await new Promise(resolve => setTimeout(resolve, 50)) //!
  const out = text //!
`,
)
check(
  'folders hold files',
  `
  import { mkdirSync, writeFileSync, readdirSync, rmSync } from 'node:fs' //!
  mkdirSync('made') //!
  writeFileSync('made/a.txt', 'a') //!
  writeFileSync('elsewhere/b.txt', 'b')
  const out = readdirSync('made') //!
`,
)
check(
  'one file by several paths',
  `
  import { writeFileSync, readFileSync } from 'node:fs' //!
  writeFileSync('./x/../a.txt', 'a') //!
  const out = readFileSync('a.txt', 'utf8') //!
`,
)
check(
  'an enum, a namespace and a decorator',
  `
  let n = 0 //!
  const next = () => ++n //!
  enum Level { Low = next(), High = next() } //!
  namespace Box { export let held = 1; export function put(v: number) { held = v } } //!
  Box.put(4) //!
  const out = [n, Box.held] //!
`,
)
check(
  'a tagged template and a comma',
  `
  let n = 0 //!
  const tick = () => { n++; return n } //!
  const x = (tick(), 5) //!
  const out = n //!
`,
)
check(
  'a resource is disposed of',
  `
  let closed = 0 //!
  function work() { using handle = { [Symbol.dispose]() { closed++ } }; return 1 } //!
  work() //!
  const out = closed //!
`,
)
check(
  'the environment',
  `
  process.env['TZ'] = 'UTC' //!
  const out = new Date(0).getHours() //!
`,
)
check(
  'labels, breaks and an early return',
  `
  let n = 0 //!
  function work(k: number) { if (k > 1) return; n = k } //!
  outer: for (const i of [1, 2]) { for (const j of [1, 2]) { if (j === 2) continue outer; n += i * j } } //!
  work(1) //!
  const out = n //!
`,
)
