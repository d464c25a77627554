import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import { displayMethod, vegaLiteMime } from './display/messages.ts'
import { plot, type Plot, type PlotData, type PlotSpec } from './plot.ts'
import { registerResolve } from './resolve.ts'
import { textQuery } from './tables/query.ts'
import { sql } from './tables/sql.ts'
import { Table } from './tables/table.ts'
import { createSmallProject } from './testing/small-project.ts'

const project = await createSmallProject()
const resolver = registerResolve()
after(async () => {
  resolver.deregister()
  await project.dispose()
})

const encodingOf = async (chart: ReturnType<typeof plot>) =>
  (await chart.toVegaLite())['encoding'] as Record<string, Record<string, unknown>>

test('types come from the columns, and Vega-Lite takes the specification', async () => {
  const table = sql`select i::int as hour, i / 2 as "mean.delay", 'a' as kind, timestamp '2001-01-01' as at from range(5) t(i)`
  const chart = plot(table, { mark: 'bar', x: 'hour', y: 'mean.delay', color: 'kind', title: 'By hour' })
  const encoding = await encodingOf(chart)
  assert.deepEqual(encoding['x'], { title: 'hour', type: 'ordinal', field: 'hour' })
  assert.deepEqual(encoding['y'], {
    title: 'mean.delay',
    type: 'quantitative',
    field: String.raw`mean\.delay`,
  })
  assert.equal(encoding['color']!['type'], 'nominal')
  assert.equal(
    (await encodingOf(plot(table, { mark: 'line', x: 'at', y: 'hour' })))['x']!['type'],
    'temporal',
  )
  const bundle = await chart[displayMethod]()
  assert.ok(compile(bundle[vegaLiteMime] as never).spec.marks!.length > 0)
})

test('a channel written out is kept', async () => {
  const chart = plot([{ a: 1.5 }], { mark: 'bar', x: { field: 'a', bin: true }, y: { aggregate: 'count' } })
  const encoding = await encodingOf(chart)
  assert.deepEqual(encoding['x'], { type: 'quantitative', field: 'a', bin: true })
  assert.deepEqual(encoding['y'], { type: 'quantitative', aggregate: 'count' })
})

test('more rows than a page can bear are sampled, in order, and the chart says so', async () => {
  for (const data of [
    sql`select range as i from range(20000)`,
    Array.from({ length: 20000 }, (_, i) => ({ i })),
  ]) {
    const spec = await plot(data, { mark: 'point', x: 'i', title: 'T' }).toVegaLite()
    const values = spec.data.values.map(row => row['i'] as number)
    assert.equal(values.length, 5000)
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    )
    assert.ok(values.at(-1)! > 19_000)
    assert.deepEqual(spec['title'], { text: 'T', subtitle: '5,000 of 20,000 rows' })
  }
})

test('a column that is not there is named', async () => {
  await assert.rejects(plot([{ a: 1 }], { mark: 'bar', x: 'b' }).toVegaLite(), {
    code: 'LIB009',
    message: /among a/,
  })
})

test('calculations are written like functions, and columns of such a name stay columns', async () => {
  const rows = [{ at: new Date(0), delay: 1.5, 'max(x)': 2 }]
  const encoding = await encodingOf(
    plot(rows, {
      mark: 'bar',
      x: 'yearmonth(at)',
      y: 'mean(delay)',
      color: 'max(x)',
      size: 'count()',
      detail: ['delay'],
    }),
  )
  assert.deepEqual(encoding['x'], { type: 'temporal', timeUnit: 'yearmonth', field: 'at' })
  assert.deepEqual(encoding['y'], { type: 'quantitative', aggregate: 'mean', field: 'delay' })
  assert.equal(encoding['color']!['field'], 'max(x)')
  assert.deepEqual(encoding['size'], { type: 'quantitative', aggregate: 'count' })
  await assert.rejects(plot(rows, { mark: 'bar', x: 'mean(dely)' }).toVegaLite(), /Did you mean "delay"\?/)
})

test('layers, facets and selections become Vega-Lite', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ i, j: i * 1.5, kind: i % 2 ? 'a' : 'b' }))
  const layered = await plot(rows, {
    x: 'i',
    layer: [
      { mark: 'line', y: 'j' },
      { mark: { type: 'rule' }, y: { datum: 15 }, color: { value: 'firebrick' } },
    ],
    params: [{ name: 'brush', select: 'interval' }],
    interactive: true,
  }).toVegaLite()
  const [line, rule] = layered['layer'] as Record<string, Record<string, unknown>>[]
  assert.deepEqual(line!['encoding'], { y: { title: 'j', type: 'quantitative', field: 'j' } })
  assert.deepEqual(rule!['encoding'], { y: { datum: 15 }, color: { value: 'firebrick' } })
  assert.equal((layered['params'] as unknown[]).length, 2)
  for (const spec of [
    { x: 'i', layer: [{ mark: 'line', y: 'j' }] },
    { mark: 'point', x: 'i', y: 'j', column: 'kind' },
    {
      hconcat: [
        { mark: 'bar', x: 'kind', y: 'count()' },
        { mark: 'point', x: 'i', y: 'j' },
      ],
    },
    {
      repeat: ['i', 'j'],
      spec: { mark: 'bar', x: { field: { repeat: 'repeat' }, bin: true }, y: 'count()' },
    },
    { mark: 'line', x: 'i', y: 'double', transform: [{ calculate: 'datum.j * 2', as: 'double' }] },
  ] satisfies PlotSpec[])
    assert.match((await plot(rows, spec as PlotSpec)[displayMethod]())['image/svg+xml'] as string, /^<svg/)
})

