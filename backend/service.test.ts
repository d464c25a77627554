import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createBackendClient } from './client.ts'
import { BackendError, type BackendErrorCode } from './errors.ts'
import { createService } from './service.ts'
import { fixturePipeline } from './testing/fixture-pipeline.ts'
import { runInProcess } from './testing/in-process-steps.ts'
import { collectEvents, registerFixture, runToEnd } from './testing/submit-fixture.ts'

const serving = {
  loadScorer: () => Promise.reject(new Error('no models in these tests')),
  fillOnline: () => Promise.reject(new Error('no models in these tests')),
  openOnline: () => {
    throw new Error('no models in these tests')
  },
}

async function start(t: TestContext, state?: string, runStep = runInProcess) {
  const folder = state ?? (await mkdtemp(join(tmpdir(), 'slipway-backend-')))
  const faults: unknown[] = []
  const service = await createService({
    state: folder,
    serving,
    runStep,
    logFault: (context, error) => faults.push(context, error),
  })
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  let open = true
  const close = async () => {
    if (open) await service.close()
    open = false
  }
  t.after(async () => {
    await close()
    if (state === undefined) await rm(folder, { recursive: true, force: true })
    assert.deepEqual(faults, [])
  })
  return {
    client: createBackendClient({ url, token: service.token.value }),
    url,
    folder,
    close,
    token: service.token,
  }
}

async function rejection(work: Promise<unknown>, code: BackendErrorCode): Promise<BackendError> {
  const error = await work.then(
    () => assert.fail(`expected ${code}`),
    (thrown: unknown) => thrown,
  )
  assert(error instanceof BackendError, String(error))
  assert.equal(error.code, code, error.message)
  return error
}

test('a pipeline runs step by step, and its events tell of it in order', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  await registerFixture(client, fixture)
  const { run: submitted, created } = await client.submitRun({ pipeline: 'tiny', version: fixture.version })
  assert.equal(created, true)
  const { run, events } = await runToEnd(client, submitted.id)
  assert.equal(run.state, 'succeeded', run.failure?.message)
  assert.deepEqual(
    run.steps.map(({ name, state, reused }) => [name, state, reused]),
    ['collect', 'fit', 'judge'].map(name => [name, 'succeeded', false]),
  )
  assert.deepEqual(
    events.map(event => event.seq),
    events.map((_, i) => i + 1),
  )
  assert.equal(events.at(-1)!.seq, run.lastEvent)
  const lines = events.flatMap(event =>
    event.type === 'log' && event.step === 'collect' ? [event.line] : [],
  )
  assert.deepEqual(lines, ['read 0', 'read 10', 'read 20', 'read 30'])
  const model = JSON.parse(Buffer.from(await client.runOutput(run.id, 'model')).toString()) as {
    weight: number
  }
  assert(model.weight !== 0)
})

test('the same version and parameters give the same run; others share what they can', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  const first = await registerFixture(client, fixture)
  assert.equal(first.created, true)
  const again = await registerFixture(client, fixture)
  assert.deepEqual([again.created, again.nUploaded], [false, 0])
  const { version } = fixture
  const { run } = await client.submitRun({ pipeline: 'tiny', version })
  await runToEnd(client, run.id)
  // Defaults and the order of parameters make no difference.
  const same = await client.submitRun({
    pipeline: 'tiny',
    version,
    parameters: { failing: false, rate: 0.01 },
  })
  assert.deepEqual([same.run.id, same.created, same.run.state], [run.id, false, 'succeeded'])
  const other = await client.submitRun({ pipeline: 'tiny', version, parameters: { rate: 0.02 } })
  const { run: done } = await runToEnd(client, other.run.id)
  assert.deepEqual(
    done.steps.map(step => step.reused),
    [true, false, false],
  )
})

test('a changed step is another version and shares the steps before it', async t => {
  const { client } = await start(t)
  const one = fixturePipeline()
  const two = fixturePipeline({ edit: code => code.replace('round < 20', 'round < 21') })
  assert.notEqual(one.version, two.version)
  for (const fixture of [one, two]) {
    await registerFixture(client, fixture)
    const { run } = await client.submitRun({ pipeline: 'tiny', version: fixture.version })
    const done = await runToEnd(client, run.id)
    assert.deepEqual(
      done.run.steps.map(step => step.reused),
      [fixture === two, false, false],
    )
  }
})

test('a step that throws fails its run with its own lines; retry goes on from there', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  await registerFixture(client, fixture)
  const { version } = fixture
  const { run } = await client.submitRun({ pipeline: 'tiny', version, parameters: { failing: true } })
  const failed = await runToEnd(client, run.id)
  assert.equal(failed.run.state, 'failed')
  assert.equal(failed.run.failure!.code, 'BCK015')
  assert.equal(failed.run.failure!.step, 'judge')
  assert.equal(failed.run.failure!.message, 'RangeError: the model is told to fail')
  assert.deepEqual(failed.run.failure!.stack!.length, 1)
  assert.match(failed.run.failure!.stack![0]!, /^at judge \(pipelines\/tiny\/steps\/judge\.ts:4:\d+\)$/)
  const retried = await client.retryRun(run.id)
  assert.equal(retried.attempt, 2)
  const second = await runToEnd(client, run.id)
  assert.equal(second.run.state, 'failed')
  assert.equal(
    second.events.filter(e => e.type === 'step' && e.step === 'fit' && e.state === 'running').length,
    1,
  )
  assert.equal(
    second.events.filter(e => e.type === 'step' && e.step === 'judge' && e.state === 'running').length,
    2,
  )
})

