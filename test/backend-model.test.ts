/**
 * A real model through a real backend: trained by the engine in a step's process, registered, refused or deployed by
 * its requirement, its catalog feature looked up when it is asked, and all of it there again after a kill.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendClient } from '../backend/client.ts'
import { BackendError } from '../backend/errors.ts'
import type { Fixture } from '../backend/testing/fixture-pipeline.ts'
import { registerFixture, runToEnd } from '../backend/testing/submit-fixture.ts'
import {
  modelCopyPath,
  pipelineFormat,
  printPipelineJson,
  type Lock,
  type Manifest,
} from '../promote/manifest.ts'
import { pipelineVersion } from '../promote/version.ts'
import { startBackend } from './support/backend-process.ts'

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

const train = `import { model } from 'slipway'

export async function train() {
  console.log('training')
  return { damage: await model('damage.slip').train() }
}
`

/** The bird strikes' model as a pipeline of one step. */
async function strikesPipeline(auc: number): Promise<Fixture> {
  const example = join(import.meta.dirname, '../examples/birdstrikes/damage.slip')
  const slip = (await readFile(example, 'utf8')).replace(/require\s+auc >= [0-9.]+/, `require  auc >= ${auc}`)
  const shared = await readFile(
    join(import.meta.dirname, '../examples/birdstrikes/shared/strikes.slip'),
    'utf8',
  )
  const data = await readFile(
    join(import.meta.dirname, '../node_modules/vega-datasets/data/birdstrikes.csv'),
    'utf8',
  )
  const lock: Lock = {
    format: pipelineFormat,
    data: [{ path: 'data/birdstrikes.csv', sha256: sha256(data), sizeBytes: Buffer.byteLength(data) }],
    models: [
      { path: 'damage.slip', sha256: sha256(slip) },
      { path: 'shared/strikes.slip', sha256: sha256(shared) },
    ],
    features: {},
    packages: {},
    seed: 1,
    fixtures: {},
  }
  const outputs = [{ name: 'damage', codec: 'model' as const }]
  const manifest: Manifest = {
    format: pipelineFormat,
    name: 'strikes',
    version: `sha256:${'0'.repeat(64)}`,
    parameters: [],
    steps: [
      {
        name: 'train',
        file: 'steps/train.ts',
        function: 'train',
        inputs: [],
        parameters: [],
        outputs,
        cells: [],
      },
    ],
    outputs: [{ name: 'damage', step: 'train', output: 'damage', codec: 'model' }],
  }
  const own = {
    'steps/train.ts': train,
    [modelCopyPath('damage.slip')]: slip,
    [modelCopyPath('shared/strikes.slip')]: shared,
  }
  const version = pipelineVersion(manifest, lock, own)
  const files: Record<string, string> = { 'data/birdstrikes.csv': data }
  for (const [path, text] of Object.entries(own)) files[`pipelines/strikes/${path}`] = text
  files['pipelines/strikes/pipeline.json'] = printPipelineJson({ ...manifest, version })
  files['pipelines/strikes/pipeline.lock.json'] = printPipelineJson(lock)
  return { name: 'strikes', version, files }
}

const strike = {
  'Wildlife Size': 'Large',
  'Phase of flight': 'Climb',
  'Time of day': 'Day',
  'Origin State': 'New York',
  'Wildlife Species': 'Canada goose',
  'Flight Date': '2001-06-12',
  'Speed IAS in knots': 180,
  'Aircraft Airline Operator': 'DELTA AIR LINES',
}

