/** The five runs: which cause a difference has, what blocks, and what is only shown. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { RunEvidence } from '../evidence/read.ts'
import type { ReplayRequest } from '../propose.ts'
import { verify, type Replay, type RunResult, type Shown, type VerifyOptions } from './verify.ts'

const output = (name: string) => ({
  name,
  codec: 'json' as const,
  afterRun: 0,
  expression: name,
  isVariable: true,
})
const request: ReplayRequest = {
  runs: [{ cell: 'a', source: 'let x = 1' }],
  outputs: [output('x')],
  neededRuns: [0],
}

interface Given {
  readonly request?: ReplayRequest
  readonly replays: readonly (unknown | Error)[]
  readonly pipeline: unknown
  readonly document?: unknown
  readonly live?: Shown
  readonly more?: Partial<VerifyOptions>
}

const result = (x: unknown): RunResult => ({ outputs: { x } })

/** Replays give one value after the other, the last one for ever. */
function options(given: Given): VerifyOptions {
  let n = 0
  const replay: Replay = async asked => {
    const value =
      asked === given.request?.document
        ? given.document
        : given.replays[Math.min(n++, given.replays.length - 1)]
    if (value instanceof Error) throw value
    return result(value)
  }
  return {
    request: given.request ?? request,
    replay,
    runner: async () => {
      if (given.pipeline instanceof Error) throw given.pipeline
      return result(given.pipeline)
    },
    ...(given.live ? { live: { x: given.live } } : {}),
    ...given.more,
  }
}

async function judged(given: Given) {
  const found = await verify(options(given))
  const [{ verdict, cause }] = found.outputs as [(typeof found.outputs)[number]]
  return { ...found, verdict, cause, causes: found.findings.map(finding => finding.cause) }
}

test('all agree: exact, and all five runs are accounted for', async () => {
  const found = await judged({ replays: [1], pipeline: 1, live: { fingerprint: 'f' } })
  assert.equal(found.verdict, 'exact')
  assert.ok(found.passed && !found.blocked)
  assert.deepEqual(found.findings, [])
  assert.deepEqual(found.recorded, { outputs: { x: 1 }, varying: [] })
  assert.deepEqual(
    found.runs.map(({ run, state }) => `${run} ${state}`),
    ['live ran', 'replay ran', 'again ran', 'document same', 'pipeline ran'],
  )
})

test('a pipeline that gives something else, fails, or gives nothing blocks or is not verified', async () => {
  const other = await judged({ replays: [1], pipeline: 2 })
  assert.deepEqual(
    [other.verdict, other.cause, other.blocked, other.passed],
    ['different', 'slicer', true, false],
  )
  const failed = await judged({ replays: [1], pipeline: new Error('rows is not defined') })
  assert.deepEqual([failed.verdict, failed.cause, failed.blocked], ['different', 'slicer', true])
  assert.match(failed.outputs[0]?.differences.join() ?? '', /rows is not defined/)
  assert.equal(failed.recorded, undefined)
  const nothing = await judged({ replays: [1], pipeline: undefined })
  assert.deepEqual([nothing.verdict, nothing.passed], ['unverified', false])
})

test('numbers that vary are held to the range that the notebook itself has', async () => {
  const replays = [10, 11, 12, 10.5, 11.5, 10.2]
  const within = await judged({ replays, pipeline: 11.1 })
  assert.deepEqual([within.verdict, within.cause, within.passed], ['statistical', 'nondeterminism', true])
  assert.deepEqual(within.causes, ['nondeterminism'])
  assert.deepEqual(within.recorded, { outputs: {}, varying: ['x'] })
  const outside = await judged({ replays, pipeline: 40 })
  assert.deepEqual(
    [outside.verdict, outside.cause, outside.passed, outside.blocked],
    ['different', 'nondeterminism', false, false],
  )
  assert.match(outside.outputs[0]?.differences.join() ?? '', /10 to 12 in 12 replays, 40 in the pipeline/)
})

test('chance alone is hardly ever called a difference, and a value from elsewhere is', async () => {
  let state = 7
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state / 0x80000000
  }
  const numbers = () => Array.from({ length: 5 }, random)
  let nDifferent = 0
  for (let i = 0; i < 400; i++) {
    const replays = Array.from({ length: 12 }, numbers)
    const { verdict } = await judged({ replays, pipeline: numbers() })
    if (verdict === 'different') nDifferent++
    const away = await judged({ replays, pipeline: [...numbers().slice(1), 3.5] })
    assert.equal(away.verdict, 'different')
  }
  assert.ok(nDifferent <= 4, `${nDifferent} of 400`)
})