test('a run can be cancelled and retried', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline({ pauseMs: 50 })
  await registerFixture(client, fixture)
  const { run } = await client.submitRun({ pipeline: 'tiny', version: fixture.version })
  for await (const event of client.events(run.id)) if (event.type === 'log' && event.step === 'fit') break
  const cancelled = await client.cancelRun(run.id)
  assert.equal(cancelled.state, 'cancelled')
  assert.deepEqual(
    cancelled.steps.map(step => step.state),
    ['succeeded', 'cancelled', 'pending'],
  )
  await rejection(client.cancelRun(run.id), 'BCK010')
  await client.retryRun(run.id)
  assert.equal((await runToEnd(client, run.id)).run.state, 'succeeded')
  await rejection(client.retryRun(run.id), 'BCK010')
})

test('events resume by offset', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  await registerFixture(client, fixture)
  const { run } = await client.submitRun({ pipeline: 'tiny', version: fixture.version })
  const { events } = await runToEnd(client, run.id)
  const tail = await collectEvents(client, run.id, 5)
  assert.deepEqual(tail, events.slice(5))
})

test('a service that is ended goes on with its runs when it starts again', async t => {
  const { client, close, folder } = await start(t)
  const fixture = fixturePipeline({ pauseMs: 30 })
  await registerFixture(client, fixture)
  const { run } = await client.submitRun({ pipeline: 'tiny', version: fixture.version })
  for await (const event of client.events(run.id)) if (event.type === 'log' && event.step === 'fit') break
  await close()
  const second = await start(t, folder)
  const { run: done, events } = await runToEnd(second.client, run.id)
  assert.equal(done.state, 'succeeded')
  const collected = events.filter(e => e.type === 'step' && e.step === 'collect' && e.state === 'running')
  assert.equal(collected.length, 1)
  const restarted = events.find(e => e.type === 'step' && e.state === 'pending')
  assert(restarted?.type === 'step' && restarted.step === 'fit')
  assert.deepEqual(await readdir(join(folder, 'runs')), [])
})

test('one service per state folder; the token is for its user only', async t => {
  const { folder, token } = await start(t)
  const second = createService({ state: folder, serving, runStep: runInProcess, logFault: () => undefined })
  await rejection(second, 'BCK014')
  assert.equal((await stat(token.file)).mode & 0o777, 0o600)
})

test('requests without the token are refused, health apart', async t => {
  const { url } = await start(t)
  await rejection(createBackendClient({ url, token: 'guess' }).runs(), 'BCK002')
  assert.equal((await fetch(`${url}/api/v1/runs`)).status, 401)
  assert.equal((await fetch(`${url}/openapi.json`)).status, 401)
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})

test('blobs are what their digest says', async t => {
  const { client } = await start(t)
  const error = await rejection(client.putBlob('a'.repeat(64), Buffer.from('b')), 'BCK005')
  assert.match(error.message, /Expected: SHA-256 aaaa.*Got: SHA-256 3e23/)
  assert.deepEqual(await client.missingBlobs(['a'.repeat(64)]), { missing: ['a'.repeat(64)] })
  const bad = await rejection(client.missingBlobs(['xyz']), 'BCK003')
  assert.equal(bad.details.length, 1)
  assert.match(bad.requestId!, /^[0-9a-f-]{36}$/)
})

test('a registration must be complete, locked and of its version', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  const { registration } = await registerFixture(client, fixture)
  const without = (path: string) => ({
    ...registration,
    files: registration.files.filter(f => !f.path.endsWith(path)),
  })
  await rejection(client.registerPipeline(without('pipeline.json')), 'BCK008')
  await rejection(client.registerPipeline(without('data/rows.csv')), 'BCK008')
  await rejection(client.registerPipeline(without('steps/fit.ts')), 'BCK008')
  await rejection(client.registerPipeline({ ...registration, version: `sha256:${'1'.repeat(64)}` }), 'BCK007')
  const escaping = { path: '../outside', digest: registration.files[0]!.digest }
  await rejection(client.registerPipeline({ ...registration, files: [escaping] }), 'BCK003')
  const unknown = { path: 'a', digest: 'f'.repeat(64) }
  await rejection(
    client.registerPipeline({ ...registration, files: [...registration.files, unknown] }),
    'BCK006',
  )
})

test('parameters are checked before anything starts', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  await registerFixture(client, fixture)
  const submit = (parameters: Record<string, unknown>) =>
    client.submitRun({ pipeline: 'tiny', version: fixture.version, parameters })
  const wrong = await rejection(submit({ rate: 'fast' }), 'BCK009')
  assert.match(wrong.message, /Expected: \{"type":"number","minimum":0\}\. Got: "fast"\./)
  const unknown = await rejection(submit({ rat: 1 }), 'BCK009')
  assert.match(unknown.message, /perhaps rate/)
})

test('what does not exist is named, with what does', async t => {
  const { client } = await start(t)
  const fixture = fixturePipeline()
  await registerFixture(client, fixture)
  const error = await rejection(client.pipeline('tinny'), 'BCK004')
  assert.match(error.message, /Did you mean tiny\?/)
  for (const work of [
    client.run('run-0'),
    client.endpoint('x'),
    client.modelVersions('x'),
    client.runOutput('r', 'x'),
  ])
    await rejection(work, 'BCK004')
})

test('a backend that is down is told as such', async () => {
  const error = await rejection(
    createBackendClient({ url: 'http://127.0.0.1:9', token: '' }).runs(),
    'BCK001',
  )
  assert.match(error.message, /cannot be reached/)
})

test('OpenAPI names every route', async t => {
  const { url, token } = await start(t)
  const response = await fetch(`${url}/openapi.json`, { headers: { authorization: `Bearer ${token.value}` } })
  const { paths } = (await response.json()) as { paths: object }
  for (const path of ['/api/v1/pipelines', '/api/v1/runs/{id}/events', '/api/v1/endpoints/{name}/predict'])
    assert(path in paths, path)
})