test('what is plotted may be rows of any kind', async () => {
  const { DataFrame } = await import('danfojs-node')
  const { tableFromArrays } = await import('apache-arrow')
  const expected = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]
  for (const data of [
    new Set(expected),
    new DataFrame(expected),
    tableFromArrays({ a: Int32Array.from([1, 2]), b: ['x', 'y'] }),
  ])
    assert.deepEqual(
      (await plot(data as PlotData, { mark: 'bar', x: 'b', y: 'a' }).toVegaLite()).data.values,
      expected,
    )
  await assert.rejects(plot([1, 2] as never, { mark: 'bar' }).toVegaLite(), {
    code: 'LIB009',
    message: /values\.map/,
  })
})

test('aggregates of a large table are of all its rows, as the page would compute them', async () => {
  const query = `select i % 7 as k, (i * 7919 % 1000) / 10 as v, i % 3 = 0 as flag from range(6000) t(i)`
  const table = new Table(textQuery(query))
  const rows = await table.rows()
  const cases: PlotSpec[] = [
    { mark: 'bar', x: 'bin(v)', y: 'count()' },
    { mark: 'bar', x: { field: 'v', bin: { maxbins: 37 } }, y: 'count()', color: 'flag' },
    { mark: 'bar', x: 'k', y: 'mean(v)' },
    { mark: 'line', x: 'k', y: 'median(v)', color: 'flag' },
    { mark: 'rect', x: 'bin(v)', y: 'bin(k)', color: 'distinct(v)' },
  ]
  for (const spec of cases) {
    const ours = await plot(table, spec).toVegaLite()
    assert.ok(ours.data.values.length < 300, JSON.stringify(spec))
    assert.equal(ours['title'], undefined, 'no sample')
    const { data: _, ...whole } = await plot(rows.slice(0, 10), spec).toVegaLite()
    assert.deepEqual(
      await marksOf(ours),
      await marksOf({ ...whole, data: { values: rows } }),
      JSON.stringify(spec),
    )
  }
  const timed = await plot(sql`select timestamp '2001-01-01' + to_hours(range::int) as at from range(6000)`, {
    mark: 'bar',
    x: 'yearmonth(at)',
    y: 'count()',
  }).toVegaLite()
  assert.equal(
    timed['title'],
    '5,000 of 6,000 rows',
    'what only the page can group is of a sample, and says so',
  )
})

/** What is drawn: per mark its place and size. */
async function marksOf(spec: object): Promise<string[]> {
  const view = new View(parse(compile(spec as never).spec), { renderer: 'none' })
  await view.runAsync()
  const { root } = view.scenegraph() as unknown as { root: SceneNode }
  const group = root.items[0]!.items!.find(({ role }) => role === 'mark' || role === 'scope')!
  const number = (value: unknown) => (typeof value === 'number' ? Number(value.toFixed(3)) : value)
  const items =
    group.marktype === 'group' ? group.items.flatMap(item => item.items!.flatMap(m => m.items)) : group.items
  return items
    .map(({ x, y, width, height, fill, stroke }) =>
      JSON.stringify([x, y, width, height, fill, stroke].map(number)),
    )
    .sort()
}

interface SceneItem {
  readonly x: number
  readonly y: number
  readonly width?: number
  readonly height?: number
  readonly fill?: string
  readonly stroke?: string
  readonly items?: readonly SceneNode[]
}

interface SceneNode {
  readonly role: string
  readonly marktype: string
  readonly items: readonly SceneItem[]
}

test('danfo and Observable Plot draw in a process without a page', async () => {
  const folder = pathToFileURL(`${project.root}/cell.mjs`).href
  project.write(
    'charts.mjs',
    `import { DataFrame } from 'danfojs-node'
       import * as Plot from '@observablehq/plot'
       const df = new DataFrame({ x: [1, 2, 3], y: [4, 5, 7], k: ['a', 'b', 'a'] })
       export const danfo = [df.plot('div').line({ config: { x: 'x', y: 'y' }, layout: { title: 'T' } }), df.plot().pie({ config: { labels: 'k', values: 'y' } }), df['y'].plot('div').hist()]
       export const misspelt = () => df.plot('div').bar({ config: { x: 'xx' } })
       export const observable = Plot.plot({ color: { legend: true }, marks: [Plot.dot([[1, 2], [3, 4]], { fill: '0', tip: true })] })`,
  )
  const { danfo, misspelt, observable } = (await import(new URL('charts.mjs', folder).href)) as {
    danfo: Plot[]
    misspelt(): void
    observable: { outerHTML: string }
  }
  assert.equal((await danfo[0]!.toVegaLite())['title'], 'T')
  for (const chart of danfo) assert.match((await chart.toSvg())!, /^<svg/)
  assert.throws(misspelt, { code: 'LIB009', message: /Did you mean "x"/ })
  assert.match(observable.outerHTML, /<figure[^]*href="data:image\/png;base64,[^]*<circle/)
})
