import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'node:test'
import { displayMethod, vegaLiteMime } from '../../library/display/messages.ts'
import { installDisplay, type DisplayEvent } from './api.ts'
import { formatValue } from './format.ts'
import { treeJson } from './json.ts'
import { kinds } from './kinds.ts'

const dataOf = async (value: unknown) => (await formatValue(value))!.data as Record<string, string>
const textOf = async (value: unknown) => (await dataOf(value))['text/plain']!
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const jupyterDisplay = Symbol.for('Jupyter.display')

test('values without a look of their own are text', async () => {
  assert.equal(await textOf(new Map([[1, { a: new Set([1]) }]])), 'Map(1) { 1 => { a: Set(1) { 1 } } }')
  assert.match(await textOf(Promise.resolve(1)), /write await before it/)
  assert.match(
    await textOf(new Error('x', { cause: new TypeError('y') })),
    /^Error: x\n {4}at [^]*\[cause\]: TypeError: y/,
  )
  assert.match(await textOf(new Proxy({}, { get: () => assert.fail('no') })), /display failed: no/)
  const large = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`k${i}`, i]))
  assert.match(await textOf(large), /'299,800 more properties'/)
  assert.ok((await textOf('x'.repeat(1_000_000))).length < 20_000)
  assert.equal(await formatValue(undefined), undefined)
})

test('hooks are asked, and what they get wrong is told', async () => {
  assert.deepEqual(
    await dataOf({ [displayMethod]: () => ({ 'text/html': '<b>x</b>', 'text/plain': 'x' }) }),
    {
      'text/html': '<b>x</b>',
      'text/plain': 'x',
    },
  )
  assert.equal((await dataOf({ _toHtml: () => Promise.resolve('<i>') }))['text/html'], '<i>')
  const cases: [unknown, RegExp][] = [
    [() => assert.fail('oh'), /its display failed: oh/],
    [() => 5, /returned a number instead of an object/],
    [() => ({}), /returned no representation/],
    [() => ({ html: 'x' }), /"html", which is no MIME type/],
    [() => ({ 'text/html': 1n }), /returned a bigint as text\/html/],
    [() => ({ 'application/json': { n: 1n } }), /cannot be said in JSON/],
    [() => ({ 'text/html': 'x'.repeat(40_000_000) }), /at most 30,000,000/],
    [() => Promise.reject(new Error('late')), /its display failed: late/],
  ]
  for (const [hook, expected] of cases) {
    assert.match(await textOf({ [displayMethod]: hook }), expected)
    assert.match(await textOf({ [jupyterDisplay]: hook }), expected)
  }
})

test('a foreign hook that never answers is waited for only so long', async context => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const text = textOf({ [jupyterDisplay]: () => new Promise(() => undefined) })
  context.mock.timers.tick(10_000)
  assert.match(await text, /did not answer within 10 seconds/)
})

test('images are known by their bytes', async () => {
  assert.equal((await dataOf(png))['image/png'], png.toString('base64'))
  assert.equal((await dataOf(new Blob([png])))['image/png'], png.toString('base64'))
  assert.ok((await dataOf(Buffer.from('\xff\xd8\xff\xe0', 'latin1')))['image/jpeg'])
  const gif = (await dataOf(Buffer.from('GIF89a<"')))['text/html']!
  assert.match(gif, /^<img src="data:image\/gif;base64,/)
  assert.ok((await dataOf(Buffer.from('<?xml version="1.0"?>\n<svg/>')))['image/svg+xml'])
  assert.match(await textOf(Buffer.from('<svgx>')), /^<Buffer/)
})

test('display.image takes bytes, files and data URLs, and no address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
  const file = join(folder, 'dot.png')
  writeFileSync(file, png)
  for (const source of [png, file, pathToFileURL(file), `data:image/png;base64,${png.toString('base64')}`])
    assert.equal(kinds.image(source).data['image/png'], png.toString('base64'))
  assert.deepEqual(kinds.image(png, { width: 40 }).metadata, { 'image/png': { width: 40 } })
  assert.throws(() => kinds.image('https://x.org/a.png'), { code: 'KERNEL020', message: /Fetch it first/ })
  assert.throws(() => kinds.image(join(folder, 'none.png')), { code: 'KERNEL020', message: /found none/ })
  assert.throws(() => kinds.image(Buffer.from('hello')), { code: 'KERNEL020' })
  await rm(folder, { recursive: true })
})

test('a tree says what JSON cannot', () => {
  const cycle: Record<string, unknown> = {
    n: 1n,
    at: new Date(0),
    gone: undefined,
    map: new Map([['a', NaN]]),
  }
  cycle['self'] = cycle
  Object.defineProperty(cycle, 'bad', { enumerable: true, get: () => assert.fail('no') })
  assert.deepEqual(treeJson(cycle), {
    n: '1n',
    at: '1970-01-01T00:00:00.000Z',
    gone: 'undefined',
    map: { a: 'NaN' },
    self: '[Circular]',
    bad: '[cannot be read: no]',
  })
  assert.equal((treeJson(Array.from({ length: 5000 })) as string[]).at(-1), '… 4,000 more')
  const wide = Array.from({ length: 900 }, () => Array.from({ length: 900 }, () => ({ a: 1 })))
  assert.ok(JSON.stringify(treeJson(wide)).length < 3_000_000)
  let deep: object = {}
  for (let i = 0; i < 5000; i++) deep = { deep }
  assert.match(JSON.stringify(treeJson(deep)), /deeper levels are left out/)
})

test('a Vega-Lite specification has a picture for clients that cannot draw it', async () => {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { values: [{ a: 1 }] },
    mark: 'bar',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  }
  const data = await dataOf(spec)
  assert.deepEqual(data[vegaLiteMime], spec)
  assert.match(data['image/svg+xml']!, /^<svg [^]*<\/svg>$/)
  const remote = await dataOf({ ...spec, data: { url: 'http://127.0.0.1:9/x.csv' } })
  assert.deepEqual(Object.keys(remote), [vegaLiteMime, 'text/plain'])
})

test('what a cell shows keeps its order, whatever takes how long', async () => {
  const sent: string[] = []
  const owner = {}
  const { display, settled } = installDisplay({
    send: (event: DisplayEvent) =>
      sent.push(event.type === 'display' ? `${event.kind} ${String(event.data['text/plain'])}` : event.type),
    signal: () => undefined,
    owner: () => owner,
    comms: undefined as never,
  })
  const slow = {
    [displayMethod]: () => new Promise(resolve => setTimeout(resolve, 5, { 'text/plain': 'slow' })),
  }
  void display(1)
  assert.deepEqual(sent, ['display_data 1'], 'at once')
  void display(slow)
  display.text('after')
  display.clear()
  void display({ [displayMethod]: () => Promise.reject(new Error('no')) })
  assert.equal(sent.length, 1)
  await settled(owner)
  assert.deepEqual(sent.slice(1, 4), ['display_data slow', 'display_data after', 'clear'])
  assert.match(sent[4]!, /its display failed: no/)
  const handle = display.markdown('*a*')
  await handle.update('*b*')
  await display.update(handle.displayId, 3)
  assert.deepEqual(sent.slice(5), ['display_data *a*', 'update_display_data *b*', 'update_display_data 3'])
})
