import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { Card } from '../../engine/types.ts'
import type { Row } from '../../language/index.ts'
import { createBlobStore } from '../blobs.ts'
import { BackendError } from '../errors.ts'
import { openDatabase } from '../store/database.ts'
import { createEndpointStore } from '../store/endpoints.ts'
import { createModelStore, type NewModelVersion } from '../store/models.ts'
import { createPipelineStore } from '../store/pipelines.ts'
import { openPredictionLog } from '../store/predictions.ts'
import { createEndpointHost } from './host.ts'
import type { Serving } from './serving.ts'

const type = (kind: string, nullable = false) => ({ kind, nullable })

/** A card with what serving reads of it. */
const card = {
  model: 'late',
  plan: {
    model: 'late',
    observe: { source: 'flights' },
    sources: {
      flights: {
        columns: ['date', 'distance', 'origin', 'delay'].map(name => ({ name, type: type('string', true) })),
      },
    },
    catalogFeatures: { 'delay_7d@1': { name: 'delay_7d', default: 0 } },
    features: [
      {
        name: 'distance',
        value: { kind: 'row', expr: { op: 'column', name: 'distance', type: type('int') } },
      },
      {
        name: 'origin_delay',
        value: {
          kind: 'catalog',
          feature: 'delay_7d@1',
          keys: [{ op: 'column', name: 'origin', type: type('string') }],
        },
      },
    ],
  },
  inputs: [
    { name: 'date', kind: 'column', type: type('timestamp') },
    { name: 'distance', kind: 'column', type: type('int', true) },
    { name: 'origin_delay', kind: 'catalog', type: type('float', true), feature: 'delay_7d@1' },
  ],
  outputs: [{ name: 'late_probability', kind: 'probability' }],
} as unknown as Card

const seen: Row[] = []
const asOfUs = Date.UTC(2001, 5, 12) * 1000

/** A scorer whose answers say what it was given. */
const serving: Serving = {
  loadScorer: () =>
    Promise.resolve({
      score: rows => {
        seen.push(...rows)
        return Promise.resolve(
          rows.map(row => ({ late_probability: Number(row['origin_delay'] ?? -1) / 100 })),
        )
      },
      close: () => Promise.resolve(),
    }),
  fillOnline: ({ file }) => writeFile(file, 'filled'),
  openOnline: () => ({
    lookup: (feature, [key]) =>
      feature === 'delay_7d@1' && key === 'BOI' ? { value: 12.5, asOfUs } : undefined,
    close: () => undefined,
  }),
}

async function createHost(t: TestContext, folder?: string) {
  const state = folder ?? (await mkdtemp(join(tmpdir(), 'slipway-host-')))
  await mkdir(join(state, 'temporary'), { recursive: true })
  const database = openDatabase(join(state, 'backend.db'))
  const blobs = createBlobStore(join(state, 'blobs'), join(state, 'temporary'))
  const models = createModelStore(database)
  const pipelines = createPipelineStore(database)
  const predictions = openPredictionLog(join(state, 'predictions.db'))
  const endpoints = createEndpointStore(database)
  const host = createEndpointHost({
    endpoints,
    models,
    pipelines,
    blobs,
    predictions,
    serving,
    folder: join(state, 'endpoints'),
  })
  await host.start()
  t.after(async () => {
    await host.close()
    if (folder === undefined) await rm(state, { recursive: true, force: true })
  })
  const register = async (changes: Partial<NewModelVersion> = {}) => {
    pipelines.add({ name: 'p', version: 'v', manifest: {} as never, lock: {} as never, files: [] })
    const files = []
    for (const [path, text] of [
      ['card.json', JSON.stringify(card)],
      ['model.onnx', 'onnx'],
    ] as const)
      files.push({ path, ...(await blobs.putBytes(Buffer.from(text))) })
    return models.register({
      name: 'late',
      digest: 'd1',
      run: 'r',
      pipeline: 'p',
      pipelineVersion: 'v',
      metrics: [],
      requirements: [],
      files,
      ...changes,
    })
  }
  return { host, register, state, predictions }
}

async function rejection(work: Promise<unknown>): Promise<BackendError> {
  const error = await work.then(
    () => assert.fail('expected an error'),
    (thrown: unknown) => thrown,
  )
  assert(error instanceof BackendError, String(error))
  return error
}

const row = { date: '2001-06-12T07:10', distance: 400, origin: 'BOI' }

