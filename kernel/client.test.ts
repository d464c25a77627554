/** The kernel as programs drive it: real processes, from the JSON lines to the user's code and back. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { startKernel, type CellOutput, type KernelClient } from './client.ts'
import { kernelVersion } from './version.ts'

let folder: string
let kernel: KernelClient

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kernel-'))
  kernel = await startKernel({ cwd: folder })
})

after(async () => {
  await kernel.shutdown()
  await rm(folder, { recursive: true, force: true })
})

const save = (name: string, text: string) => writeFile(join(folder, name), text)

/** The text of the last expression. */
async function shown(source: string): Promise<unknown> {
  const { outputs, error } = await kernel.execute(source)
  assert.equal(error, undefined, error?.traceback.join('\n'))
  const result = outputs.find(output => output.output_type === 'execute_result')
  return result && 'data' in result ? result.data['text/plain'] : undefined
}

test('modules beside the notebook: ESM, CommonJS, JSON, TypeScript with and without extension', async () => {
  await save('plain.mjs', 'export let count = 1; export function more() { count += 1 }')
  await save('old.cjs', 'module.exports = { first: 1, ["sec" + "ond"]: 2 }')
  await save('data.json', '{"x": 5}')
  await save(
    'typed.ts',
    'export enum Color { red = 3 }\nexport class P { constructor(readonly n: number) {} }',
  )
  assert.equal(await shown("import { count, more } from './plain.mjs'\nmore(); count"), '2')
  assert.equal(await shown("import { first, second } from './old.cjs'\nfirst + second"), '3')
  assert.equal(await shown("import data from './data.json'\ndata.x"), '5')
  assert.equal(await shown("import { Color, P } from './typed'\nColor.red + new P(1).n"), '4')
  assert.equal(await shown("const { first: again } = require('./old.cjs'); again"), '1')
})

test('a changed file is loaded anew, also behind another one', async () => {
  await save('inner.ts', 'export const value: number = 1')
  await save('outer.ts', "import { value } from './inner.ts'\nexport const double = () => value * 2")
  assert.equal(await shown("import { double } from './outer.ts'\ndouble()"), '2')
  await save('inner.ts', 'export const value: number = 21 // changed')
  assert.equal(await shown("import { double } from './outer.ts'\ndouble()"), '42')
})

test('what the kernel lends: danfo by its names, Arrow, slipway', async () => {
  assert.equal(
    await shown(
      "import * as dfd from 'danfojs-node'\nimport { Series } from 'danfojs-node'\ntypeof dfd.DataFrame + typeof Series",
    ),
    "'functionfunction'",
  )
  assert.equal(
    await shown("import { tableFromArrays } from 'apache-arrow'\ntableFromArrays({ a: [1, 2] }).numRows"),
    '2',
  )
})

test('danfo and Arrow tables are shown as a page, other clients see escaped HTML', async () => {
  const { outputs } = await kernel.execute(
    "import { DataFrame } from 'danfojs-node'\nnew DataFrame({ '<i>': Array.from({ length: 500 }, (_, i) => i), b: Array(500).fill('<script>') })",
  )
  const [result] = outputs as [CellOutput & { data: Record<string, unknown> }]
  const page = result.data['application/vnd.slipway.table+json'] as {
    rows: unknown[]
    nRows: number
    truncated: boolean
  }
  assert.deepEqual([page.rows.length, page.nRows, page.truncated], [100, 500, true])
  const html = String(result.data['text/html'])
  assert.match(html, /&lt;script&gt;/)
  assert.doesNotMatch(html, /<script>|<i>/)
  assert.ok(html.length < 20_000)
})

test('a missing export is told by the module and the name, when it is used', async () => {
  const { error } = await kernel.execute("import { nothing } from 'node:os'\nnothing")
  assert.match(error!.evalue, /'node:os' does not provide an export named 'nothing'/)
})

test('outputs: streams merged, displays updated in place, cleared', async () => {
  const { outputs } = await kernel.execute(
    "display.clear()\nconst h = display.html('<b>1</b>', { displayId: 'x' })\nfor (let i = 0; i < 100; i++) console.log(i)\nawait h.update('<b>2</b>')",
  )
  assert.deepEqual(
    outputs.map(o => o.output_type),
    ['display_data', 'stream'],
  )
  assert.deepEqual((outputs[0] as { data: unknown }).data, {
    'text/html': '<b>2</b>',
    'text/plain': '<b>2</b>',
  })
})

