import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { readdirSync } from 'node:fs'
import { codecByName } from '../codecs/index.ts'
import { isTable } from '../tables/table.ts'
import { createSmallProject } from '../testing/small-project.ts'
import type { TrainedModel } from '../model/trained-model.ts'
import type { StepEvent, StepRequest } from './request.ts'
import { runStep, type RunStepOptions } from './run-step.ts'

const project = await createSmallProject()
after(project.dispose)

project.write(
  'pipelines/late/steps/all.ts',
  `import { read, sql, model, progress, secret } from 'slipway'

export async function prepare({ earliest }: { earliest: number }) {
  const raw = read('data/flights.parquet')
  const flights = sql\`select distinct * from \${raw} where delay >= \${earliest}\`
  console.log('prepared', await flights.count())
  for (const _ of progress([1, 2, 3], { label: 'Counting' }));
  return { flights, when: new Map([['epoch', new Date(0)]]), bytes: new Uint8Array([1, 2, 3]), extra: 1 }
}

export async function train({ flights, rows }: { flights: import('slipway').Table; rows: number | 'all' }) {
  return { late: await model('late.slip').train({ observations: flights, rows }) }
}

enum Kind { Bad = 'bad' }
export async function fail() {
  throw Object.assign(new RangeError(\`a \${Kind.Bad} one\`), { code: 'MINE' })
}
export const forget = () => ({})
export const clash = () => ({ result: 1, request: 2 })
export const unfit = () => ({ value: () => 1 })
export const wait = () => new Promise(() => setInterval(() => undefined, 1000))
export const kill = () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => undefined) }
export const secrets = () => ({ value: secret('API_KEY') })
`,
)
project.write('pipelines/late/models/late.slip', readFileSync(join(project.root, 'late.slip'), 'utf8'))

let nRuns = 0
async function run(name: string, parts: Partial<StepRequest> = {}, options: RunStepOptions = {}) {
  const events: StepEvent[] = []
  const request: StepRequest = {
    step: name,
    module: join(project.root, 'pipelines/late/steps/all.ts'),
    function: name,
    inputs: {},
    parameters: {},
    outputs: { value: { codec: 'json' } },
    outputFolder: join(project.root, 'runs', String(++nRuns)),
    projectRoot: project.root,
    modelFolder: join(project.root, 'pipelines/late/models'),
    seed: 3,
    ...parts,
  }
  const result = await runStep(request, { ...options, onEvent: event => events.push(event) })
  return { result, events, request }
}

test('a table, JSON and bytes go from one step to the next, and a model comes out', async () => {
  const first = await run('prepare', {
    parameters: { earliest: -60 },
    outputs: { flights: { codec: 'table' }, when: { codec: 'json' }, bytes: { codec: 'bytes' } },
  })
  assert.ok(first.result.state === 'succeeded', JSON.stringify(first.result))
  const { flights, when, bytes } = first.result.outputs
  assert.match(flights!.digest, /^sha256:[0-9a-f]{64}$/)
  assert.deepEqual(await codecByName('json').read(when!.path), new Map([['epoch', new Date(0)]]))
  assert.deepEqual(
    new Uint8Array((await codecByName('bytes').read(bytes!.path)) as Buffer),
    new Uint8Array([1, 2, 3]),
  )
  assert.ok(isTable(await codecByName('table').read(flights!.path)))
  assert.ok(first.result.peakMemoryBytes > 1e6)
  const logged = first.events.flatMap(event =>
    event.type === 'log' && event.stream === 'stdout' ? event.text : [],
  )
  assert.deepEqual(logged, ['prepared 2000\n'])
  assert.deepEqual(
    first.events
      .flatMap(event => (event.type === 'progress' ? [[event.phase, event.done, event.total]] : []))
      .at(-1),
    ['Counting', 3, 3],
  )

  const second = await run('train', {
    inputs: { flights: flights! },
    parameters: { rows: 'all' },
    outputs: { late: { codec: 'model' } },
  })
  assert.ok(second.result.state === 'succeeded', JSON.stringify(second.result))
  const { late } = second.result.outputs
  assert.deepEqual(readdirSync(late!.path).sort(), ['card.json', 'fitted.json', 'model.onnx'])
  assert.ok(late!.metrics!['test']!['auc']! > 0.7, JSON.stringify(late!.metrics))
  assert.ok(second.events.some(event => event.type === 'metrics' && event.model === 'late'))
  const model = (await codecByName('model').read(late!.path)) as TrainedModel
  assert.equal(model.metrics.test.auc, late!.metrics!['test']!['auc'])
  const [noon, night] = await model.score([
    { date: '2001-02-01T05:00', origin: 'BOI', before: 0 },
    { date: new Date('2001-02-01T22:00Z'), origin: 'ORD' },
  ])
  assert.ok((noon!['late_probability'] as number) < (night!['late_probability'] as number))
})

test('what the step throws is its result, with code and text; enums are compiled', async () => {
  const { result } = await run('fail')
  assert.ok(result.state === 'failed')
  assert.equal(result.error.code, 'MINE')
  assert.equal(result.error.name, 'RangeError')
  assert.equal(result.error.message, 'a bad one')
  assert.match(result.error.stack!, /all\.ts/)
})

test('an output may have the name of a file that tells of the step', async () => {
  const outputs = { result: { codec: 'json' }, request: { codec: 'json' } } as const
  const { result } = await run('clash', { outputs })
  assert.ok(result.state === 'succeeded', JSON.stringify(result))
  assert.equal(await codecByName('json').read(result.outputs['result']!.path), 1)
  assert.equal(await codecByName('json').read(result.outputs['request']!.path), 2)
})

test('a missing output, one that cannot be written, a missing function', async () => {
  for (const [name, code, text] of [
    ['forget', 'LIB302', 'value'],
    ['unfit', 'LIB201', 'Output value of step unfit'],
    ['missing', 'LIB301', 'missing'],
  ] as const) {
    const { result } = await run(name)
    assert.ok(result.state === 'failed')
    assert.equal(result.error.code, code)
    assert.ok(result.error.message.includes(text), result.error.message)
  }
})

test('secrets come by the environment that the runner gives', async () => {
  const given = await run('secrets', {}, { env: { SLIPWAY_SECRET_API_KEY: 's3cret' } })
  assert.ok(given.result.state === 'succeeded')
  const missing = await run('secrets')
  assert.ok(missing.result.state === 'failed')
  assert.equal(missing.result.error.code, 'LIB008')
})

test('an aborted step ends at once with the reason', async () => {
  const controller = new AbortController()
  const reason = new Error('cancelled')
  const started = performance.now()
  setTimeout(() => controller.abort(reason), 600)
  await assert.rejects(run('wait', {}, { signal: controller.signal }), error => error === reason)
  assert.ok(performance.now() - started < 5000)
  await assert.rejects(run('wait', {}, { signal: controller.signal }), error => error === reason)
})

test('a step whose process dies says how', async () => {
  await assert.rejects(run('kill'), (error: Error & { code?: string }) => {
    return error.code === 'LIB303' && error.message.includes('SIGKILL') && error.message.includes('kill')
  })
})
