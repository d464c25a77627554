/** Going on from what the last slice found gives what going through everything again gives, whatever was edited. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook } from '../notebook.ts'
import { createTestCache, notebookText, testFolder, testTypes } from '../testing/types.ts'
import { loadEffects } from './effects.ts'
import { sliceNotebook } from './slice.ts'

const effects = loadEffects()
const cache = createTestCache()

/** Pieces of notebooks that share, hide and defer state in every way that the interpreter keeps something for. */
const pieces: readonly string[] = [
  "import { mystery } from 'strange'\nmystery(list)",
  "import { DataFrame } from 'danfojs-node'\nconst frame = new DataFrame([{ a: 1 }])\nframe.print()",
  "import { writeFileSync, readFileSync } from 'node:fs'\nwriteFileSync('a.txt', 'x')",
  "const text = readFileSync('a.txt', 'utf8')",
  'var list = [1, 2]\nvar other = list',
  'var list = [3]',
  'list.push(4)',
  'other.push(5)',
  'var count = 0\nconst bump = () => ++count',
  'bump()\nlist.push(count)',
  'function add(to: unknown[], what: unknown) {\n  to.push(what)\n  return to\n}',
  'function add(to: unknown[], what: unknown) {\n  return [...to, what]\n}',
  'var made = add(list, { n: 1 })\nmade',
  'class Bag {\n  items: unknown[] = []\n  get size() { return this.items.length }\n  put(x: unknown) { this.items.push(x); return this }\n}',
  'const bag = new Bag().put(list)\nbag.size',
  'bag.put(other)',
  'function* each() { for (const item of list) yield item }\nconst lazy = each()',
  'for (const item of lazy) other.push(item)',
  'setTimeout(() => { count = 9 }, 1)',
  'const later = async () => { await 0; list.push(7) }\nlater()',
  'await new Promise(done => setTimeout(done, 5))',
  'const byName = new Map<string, unknown[]>()\nbyName.set("a", list)',
  'byName.get("a")?.push(8)',
  'try {\n  if (count > 3) throw list\n} catch (error) {\n  mystery(error)\n}',
  'Object.assign(globalThis, { hidden: list })',
  'const proxy = new Proxy(list, { get: (target, key) => Reflect.get(target, key) as unknown })\nproxy[0]',
  'process.env["X"] = "1"',
  'const { env } = process\nvar out = [list, other, count, env["X"]]',
  'function walk(n: number): unknown[] { return n > 0 ? walk(n - 1) : list }\nwalk(2).push(1)',
  'const bound = add.bind(null, list)\nbound(6)',
]

function find(cells: readonly string[], resumes: boolean) {
  const notebook = parseNotebook(notebookText(cells.map(source => ({ source, kind: 'code' }))))
  const options = {
    notebook,
    effects,
    folder: testFolder,
    typesOf: testTypes,
    outputs: ['out'],
    cache,
    resumes,
  }
  const slice = sliceNotebook(options)
  const { statements, kept, diagnostics, unknownCalls, outsideUses } = slice
  const names = [...new Set(statements.flatMap(({ declares }) => declares))]
  return {
    kept: [...kept].sort((a, b) => a - b),
    diagnostics,
    needs: statements.map(({ index }) => [...slice.needs(index)].sort((a, b) => a - b).join(' ')),
    unknown: new Set(unknownCalls.map(({ statement, text }) => `${statement} ${text}`)),
    outside: new Set(outsideUses.map(({ statement, kind, isWrite }) => `${statement} ${kind} ${isWrite}`)),
    changes: statements.map(({ index }) => names.filter(name => slice.changes(index, name)).join(' ')),
    share: names.map(a => names.filter(b => slice.share(a, b)).join(' ')),
  }
}

/** Numbers below `n` that look random and are the same each time. */
function createRandom(seed: number): (n: number) => number {
  let state = seed
  return n => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * n)
  }
}

const edits: readonly ((cells: string[], at: number, piece: string) => unknown)[] = [
  (cells, at, piece) => (cells[at] = piece),
  (cells, at) => cells.splice(at, 1),
  (cells, at, piece) => cells.splice(at, 0, piece),
  (cells, at) => (cells[at] += '\nconsole.log(1)'),
  (cells, at) => (cells[at] = `var extra = [1]\n${cells[at]}`),
  (cells, at, piece) => (cells[at] += `\n${piece}`),
  (cells, at) => (cells[at] = cells[at]?.replace(/\d/, '42') ?? ''),
  (cells, _, piece) => cells.push(piece),
]

for (const seed of [1, 2, 3, 4])
  test(`random edits, from ${seed}`, () => {
    const random = createRandom(seed)
    const piece = () => pieces[random(pieces.length)] as string
    const cells = Array.from({ length: 24 }, piece)
    find(cells, true)
    for (let i = 0; i < 12; i++) {
      edits[random(edits.length)]?.(cells, random(cells.length), piece())
      assert.deepEqual(find(cells, true), find(cells, false), cells.join('\n---\n'))
    }
  })
