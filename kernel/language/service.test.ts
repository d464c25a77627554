import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, beforeEach } from 'node:test'
import { cellModule, readCellSyntax } from './cells.ts'
import { fromCodePoints, toCodePoints } from './positions.ts'
import { createCellService, type Completeness, type Edit, type Place, type Target } from './service.ts'

const folder = mkdtempSync(join(tmpdir(), 'cells-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'local.ts'), 'export function local(n: number): string { return `${n}` }\n')
writeFileSync(join(folder, 'data.json'), '{"answer": 42}')
mkdirSync(join(folder, 'node_modules/extra'), { recursive: true })
writeFileSync(
  join(folder, 'node_modules/extra/index.d.ts'),
  'export declare function extraordinary(): void\n',
)
writeFileSync(join(folder, 'node_modules/extra/package.json'), '{"name": "extra", "types": "index.d.ts"}')
writeFileSync(join(folder, 'package.json'), '{"dependencies": {"extra": "1"}}')

const service = createCellService(folder)
beforeEach(() => service.reset())

/** A cell alone, with the cursor at ¦. */
const at = (marked: string) => {
  const cursor = marked.includes('¦') ? marked.indexOf('¦') : marked.length
  return { source: marked.replace('¦', ''), cursor: toCodePoints(marked, cursor), cell: null }
}
/** Cells of a document; the asked one has the cursor. Their ids are their places: c0, c1 … */
const inDocument = (...marked: string[]): Place => {
  const asked = Math.max(
    0,
    marked.findIndex(text => text.includes('¦')),
  )
  const cells = marked.map((text, i) => ({ id: `c${i}`, source: text.replace('¦', '') }))
  return { ...at(marked[asked]!), cell: `c${asked}`, cells }
}
const messages = (place: Place | string) =>
  service.diagnostics(typeof place === 'string' ? at(place) : place).filter(d => d.severity === 'error').map(d => d.message) // prettier-ignore
const run = (...sources: string[]) =>
  sources.forEach((source, i) => service.executed({ order: i + 1, source, cell: null }))
const names = (place: Place) => service.completeAll(place).items.map(item => item.name)
const hover = (place: Place) => service.inspect(place)?.plain
const textsAt = (place: Place, targets: readonly (Target | Edit)[]) =>
  targets.map(target => {
    if (!('cell' in target)) return target.file.slice(folder.length + 1)
    const source = place.cells?.find(({ id }) => id === target.cell)?.source ?? place.source
    return `${target.cell}: ${source.slice(target.start, target.end)}@${target.start}`
  })
/** The cells of a document after edits. */
const applied = (place: Place, edits: readonly Edit[]) =>
  place.cells!.map(({ id, source }) =>
    edits
      .flatMap(edit => ('cell' in edit && edit.cell === id ? [edit] : []))
      .sort((a, b) => b.start - a.start)
      .reduce(
        (text, { start, end, text: inserted }) => text.slice(0, start) + inserted + text.slice(end),
        source,
      ),
  )

test('the names a cell declares, types included', () => {
  const { declared } = readCellSyntax(`
    import d, { a as b } from 'm'; import * as n from 'm'
    const { c, e: [f, ...g], h = 1 } = x; let i; var j
    function k() {} class l {} interface m {} type o = 1; enum p {} namespace q {}
    export const r = 1; { const inner = 1; var s = 2 }`)
  assert.equal(declared.map(({ name }) => name).join(' '), 'd b n c f g h i j k l m o p q r s')
  assert.deepEqual(declared.filter(({ exported }) => exported).map(({ name }) => name), ['r']) // prettier-ignore
})

test('a cell imports what others declared last, and not what it declares itself', () => {
  const origin = (path: string) => ({ path, kind: 'const' })
  const origins = new Map([['a', origin('/1.ts')], ['b', origin('/2.ts')], ['c', origin('/2.ts')]]) // prettier-ignore
  const { text, offset } = cellModule(readCellSyntax('const a = b'), origins)
  assert.equal(text, "import { b, c } from './2.ts'\nexport { a };\nconst a = b\n")
  assert.equal(text.slice(offset, offset + 11), 'const a = b')
})

test('a name has the type of its latest declaration', () => {
  run('let value = 1; interface Shape { side: number }')
  assert.deepEqual(messages('value.toFixed(); value = 2; const s: Shape = { side: 1 }'), [])
  run("const value = 'text'")
  assert.deepEqual(messages('value.toUpperCase()'), [])
  assert.deepEqual(messages('value.toFixed()').length, 1)
  assert.deepEqual(messages('class value {}\nnew value()'), [])
})

test('a cell that declares a name anew may read the earlier one', () => {
  run('const rows = [1, 2]')
  const again = 'const rows = rows.map(row => String(row))'
  assert.deepEqual(messages(again), [])
  run('const rows = [1, 2]', again)
  assert.deepEqual(messages('rows[0]!.toUpperCase()'), [])
  assert.equal(
    hover(inDocument('const rows = [1, 2]', 'const rows = ro¦ws.map(String)')),
    'const rows: number[]',
  )
})

test('cells above that have not run count when they are given', () => {
  const place = { ...at('above.toFixed() + below¦'), before: ['const above = 1', 'let below = above'] }
  assert.deepEqual(messages(place), [])
  assert.equal(messages('above').length, 1)
})

test('in a document a name is that of the cells above, then of what ran', () => {
  assert.deepEqual(messages(inDocument('const a = 1', 'a.toFixed()¦', "const a = 'x'")), [])
  assert.equal(messages(inDocument('b¦', 'const b = 1')).length, 1)
  service.executed({ order: 1, source: 'const b = 1', cell: 'c1' })
  assert.deepEqual(messages(inDocument('b.toFixed()¦', 'const b = 1')), [])
  service.executed({ order: 2, source: "const c = 'x'", cell: 'deleted' })
  assert.deepEqual(messages(inDocument('c.length¦')), [])
})

test('among the cells above the one that ran last gives a name its type', () => {
  service.executed({ order: 1, source: "let v = 'x'", cell: 'c1' })
  service.executed({ order: 2, source: 'let v = 1', cell: 'c0' })
  assert.deepEqual(messages(inDocument('let v = 1', "let v = 'x'", 'v.toFixed()¦')), [])
})

test('hundreds of runs leave no more modules than there are names', () => {
  for (let i = 0; i < 300; i++) run(`const counter = ${i}; const previous = counter`)
  assert.deepEqual(messages('counter.toFixed(); previous.toFixed()'), [])
})

test('completion replaces what stands before the cursor, counted in code points', () => {
  const place = at("const 𝕊 = 'x'; 𝕊.toUpp¦er")
  const { matches, cursor_start: start, cursor_end: end, metadata } = service.complete(place)
  assert.deepEqual(matches, ['toUpperCase'])
  assert.equal([...place.source].slice(start, end).join(''), 'toUpp')
  const [item] = metadata._jupyter_types_experimental
  assert.deepEqual(item, { text: 'toUpperCase', type: 'method', start, end, signature: '(): string' })
})

test('completion knows earlier cells by their kind', () => {
  const items = service.completeAll(inDocument('const total = 1; function add() {}', '¦')).items
  const kinds = Object.fromEntries(items.map(({ name, kind }) => [name, kind]))
  assert.equal(kinds['total'], 'const')
  assert.equal(kinds['add'], 'function')
  assert.ok(!items.some(({ name }) => name.includes('__cell')))
})

test('completion inside of texts: members of unions, modules, files', () => {
  assert.deepEqual(service.complete(at("const k: 'red' | 'green' = '¦'")).matches.toSorted(), [
    'green',
    'red',
  ])
  assert.deepEqual(service.complete(at("import {} from './lo¦'")).matches, ['local.ts'])
  assert.ok(names(at("import {} from 'sli¦'")).includes('slipway'))
  assert.deepEqual(service.complete(at('const o: { first: 1; second?: 2 } = { f¦ }')).matches, ['first'])
})

test('an import is written at the top of the cell', () => {
  const place = at('const a = 1\nextraord¦')
  service.warm()
  const entry = service.completeAll(place).items.find(({ name }) => name === 'extraordinary')
  assert.ok(entry)
  const details = service.completionDetails({ ...place, entry })!
  assert.equal(details.signature, 'function extraordinary(): void')
  assert.deepEqual(details.edits.map(({ start, text }) => [start, text]), [[0, "import { extraordinary } from 'extra'\n"]]) // prettier-ignore
})

test('hover says the type and the documentation with its tags', () => {
  const documented = '/**\n * How many.\n * @example\n * n + 1\n */\nconst n = 1\n'
  const found = service.inspect(at(`${documented}n¦`))!
  assert.equal(found.plain, 'const n: 1\n\nHow many.\n\n@example n + 1')
  assert.match(found.markdown, /\*@example\*\n```typescript\nn \+ 1\n```/)
  assert.equal(service.inspect(at('  ¦  ')), undefined)
  assert.match(
    service.inspect({ ...inDocument('const n = 40 + 2', 'n¦'), detail: 1 })!.plain,
    /Declared in a cell:\nconst n = 40 \+ 2/,
  )
})

test('help on a call says where in it one is', () => {
  const help = service.signature(
    at('/** Adds.\n * @param b the second */\nfunction add(a: number, b = 1) { return a + b }\nadd(1, ¦)'),
  )!
  assert.equal(help.signatures[0]!.label, 'add(a: number, b?: number): number')
  assert.equal(help.activeParameter, 1)
  const { label, documentation } = help.signatures[0]!.parameters[1]!
  assert.equal(help.signatures[0]!.label.slice(...label), 'b?: number')
  assert.equal(documentation, 'the second')
})

test('a name that a later cell may use is not unused; one inside of a function is', () => {
  const found = service.diagnostics(at('const kept = 1\nfunction f() { const dropped = 1 }'))
  assert.deepEqual(found.map(({ message, unused }) => [message, unused]), [["'dropped' is declared but its value is never read.", true]]) // prettier-ignore
})

test('an unfinished cell is said to be so where it ends', () => {
  const [found] = service.diagnostics(at('function f() {\n'))
  assert.equal(found!.message, "'}' expected.")
  assert.ok(found!.start <= 14)
})

test('packages, local files, JSON, slipway, globals', () => {
  assert.deepEqual(messages("import { local } from './local.ts'; local(1).length"), [])
  assert.deepEqual(messages("import data from './data.json'; data.answer.toFixed()"), [])
  assert.deepEqual(messages("import { read } from 'slipway'; const t = read('a.csv'); t.columns"), [])
  assert.deepEqual(messages("display.html('<b>x</b>'); const a: string | null = prompt('?')"), [])
  assert.match(hover(at("import { rea¦d } from 'slipway'"))!, /function read[^]*\n\n\S/)
})

test('top-level await, magics and model cells are no errors', () => {
  run('%%slip\nmodel late {\n}')
  assert.deepEqual(messages('%install extra\nawait late.train()\n%time 1 + 1'), [])
  assert.deepEqual(messages('%%slip\nmodel late {'), [])
  assert.match(hover(at('lat¦e'))!, /late: .*Model/)
  assert.ok(service.complete(at('%wh¦')).matches.includes('%who'))
})

test('a package that is installed meanwhile is found', () => {
  assert.equal(messages("import { later } from 'later'").length, 1)
  mkdirSync(join(folder, 'node_modules/later'))
  writeFileSync(join(folder, 'node_modules/later/index.d.ts'), 'export declare const later: 1\n')
  writeFileSync(join(folder, 'node_modules/later/package.json'), '{"name": "later", "types": "index.d.ts"}')
  service.packagesChanged()
  assert.deepEqual(messages("import { later } from 'later'"), [])
})

test('definitions lie in other cells and in files', () => {
  const cells = inDocument("import { local } from './local.ts'\nconst size = 1", 'local(si¦ze)')
  assert.deepEqual(textsAt(cells, service.definition(cells)!.targets), ['c0: size@41'])
  const file = inDocument("import { local } from './local.ts'", 'lo¦cal(1)')
  assert.deepEqual(textsAt(file, service.definition(file)!.targets), ['local.ts'])
  const model = inDocument('%%slip\nmodel late {\n}', 'la¦te')
  assert.deepEqual(textsAt(model, service.definition(model)!.targets), ['c0: late@13'])
})

test('references and highlights keep to what a name means where it stands', () => {
  const cells = inDocument('let a = 1', 'a¦ + a', 'let a = 2', 'a')
  assert.deepEqual(textsAt(cells, service.references(cells)).toSorted(), ['c0: a@4', 'c1: a@0', 'c1: a@4'])
  assert.deepEqual(
    service.highlights(cells).map(({ start }) => start),
    [0, 4],
  )
})

test('renaming reaches all cells that mean the same', () => {
  const cells = inDocument('let a = 1', 'const o = { a¦ }', 'let a = a + 1', 'a')
  const renamed = service.rename({ ...cells, newName: 'b' })
  assert.ok(renamed.ok)
  assert.deepEqual(applied(cells, renamed.edits), ['let b = 1', 'const o = { a: b }', 'let a = b + 1', 'a'])
})

test('an import is renamed in the cells and not in its package', () => {
  const cells = inDocument("import { extraordinary } from 'extra'", 'extra¦ordinary()')
  const renamed = service.rename({ ...cells, newName: 'e' })
  assert.ok(renamed.ok, JSON.stringify(renamed))
  assert.deepEqual(applied(cells, renamed.edits), ["import { extraordinary as e } from 'extra'", 'e()'])
  assert.equal(service.rename(at('"te¦xt"')).ok, false)
})

test('symbols, folds and tokens of a cell', () => {
  const place = at('class A {\n  b = 1\n}\nfunction f() {\n  return 1\n}\nconst c = new A()')
  const symbols = service.symbols(place)
  assert.deepEqual(symbols.map(({ name, kind }) => `${name} ${kind}`), ['A class', 'c const', 'f function']) // prettier-ignore
  assert.deepEqual(
    symbols[0]!.children.map(({ name }) => name),
    ['b'],
  )
  assert.equal(service.folds(place).length, 2)
  const [first] = service.tokens(place)
  assert.deepEqual(first?.slice(0, 3), [6, 1, 0])
})

test('quick fixes write imports, mend names and add await', () => {
  const fix = (source: string, title: RegExp) => {
    const place = inDocument(source)
    const [found] = service.diagnostics(place)
    const { start, end, code } = found!
    const action = service
      .fixes({ ...place, start, end, codes: [code] })
      .find(action => title.test(action.title))
    return action && applied(place, action.edits)[0]
  }
  assert.equal(
    fix("const t = read('a.csv')", /slipway/),
    "import { read } from 'slipway'\nconst t = read('a.csv')",
  )
  assert.equal(fix('const total = 1\ntotl', /total/), 'const total = 1\ntotal')
  assert.match(
    fix('async function f() {\n  const r = Promise.resolve({ a: 1 })\n  r.a\n}', /await/i)!,
    /await/,
  )
})

test('imports are put in order and none is lost', () => {
  const place = inDocument("import { b, a } from 'm'\nimport { x } from 'k'\na")
  const edits = service.organizeImports(place).map(edit => ({ ...edit, cell: 'c0' }))
  assert.equal(applied(place, edits)[0], "import { x } from 'k'\nimport { a, b } from 'm'\na")
})

test('a cell is laid out as the project wants it, its magics as they were', async () => {
  assert.equal(await service.format(at('%time  f( )\nconst a  = "x"\n%install  extra')), '%time  f( )\nconst a = "x";\n%install  extra') // prettier-ignore
  writeFileSync(join(folder, '.prettierrc'), '{"semi": false, "singleQuote": true}')
  assert.equal(await service.format(at('const a  = "x";')), "const a = 'x'")
  assert.equal(await service.format(at('const = (')), 'const = (')
})

for (const [source, state] of [
  ['1', 'complete'],
  ['await x', 'complete'],
  ['enum E { a }', 'complete'],
  ['', 'complete'],
  ['%time 1', 'complete'],
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
