import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { compile } from 'vega-lite'
import { displayMethod, vegaLiteMime } from './display/messages.ts'
import { plot } from './plot.ts'
import { progress } from './progress/progress.ts'
import { sql } from './tables/sql.ts'
import { createSmallProject } from './testing/small-project.ts'

const project = await createSmallProject()
after(project.dispose)

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
  assert.deepEqual(encoding['x'], { title: 'a', type: 'quantitative', field: 'a', bin: true })
  assert.deepEqual(encoding['y'], { aggregate: 'count' })
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

test('progress passes everything through and shows it where the kernel is', async () => {
  const shown: { text: string; update: boolean }[] = []
  const hook = Symbol.for('slipway.kernel')
  Object.assign(globalThis, {
    [hook]: {
      display: (bundle: Record<string, string>, { update }: { update: boolean }) =>
        shown.push({ text: bundle['text/plain']!, update }),
    },
  })
  try {
    assert.deepEqual([...progress(new Set([1, 2, 3]), { label: 'Look <here>' })], [1, 2, 3])
    const slow = (async function* () {
      yield* ['a', 'b']
    })()
    const taken: string[] = []
    for await (const item of progress(slow)) taken.push(item)
    assert.deepEqual(taken, ['a', 'b'])
  } finally {
    delete (globalThis as { [hook]?: unknown })[hook]
  }
  assert.deepEqual(shown[0], { text: 'Look <here> 0 %', update: false })
  assert.deepEqual(shown.filter(({ text }) => text.startsWith('Look')).at(-1), {
    text: 'Look <here> 100 %',
    update: true,
  })
  assert.equal(shown.at(-2)!.text, 'Progress 2')
  assert.match(shown.at(-1)!.text, /^took \d+\.\d s$/)
})
