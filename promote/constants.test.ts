/** Files that a notebook names without a literal of their own: by loops, templates, objects, functions and classes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { propose } from './propose.ts'
import { createTestRequest, notebookText } from './testing/types.ts'

const request = {
  ...createTestRequest(),
  outputs: ['out'],
}

async function lockOf(code: string) {
  const cells = ["import { model, read } from 'slipway'\nimport { join } from 'node:path'", code]
  const { pipeline, diagnostics, assumptions } = await propose({ ...request, notebook: notebookText(cells) })
  assert.deepEqual(diagnostics, [])
  return {
    paths: [...pipeline!.lock.data, ...pipeline!.lock.models].map(({ path }) => path),
    parameters: pipeline!.manifest.parameters.map(({ name }) => name),
    isKnown: !assumptions.some(({ kind }) => kind === 'file'),
  }
}

const found: readonly (readonly [what: string, code: string, paths: readonly string[]])[] = [
  [
    'a loop',
    'const out = []\nfor (const x of ["a", "b"]) out.push(await read(`${x}.csv`).count())',
    ['a.csv', 'b.csv'],
  ],
  [
    'numbers',
    'const out = await Promise.all([2019, 2020].map(year => read(`f-${year}.csv`).count()))',
    ['f-2019.csv', 'f-2020.csv'],
  ],
  [
    'a function',
    'const load = (name: string) => read("data/" + name + ".csv").count()\nconst out = [await load("a"), await load("b")]',
    ['data/a.csv', 'data/b.csv'],
  ],
  [
    'a function handed on',
    'const load = (name: string) => read(name).count()\nconst out = await Promise.all(["a.csv", "b.csv"].map(load))',
    ['a.csv', 'b.csv'],
  ],
  [
    'an object',
    'const paths = { one: "a.csv", two: "b.csv" }\nconst out = await read(paths.two).count()',
    ['b.csv'],
  ],
  [
    'entries',
    'const out: Record<string, number> = {}\nfor (const [key, path] of Object.entries({ x: "a.csv", y: "b.csv" })) out[key] = await read(path).count()',
    ['a.csv', 'b.csv'],
  ],
  [
    'objects of a list',
    'const out = []\nfor (const { path } of [{ path: "a.csv" }, { path: "b.csv" }]) out.push(await read(path).count())',
    ['a.csv', 'b.csv'],
  ],
  [
    'a choice',
    'const isNew = true\nconst out = await read(isNew ? "a.csv" : "b.csv").count()',
    ['a.csv', 'b.csv'],
  ],
  [
    'a variable set anew',
    'let which = "a"\nif (out0()) which = "b"\nfunction out0() { return 1 > 2 }\nconst out = await read(`${which}.csv`).count()',
    ['a.csv', 'b.csv'],
  ],
  ['join', 'const out = await read(join("data", "..", "b", "a.csv")).count()', ['b/a.csv']],
  [
    'a class',
    'class Source {\n  constructor(readonly name: string) {}\n  count() { return read(`${this.name}.csv`).count() }\n}\nconst out = await new Source("a").count()',
    ['a.csv'],
  ],
  [
    'a default',
    'const load = (path = "a.csv") => read(path).count()\nconst out = [await load(), await load("b.csv")]',
    ['a.csv', 'b.csv'],
  ],
  [
    'models',
    'const out = []\nfor (const name of ["x", "y"]) out.push((await model(`${name}.slip`).train()).metrics.test)',
    ['x.slip', 'y.slip'],
  ],
]

for (const [what, code, paths] of found)
  test(`files are known through ${what}`, async () => {
    const lock = await lockOf(code)
    assert.deepEqual(lock.paths, paths)
    assert.ok(lock.isKnown)
  })

const unknown: readonly (readonly [what: string, code: string])[] = [
  [
    'a list that grows',
    'const names = ["a"]\nnames.push(String(1 + 1))\nconst out = []\nfor (const x of names) out.push(await read(`${x}.csv`).count())',
  ],
  ['text that is put together', 'let path = "a"\npath += ".csv"\nconst out = await read(path).count()'],
  [
    'an object that changes',
    'const paths = { one: "a.csv" }\npaths.one = ["b", "csv"].join(".")\nconst out = await read(paths.one).count()',
  ],
  [
    'a function that is handed to others',
    'const load = (path: string) => read(path).count()\nconst all = [load]\nconst out = await all[0]!("a.csv")',
  ],
  [
    'a recursion',
    'const load = (path: string): Promise<number> => (path.length > 9 ? read(path).count() : load(path + "a"))\nconst out = await load("a")',
  ],
]

for (const [what, code] of unknown)
  test(`${what} is said to be known only while running`, async () => {
    assert.deepEqual(await lockOf(code), { paths: [], parameters: [], isKnown: false })
  })

test('where only running it tells which model is meant, all of the project go along', async () => {
  const { paths, isKnown } = await lockOf(
    'const out = (await model(String(Math.max(1, 2))).train()).metrics.test',
  )
  assert.deepEqual([paths, isKnown], [['early', 'late'], false])
})

test('what says which file is read is no parameter', async () => {
  const { parameters } = await lockOf(
    'const part = 3\nconst rows = 10\nconst out = (await read(`f-${part}.csv`).count()) + rows',
  )
  assert.deepEqual(parameters, ['rows'])
})