test('catalog features are looked up by key, unless they are sent', async t => {
  const { host, register, predictions } = await createHost(t)
  await register()
  const endpoint = await host.deploy({ name: 'live', model: 'late' })
  assert.equal(endpoint.state, 'ready')
  assert.deepEqual(
    endpoint.inputs.map(input => input.name),
    ['date', 'distance', 'origin'],
  )
  seen.length = 0
  const rows = [
    row,
    { ...row, origin: 'XXX' },
    { ...row, origin_delay: 50 },
    { ...row, distance: null, delay: 'unused' },
  ]
  const answer = await host.predict('live', rows, 'request-1')
  assert.deepEqual(
    answer.predictions.map(p => p['late_probability']),
    [0.125, 0, 0.5, 0.125],
  )
  const [looked, unknown, sent] = answer.features.map(features => features[0]!)
  assert.deepEqual(
    [looked!.source, looked!.value, looked!.asOf, looked!.key],
    ['online', 12.5, '2001-06-12T00:00:00.000Z', ['BOI']],
  )
  assert(looked!.ageSeconds! > 20 * 365 * 86_400)
  assert.deepEqual([unknown!.source, unknown!.value], ['default', 0])
  assert.deepEqual([sent!.source, sent!.value], ['sent', 50])
  // The scorer gets what it knows and nothing else, times in microseconds.
  assert.deepEqual(seen[0], { date: Date.UTC(2001, 5, 12, 7, 10) * 1000, distance: 400, origin_delay: 12.5 })
  assert.equal(predictions.count('live'), 4)
})

test('wrong values are named by row and column, and nothing is scored', async t => {
  const { host, register, predictions } = await createHost(t)
  await register()
  await host.deploy({ name: 'live', model: 'late' })
  const rows = [
    row,
    { ...row, distance: '400' },
    { date: 'soon', distance: 1.5, origin: null },
    { date: row.date, distance: 1, orign: 'BOI' },
  ]
  const error = await rejection(host.predict('live', rows, 'request'))
  assert.equal(error.code, 'BCK012')
  assert.equal(error.status, 400)
  assert.match(error.message, /^Row 1, column "distance" cannot be scored \(and 5 more\)\./)
  assert.match(error.message, /Expected: a whole number or null\. Got: string "400"\./)
  assert.deepEqual(
    error.details.map(({ row, column }) => [row, column]),
    [
      [1, 'distance'],
      [2, 'date'],
      [2, 'distance'],
      [2, 'origin'],
      [3, 'origin'],
      [3, 'orign'],
    ],
  )
  assert.equal(error.details[5]!.expected, 'perhaps origin')
  assert.equal(predictions.count('live'), 0)
})

test('an unmet requirement refuses the deployment, unless forced', async t => {
  const { host, register } = await createHost(t)
  await register({ requirements: [{ text: 'auc >= 0.9 on test', met: false, value: 0.6612 }] })
  const error = await rejection(host.deploy({ name: 'live', model: 'late' }))
  assert.equal(error.code, 'BCK011')
  assert.match(error.message, /Expected: auc >= 0\.9 on test\. Got: 0\.6612\..*--force/)
  assert.deepEqual(host.list(), [])
  assert.equal((await host.deploy({ name: 'live', model: 'late', force: true })).state, 'ready')
})

test('an endpoint moves to a newer version, and comes back after a restart', async t => {
  const { host, register, state } = await createHost(t)
  await register()
  const first = await host.deploy({ name: 'live', model: 'late' })
  assert.deepEqual(
    await host.deploy({ name: 'live', model: 'late' }),
    first,
    'the same again changes nothing',
  )
  await register({ digest: 'd2' })
  assert.equal((await host.deploy({ name: 'live', model: 'late' })).version, 2)
  assert.equal((await readdir(join(state, 'endpoints'))).length, 1)
  await mkdir(join(state, 'endpoints', 'half-built'))

  const again = await createHost(t, state)
  assert.equal((await again.host.predict('live', [row], 'r')).modelVersion, 2)
  assert.equal((await readdir(join(state, 'endpoints'))).length, 1)
  await again.host.remove('live')
  assert.equal((await rejection(again.host.predict('live', [row], 'r'))).code, 'BCK004')
})

test('an unknown endpoint or model is answered with the ones there are', async t => {
  const { host, register } = await createHost(t)
  await register()
  await host.deploy({ name: 'live', model: 'late' })
  assert.match((await rejection(host.predict('life', [row], 'r'))).message, /Did you mean live\?/)
  assert.match((await rejection(host.deploy({ name: 'x', model: 'lat' }))).message, /Did you mean late\?/)
  assert.equal((await rejection(host.deploy({ name: 'x', model: 'late', version: 7 }))).code, 'BCK004')
})