test('a value that shows itself, and one that fails to', async () => {
  assert.equal(
    await shown("({ async [Symbol.for('slipway.display')]() { return { 'text/plain': 'me' } } })"),
    'me',
  )
  assert.match(
    String(await shown("({ [Symbol.for('slipway.display')]() { throw new Error('no') } })")),
    /its display failed: no/,
  )
})

test('libraries find the kernel and hear of an interrupt', async () => {
  const cell = kernel.execute(
    "const hook = (globalThis as any)[Symbol.for('slipway.kernel')]\nhook.signal.addEventListener('abort', () => console.log('heard'))\nawait new Promise(() => {})",
  )
  await new Promise(resolve => setTimeout(resolve, 300))
  await kernel.interrupt()
  const { error, outputs } = await cell
  assert.equal(error?.ename, 'Interrupted')
  assert.ok(outputs.some(o => o.output_type === 'stream' && o.text === 'heard\n'))
})

test('model text that is wrong fails with its findings, and the kernel goes on', async () => {
  const { error } = await kernel.execute('%%slip\nmodel late {\n  observe flights\n}')
  assert.equal(error?.ename, 'ModelText')
  assert.match(error.evalue, /^Line \d+: SLIP\d+ /)
  assert.equal((await kernel.execute('1 + 1')).status, 'ok')
})

test('a signal interrupts a cell, and keeps the next from running', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 200)
  const { error } = await kernel.execute('while (true) {}', { signal: controller.signal })
  assert.equal(error?.ename, 'Interrupted')
  const { status } = await kernel.execute('var never = 1', { signal: controller.signal })
  assert.equal(status, 'aborted')
  assert.equal(await shown('typeof never'), "'undefined'")
})

test('names that are not known, uncaught errors and what native code prints', async () => {
  assert.equal((await kernel.execute('nowhere')).error?.evalue, 'nowhere is not defined')
  const late = await kernel.execute(
    "setTimeout(() => { throw new Error('late') }, 1); await new Promise(r => setTimeout(r, 30))",
  )
  assert.equal(late.status, 'ok')
  assert.match(JSON.stringify(late.outputs), /Uncaught Error: late/)
  assert.equal(await shown('1 + 1'), '2')
})

test('completion, hover and diagnostics know earlier cells', async () => {
  await kernel.execute(
    'interface Flight { origin: string; delay: number }\nconst flight: Flight = { origin: "BOI", delay: 3 }',
  )
  await kernel.execute('const flight2 = { ...flight, late: true }')
  const { matches } = await kernel.request('complete_request', { code: 'flight2.', cursor_pos: 8 })
  assert.deepEqual([...(matches as string[])].sort(), ['delay', 'late', 'origin'])
  const hover = await kernel.request('inspect_request', { code: 'flight', cursor_pos: 6 })
  assert.deepEqual((hover['data'] as Record<string, string>)['text/plain'], 'const flight: Flight')
  const code = 'const é = flight.delay + 1\nflight.lat\nlet flight3: Flight = flight2'
  const { diagnostics } = await kernel.request('slipway_diagnostics_request', { code })
  assert.deepEqual(
    (diagnostics as { start: number; end: number }[]).map(({ start, end }) => code.slice(start, end)),
    ['lat'],
  )
})

test('a restart forgets all names', async () => {
  await kernel.execute('var remembered = 1')
  await kernel.restart()
  assert.equal(await shown('typeof remembered'), "'undefined'")
})

test('the end of the kernel rejects what is open, and says how it ended', async () => {
  const other = await startKernel({ cwd: folder })
  const open = other.execute('await new Promise(() => {})')
  const result = await Promise.all([open, other.shutdown()])
  assert.equal(result[0].error?.ename, 'KERNEL003')
  await assert.rejects(other.execute('1'), { code: 'KERNEL005' })
})

test('the version is that of the package', async () => {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
  assert.equal(kernelVersion, manifest.version)
})
