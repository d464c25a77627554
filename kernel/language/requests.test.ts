import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import test, { after, before } from 'node:test'
import { startKernel, type KernelClient } from '../client.ts'
import { languageHandlers, languageRequests } from './requests.ts'

let kernel: KernelClient
before(async () => {
  kernel = await startKernel({ cwd: tmpdir() })
  await kernel.execute('/** How far. */\nconst distance = { km: 3, get miles() { throw new Error("read") } }')
})
after(() => kernel.shutdown())

test('completion of what a cell declared, counted in code points, with types', async () => {
  const code = "'𝕊'; distance.k"
  const reply = await kernel.request('complete_request', { code, cursor_pos: 15 })
  assert.deepEqual(reply, {
    status: 'ok',
    matches: ['km'],
    cursor_start: 14,
    cursor_end: 15,
    metadata: { _jupyter_types_experimental: [{ text: 'km', type: 'property', start: 14, end: 15 }] },
  })
})

test('inspecting says more on request', async () => {
  const ask = (detail: number) =>
    kernel.request('inspect_request', { code: 'distance', cursor_pos: 8, detail_level: detail })
  const texts = await Promise.all(
    [0, 1].map(async level => (await ask(level))['data'] as Record<string, string>),
  )
  assert.match(texts[0]!['text/plain']!, /^const distance: \{[^]*How far\.$/)
  assert.match(texts[1]!['text/markdown']!, /Declared in a cell:\n\n```typescript\nconst distance = \{ km: 3/)
  assert.equal((await kernel.request('inspect_request', { code: '', cursor_pos: 0 }))['found'], false)
})

test('requests of a client with a document, on control too', async () => {
  const cells = [
    { id: 'a', source: 'function add(a: number, b = 1) { return a + b }' },
    { id: 'b', source: 'add(' },
  ]
  const place = { code: 'add(', cursor_pos: 4, cell: 'b', cells }
  const help = await kernel.request('slipway_signature_request', place, { channel: 'control' })
  assert.deepEqual(
    (help['signatures'] as { label: string }[]).map(({ label }) => label),
    ['add(a: number, b?: number): number'],
  )
  const found = await kernel.request('slipway_definition_request', { ...place, cursor_pos: 1 })
  assert.deepEqual(found['targets'], [{ cell: 'a', start: 9, end: 12 }])
  const { diagnostics } = await kernel.request('slipway_diagnostics_request', place)
  assert.equal((diagnostics as { message: string }[])[0]!.message, "')' expected.")
})

test('every request has an answer', () => {
  const handlers = languageHandlers({} as never)
  assert.deepEqual(Object.keys(handlers).toSorted(), languageRequests.toSorted())
})
