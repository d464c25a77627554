/**
 * The backend is killed (SIGKILL) at 50 random moments while it executes runs, and started again each time. In the
 * end every run has succeeded with the same artifacts as one that was never disturbed; no event was lost, doubled or
 * changed after a reader had seen it; no step that had finished was done again; nothing is left lying about.
 *
 * Another seed: SLIPWAY_TEST_SEED=7
 */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunEvent } from '../backend/api/index.ts'
import type { BackendClient } from '../backend/client.ts'
import { hashFile, listFiles } from '../backend/files.ts'
import { fixturePipeline } from '../backend/testing/fixture-pipeline.ts'
import { registerFixture } from '../backend/testing/submit-fixture.ts'
import { startBackend, type BackendProcess } from './support/backend-process.ts'

const nKills = 50

test(`${nKills} kills at random moments change nothing`, { timeout: 600_000 }, async t => {
  const seed = Number(process.env['SLIPWAY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  t.diagnostic(`SLIPWAY_TEST_SEED=${seed}`)
  const random = createRandom(seed)
  const folder = await mkdtemp(join(tmpdir(), 'slipway-kill-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const fixture = fixturePipeline({ pauseMs: 10 })

  const calm = await startBackend(join(folder, 'calm'))
  t.after(() => calm.kill())
  // From the start of the service, recovery included, to a little beyond a run's end: as long as that takes here.
  let longestLifeMs = 0
  for (const n of [0, 1]) {
    const startedMs = performance.now()
    await allEvents(calm.client, await submit(calm.client, fixture, n))
    longestLifeMs = 1.25 * (performance.now() - startedMs) // the first one only warms up
  }

  const disturbed = join(folder, 'disturbed')
  const seen = new Map<string, RunEvent[]>()
  const submitted: string[] = []
  let nWhileRunning = 0
  for (let kill = 0; kill < nKills; kill++) {
    const backend = await startBackend(disturbed)
    const reader = readAlong(backend, seen, submitted)
    if (!(await isBusy(backend.client)))
      submitted.push(await submit(backend.client, fixture, submitted.length))
    await sleep(random() * longestLifeMs)
    if (await isBusy(backend.client)) nWhileRunning++
    await backend.kill()
    await reader.stop()
  }
  t.diagnostic(
    `${submitted.length} runs of ${Math.round(longestLifeMs)} ms, ${nWhileRunning} kills while one was running`,
  )
  assert(nWhileRunning >= nKills / 3, 'most kills must hit a run')

  const last = await startBackend(disturbed)
  t.after(() => last.kill())
  for (const [n, id] of submitted.entries()) {
    const events = await allEvents(last.client, id)
    const again = await submit(calm.client, fixture, n)
    assert.equal(again, id)
    const expected = await allEvents(calm.client, id)
    checkEvents(events, seen.get(id) ?? [])
    assert.deepEqual(finalStory(events), finalStory(expected), `run ${id}`)
    assert.deepEqual(await productOf(last.client, id), await productOf(calm.client, id))
  }
  await checkState(disturbed)
})

/** The n-th run: each has its own rate, so that none is answered from another's work. */
async function submit(
  client: BackendClient,
  fixture: ReturnType<typeof fixturePipeline>,
  n: number,
): Promise<string> {
  await registerFixture(client, fixture)
  const parameters = { rate: 0.001 * (n + 1) }
  return (await client.submitRun({ pipeline: fixture.name, version: fixture.version, parameters })).run.id
}

async function isBusy(client: BackendClient): Promise<boolean> {
  const { runs } = await client.runs()
  return runs.some(run => run.state === 'queued' || run.state === 'running')
}

/** Reads events as they come and keeps what it was given, as a user's screen does. */
function readAlong(backend: BackendProcess, seen: Map<string, RunEvent[]>, runs: readonly string[]) {
  const stop = new AbortController()
  const following = new Map<string, Promise<void>>()
  const follow = async (id: string) => {
    const events = seen.get(id) ?? []
    seen.set(id, events)
    const options = { after: events.at(-1)?.seq ?? 0, signal: stop.signal, patienceMs: 0 }
    for await (const event of backend.client.events(id, options)) events.push(event)
  }
  const timer = setInterval(() => {
    for (const id of runs)
      if (!following.has(id))
        following.set(
          id,
          follow(id).catch(() => undefined),
        )
  }, 20)
  return {
    stop: async () => {
      clearInterval(timer)
      stop.abort()
      await Promise.all(following.values())
    },
  }
}

async function allEvents(client: BackendClient, id: string): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of client.events(id)) events.push(event)
  return events
}

/** Numbered without a gap, and what a reader saw at the time is what stands there now. */
function checkEvents(events: readonly RunEvent[], seen: readonly RunEvent[]): void {
  assert.deepEqual(
    events.map(event => event.seq),
    events.map((_, i) => i + 1),
  )
  for (const event of seen) assert.deepEqual(events[event.seq - 1], event)
  const ends = events.filter(event => event.type === 'run' && event.state === 'succeeded')
  assert.equal(ends.length, 1)
  for (const step of ['collect', 'fit', 'judge']) {
    const finished = events.filter(
      event => event.type === 'step' && event.step === step && event.state === 'succeeded',
    )
    assert.equal(finished.length, 1, `${step} finishes once`)
    const after = events.filter(
      event => event.seq > finished[0]!.seq && 'step' in event && event.step === step,
    )
    assert.deepEqual(after, [], `nothing of ${step} comes after its end`)
  }
}

/** What is left of the events when the attempts that were cut off are taken away. */
function finalStory(events: readonly RunEvent[]): readonly unknown[] {
  const story: { step?: string; text: string }[] = []
  for (const event of events) {
    if (event.type === 'step' && (event.state === 'running' || event.state === 'pending')) {
      // The step begins anew: what its earlier attempt said no longer counts.
      const kept = story.filter(entry => entry.step !== event.step)
      story.length = 0
      story.push(...kept)
    }
    if (event.type === 'step' && event.state === 'pending') continue
    if (event.type === 'run' && event.state !== 'succeeded') continue
    const { seq: _seq, at: _at, ...what } = event
    // Whether a step is taken from another run depends on which of the two came first.
    if (what.type === 'step' && what.step === 'collect') continue
    if (what.type === 'log' && what.step === 'collect') continue
    story.push({ ...('step' in what && { step: what.step }), text: JSON.stringify(what) })
  }
  return story
}

async function productOf(client: BackendClient, id: string): Promise<unknown> {
  const { state, steps, metrics, failure } = await client.run(id)
  const text = async (output: string) => Buffer.from(await client.runOutput(id, output)).toString()
  return {
    state,
    metrics,
    failure,
    outputs: steps.map(step => step.outputs),
    model: await text('model'),
    accuracy: await text('accuracy'),
  }
}

/** Every blob is what its name says, and no working file is left. */
async function checkState(state: string): Promise<void> {
  for (const path of await listFiles(join(state, 'blobs')))
    assert.equal(await hashFile(join(state, 'blobs', path)), path.slice(3))
  assert.deepEqual(await readdir(join(state, 'runs')), [])
  assert.deepEqual(await readdir(join(state, 'temporary')), [])
  assert.deepEqual(await strayProcesses(state), [])
}

async function strayProcesses(state: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const commands = await Promise.all(ids.map(id => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return commands.filter(command => command.includes(join(state, 'runs')))
}

/** Mulberry32: small, and the same everywhere. */
function createRandom(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