test('train, register, deploy, predict, and again after a kill', { timeout: 240_000 }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-model-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const state = join(folder, 'state')
  let backend = await startBackend(state)
  t.after(() => backend.kill())

  const fixture = await strikesPipeline(0.6)
  await registerFixture(backend.client, fixture)
  const { run } = await backend.client.submitRun({ pipeline: 'strikes', version: fixture.version })
  const { run: done, events } = await runToEnd(backend.client, run.id)
  assert.equal(done.state, 'succeeded', JSON.stringify(done.failure))
  assert.deepEqual(done.model, { name: 'damage', version: 1 })
  const auc = done.metrics.find(metric => metric.name === 'test.auc')
  assert(auc !== undefined && auc.value > 0.6 && auc.value < 1)
  assert(events.some(event => event.type === 'progress' && event.step === 'train'))
  assert.equal(events.filter(event => event.type === 'metric' && event.name === 'test.auc').length, 1)
  const { model, card } = await backend.client.modelVersion('damage', 1)
  assert.deepEqual(
    model.files.map(file => file.path),
    ['card.json', 'fitted.json', 'model.onnx'],
  )
  assert.equal((card as { model: string }).model, 'damage')

  const endpoint = await backend.client.deploy({ name: 'damage', model: 'damage' })
  assert.equal(endpoint.state, 'ready')
  const answer = await backend.client.predict('damage', { rows: [strike, { ...strike, experience: 0 }] })
  const [looked, sent] = answer.features.map(features => features[0]!)
  assert.deepEqual([looked!.name, looked!.source, sent!.source], ['experience', 'online', 'sent'])
  assert(Number(looked!.value) > 0)
  // Computed from what was looked up, as in training.
  const share = answer.features[0]!.find(({ name }) => name === 'damage_share')!
  assert.equal(share.source, 'online')
  assert(Number(share.value) > 0 && Number(share.value) < 1)
  const probability = Number(answer.predictions[0]!['damage_probability'])
  assert(probability > 0 && probability < 1)

  const first = backend.info
  await backend.kill()
  backend = await startBackend(state)
  assert.equal(backend.info.url, first.url)
  const again = await backend.client.predict('damage', { rows: [strike] })
  // A row that comes alone is answered by the TypeScript twin, several by ONNX.
  assert.ok(Math.abs(Number(again.predictions[0]!['damage_probability']) - probability) < 1e-12)
  assert.equal((await backend.client.endpoint('damage')).nPredictions, 3)
})

test('a model below its requirement is registered and not deployed', { timeout: 240_000 }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-model-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const backend = await startBackend(join(folder, 'state'))
  t.after(() => backend.kill())
  const fixture = await strikesPipeline(0.999)
  await registerFixture(backend.client, fixture)
  const { run } = await backend.client.submitRun({ pipeline: 'strikes', version: fixture.version })
  assert.equal((await runToEnd(backend.client, run.id)).run.state, 'succeeded')
  const refused = await backend.client
    .deploy({ name: 'damage', model: 'damage' })
    .catch((error: unknown) => error)
  assert(refused instanceof BackendError)
  assert.equal(refused.code, 'BCK011')
  assert.match(refused.message, /Expected: auc >= 0\.999 on test\. Got: 0\.\d+\./)
  assert.equal((await backend.client.deploy({ name: 'damage', model: 'damage', force: true })).state, 'ready')
})

test(
  'killed again and again while it trains, the model is the undisturbed one',
  { timeout: 480_000 },
  async t => {
    const nKills = 10
    const folder = await mkdtemp(join(tmpdir(), 'slipway-model-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const fixture = await strikesPipeline(0.6)
    const calm = await startBackend(join(folder, 'calm'))
    t.after(() => calm.kill())
    const startedMs = performance.now()
    const expected = await trainedDigest(calm.client, fixture)
    const trainingMs = performance.now() - startedMs

    const disturbed = join(folder, 'disturbed')
    let nWhileRunning = 0
    for (let kill = 0; kill < nKills; kill++) {
      const backend = await startBackend(disturbed)
      await registerFixture(backend.client, fixture)
      const { run } = await backend.client.submitRun({ pipeline: 'strikes', version: fixture.version })
      // Spread over the training, from its first moment to nearly its end.
      await sleep((trainingMs * (kill + Math.random())) / (nKills + 2))
      if ((await backend.client.run(run.id)).state === 'running') nWhileRunning++
      await backend.kill()
    }
    t.diagnostic(
      `${nWhileRunning} of ${nKills} kills while the model was in training (${Math.round(trainingMs)} ms)`,
    )
    assert(nWhileRunning >= nKills / 2, 'most kills must hit the training')
    const last = await startBackend(disturbed)
    t.after(() => last.kill())
    assert.equal(await trainedDigest(last.client, fixture), expected)
    const { models } = await last.client.models()
    assert.equal(models.length, 1, 'the model is registered once')
  },
)

/** Of the model's files, once the run has succeeded. */
async function trainedDigest(client: BackendClient, fixture: Fixture): Promise<string> {
  await registerFixture(client, fixture)
  const { run } = await client.submitRun({ pipeline: 'strikes', version: fixture.version })
  const { run: done } = await runToEnd(client, run.id)
  assert.equal(done.state, 'succeeded', JSON.stringify(done.failure))
  return (await client.modelVersion('damage', 1)).model.digest
}