test('more replays are asked for only where the pipeline is outside of what there is', async () => {
  const replays = [0.5, 0.51, 0.52, 0.5, 0.51, 0.52, 0.9, 0.1, 0.2, 0.3, 0.4, 0.6]
  let nReplays = 0
  const counted = (pipeline: unknown) => {
    nReplays = 0
    const given = options({ replays, pipeline })
    const replay: Replay = (asked, pass) => {
      nReplays++
      return given.replay(asked, pass)
    }
    return verify({ ...given, replay })
  }
  assert.equal((await counted(0.515)).outputs[0]?.verdict, 'statistical')
  assert.equal(nReplays, 6)
  assert.equal((await counted(0.8)).outputs[0]?.verdict, 'statistical')
  assert.equal(nReplays, 12)
})

test('what never varies must be equal even where other things vary', async () => {
  const replays = [1, 2, 3, 4, 5, 6].map(noise => ({ noise, n: 7 }))
  const fault = await judged({ replays, pipeline: { noise: 3, n: 8 } })
  assert.deepEqual([fault.verdict, fault.cause, fault.blocked], ['different', 'slicer', true])
  const fine = await judged({ replays, pipeline: { noise: 3, n: 7 } })
  assert.equal(fine.verdict, 'statistical')
  const renamed = await judged({ replays, pipeline: { noises: 3, n: 7 } })
  assert.equal(renamed.passed, false)
})

test('what varies and is no number is not verified', async () => {
  const found = await judged({ replays: ['a', 'b', 'c', 'd', 'e', 'f'], pipeline: 'g' })
  assert.deepEqual([found.verdict, found.passed], ['unverified', false])
})

test('long lists and tables that vary are compared as a whole', async () => {
  const random = (seed: number, shift = 0) =>
    Array.from({ length: 200 }, (_, i) => (Math.sin(seed * 1000 + i) + 1) / 2 + shift)
  const replays = [1, 2, 3, 4, 5, 6].map(seed => random(seed))
  assert.equal((await judged({ replays, pipeline: random(9) })).verdict, 'statistical')
  assert.equal((await judged({ replays, pipeline: random(9, 5) })).verdict, 'different')
  assert.equal((await judged({ replays, pipeline: random(9).slice(1) })).cause, 'slicer')
  const columns = [{ name: 'v', type: 'DOUBLE' }]
  const table = (values: number[]) => ({
    $slipway: 'table',
    columns,
    nRows: values.length,
    rows: values.map(v => [v]),
    rowsDigest: String(values[0]),
  })
  const tables = replays.map(table)
  assert.equal((await judged({ replays: tables, pipeline: table(random(9)) })).verdict, 'statistical')
  assert.equal((await judged({ replays: tables, pipeline: table(random(9, 5)) })).verdict, 'different')
})

test('too few replays leave it unverified', async () => {
  const found = await judged({ replays: [1, 2, 3], pipeline: 2, more: { spreadBudgetMs: 0 } })
  assert.equal(found.verdict, 'unverified')
  assert.match(found.outputs[0]?.differences.join() ?? '', /2 replays are too few/)
})

test('the live session saw something else: the outside has drifted, which is shown and does not block', async () => {
  const live = { bundle: { 'text/plain': '5' } }
  const given = options({ replays: [1], pipeline: 1, live })
  const replay: Replay = async () => ({ ...result(1), shown: { x: { bundle: { 'text/plain': '1' } } } })
  const found = await verify({ ...given, replay })
  assert.deepEqual([found.outputs[0]?.verdict, found.outputs[0]?.cause], ['different', 'drift'])
  assert.ok(!found.blocked && !found.passed)
  assert.equal(found.findings[0]?.cause, 'drift')
})

test('a file that has changed since names itself', async () => {
  const seen = (sha256: string) =>
    ({
      files: [{ path: 'data/a.csv', read: true, written: false, sha256 }],
      hosts: [],
      environment: [],
    }) as unknown as RunEvidence
  const asked: ReplayRequest = { ...request, runs: [{ ...request.runs[0]!, seen: seen('1') }] }
  const replay: Replay = async () => ({ ...result(1), seen: [seen('2')] })
  const found = await verify({ ...options({ replays: [1], pipeline: 1 }), request: asked, replay })
  assert.deepEqual(
    found.findings.map(({ cause, cells }) => [cause, cells[0]?.cell, cells[0]?.message]),
    [['drift', 'a', 'read data/a.csv, which has changed since']],
  )
})

test('the document gives something else, or fails: hidden state, with the cells that matter and the choice', async () => {
  const document: ReplayRequest = { ...request, runs: [{ cell: 'a', source: 'let x = 2' }] }
  const history = [
    { kind: 'edited' as const, cell: 'a', runs: [0] },
    { kind: 'deleted' as const, cell: 'b', runs: [3] },
  ]
  const asked = { ...request, document, history }
  const other = await judged({ request: asked, replays: [1], pipeline: 1, document: 2 })
  assert.equal(other.verdict, 'exact')
  const [finding] = other.findings
  assert.equal(finding?.cause, 'hidden-state')
  assert.deepEqual(finding?.cells, [{ cell: 'a', message: 'was edited after it ran; what ran is taken' }])
  assert.deepEqual(finding?.choices, ['log', 'document'])
  const failure = Object.assign(new Error('ReferenceError: y is not defined'), { details: { cell: 'a' } })
  const failing = await judged({ request: asked, replays: [1], pipeline: 1, document: failure })
  assert.match(failing.findings[0]?.message ?? '', /fails in cell a: ReferenceError: y is not defined\./)
  assert.equal(failing.runs.find(({ run }) => run === 'document')?.state, 'failed')
  const same = await judged({ request: asked, replays: [1], pipeline: 1, document: 1 })
  assert.deepEqual(same.findings, [])
})

test('files are outputs too: written by both, forgotten by the pipeline, or written by it alone', async () => {
  const file = (sha256: string) => ({ $slipway: 'file', sizeBytes: 1, sha256 })
  const seen = { files: [{ path: 'out.csv', read: false, written: true }] } as unknown as RunEvidence
  const asked: ReplayRequest = { ...request, outputs: [], writingRuns: [0] }
  const run = (files: Record<string, unknown>) => async () => ({ outputs: {}, files, seen: [seen] })
  const verdicts = async (
    replayed: Record<string, unknown>,
    piped: Record<string, unknown>,
    more: object = {},
  ) => {
    const found = await verify({ request: { ...asked, ...more }, replay: run(replayed), runner: run(piped) })
    return found.outputs.map(({ name, verdict }) => `${name} ${verdict}`)
  }
  assert.deepEqual(await verdicts({ 'out.csv': file('1') }, { 'out.csv': file('1') }), ['out.csv exact'])
  assert.deepEqual(await verdicts({ 'out.csv': file('1') }, { 'out.csv': file('2') }), ['out.csv different'])
  assert.deepEqual(await verdicts({ 'out.csv': file('1') }, {}), ['out.csv different'])
  assert.deepEqual(await verdicts({ 'out.csv': file('1') }, {}, { writingRuns: [] }), [])
  assert.deepEqual(await verdicts({}, { 'out.csv': file('1') }), ['out.csv different'])
})

test('nothing to compare is no pass', async () => {
  const found = await verify({
    ...options({ replays: [1], pipeline: 1 }),
    request: { ...request, outputs: [] },
  })
  assert.equal(found.passed, false)
})

test('a sample is labelled, in what is recorded too, and leaves the live session out', async () => {
  const sample = { rows: 10, files: [{ path: 'a.csv', rows: 10, of: 99 }], whole: [] }
  const found = await judged({ replays: [1], pipeline: 1, live: { fingerprint: 'f' }, more: { sample } })
  assert.deepEqual(found.sample, sample)
  assert.deepEqual(found.recorded, { outputs: { x: 1 }, varying: [], sampleRows: 10 })
  assert.deepEqual(found.runs[0], { run: 'live', state: 'absent', message: 'it saw all rows' })
})

test('a replay that fails is thrown, and ends the other runs', async () => {
  let aborted = false
  const runner: VerifyOptions['runner'] = ({ signal }) =>
    new Promise((_, reject) =>
      signal?.addEventListener('abort', () => {
        aborted = true
        reject(signal.reason as Error)
      }),
    )
  await assert.rejects(
    verify({ ...options({ replays: [new Error('no such file')], pipeline: 1 }), runner }),
    /no such file/,
  )
  assert.ok(aborted)
})
