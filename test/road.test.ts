/**
 * The whole road by command line, on both examples: notebook → promote → submit → train → deploy → score. Every part
 * is the real one; the projects lie outside the checkout.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { createTestProject, type TestProject } from './support/project.ts'

interface Promoted {
  readonly version: string
  readonly folder: string
  readonly steps: readonly { readonly name: string; readonly file: string }[]
  readonly outputs: readonly { readonly name: string; readonly verdict: string }[]
  readonly kept: readonly { readonly text: string }[]
  readonly dropped: readonly { readonly text: string }[]
}

interface Ended {
  readonly type: string
  readonly created?: boolean
  readonly run?: {
    readonly id: string
    readonly state: string
    readonly model?: { readonly name: string; readonly version: number }
    readonly metrics: readonly { readonly name: string; readonly value: number }[]
  }
}

async function walk(project: TestProject, notebook: string, pipeline: string, parameters: readonly string[]) {
  await project.json(['apply'])
  await project.json(['run', notebook, '--save'])
  const promoted = await project.json<Promoted>(['promote', notebook, '--name', pipeline, '--yes'])
  const submit = ['submit', pipeline, '--watch', ...parameters.flatMap(p => ['--param', p])]
  const events = await project.json<Ended[]>(submit)
  const run = events.at(-1)?.run
  assert.equal(run?.state, 'succeeded')
  assert.ok(run.model)
  const { url } = await project.json<{ url: string }>(['deploy', run.model.name])
  return { promoted, run, model: run.model, url, submit }
}

test('flights: the notebook becomes a deployed model that answers', async t => {
  await using project = await createTestProject('flights')
  const { promoted, run, model, submit } = await walk(project, 'explore.ipynb', 'late', ['sampleRows=all'])

  await t.test('promotion keeps what the model needs and drops the dead ends', async () => {
    const steps = await Promise.all(promoted.steps.map(s => readFile(join(promoted.folder, s.file), 'utf8')))
    const code = steps.join('\n')
    assert.match(code, /A departure more than an hour early is a date gone wrong/)
    assert.match(code, /model\('late\.slip'\)/)
    for (const dead of ['danfojs', 'plot(', 'latitude', 'correlation', 'console.log', 'tooEarly'])
      assert.ok(!code.includes(dead), `${dead} is a dead end and was kept:\n${code}`)
    assert.deepEqual(
      promoted.outputs.map(o => o.verdict),
      promoted.outputs.map(() => 'exact'),
    )
  })

  await t.test('trained on all rows, the test AUC is at least 0.65', () => {
    const auc = run.metrics.find(metric => metric.name === 'test.auc')?.value
    assert.ok(auc !== undefined && auc >= 0.65, `test AUC ${auc}`)
  })

  await t.test('the catalog knows who uses the feature', async () => {
    const { features } = await project.json<{ features: { name: string; nUses: number }[] }>([
      'features',
      'delay',
    ])
    assert.deepEqual(features.map(f => [f.name, f.nUses]), [['departure_delay_7d', 2]]) // prettier-ignore
  })

  await t.test('submitting again gives the same run back', async () => {
    const again = await project.json<Ended[]>(submit)
    assert.equal(again[0]?.created, false)
    assert.equal(again.at(-1)?.run?.id, run.id)
  })

  await t.test('an evening flight is more likely late than one in the morning', async () => {
    const flight = { distance: 400, origin: 'BOI', destination: 'SEA' }
    const rows = ['2001-06-12T07:10', '2001-06-12T21:40'].map(date => ({ ...flight, date }))
    const answer = await project.json<Answer>(['predict', model.name, JSON.stringify(rows)])
    const [morning, evening] = answer.predictions.map(p => p.late_probability as number)
    assert.ok(morning! > 0 && evening! < 1 && evening! > morning!)
    assert.deepEqual(
      answer.features.map(row => row.map(f => [f.name, f.source])),
      rows.map(() => [['origin_delay', 'online']]),
    )
  })

  await t.test('a value of the wrong type is refused with what was expected', async () => {
    const row = { date: '2001-06-12T07:10', distance: 'far', origin: 'BOI', destination: 'SEA' }
    const { code, stderr } = await project.run(['predict', model.name, JSON.stringify(row)])
    assert.equal(code, 1)
    assert.match(stderr, /BCK012/)
    assert.match(stderr, /distance/)
  })
})

interface Answer {
  readonly predictions: readonly Record<string, unknown>[]
  readonly features: readonly { readonly name: string; readonly source: string }[][]
}

test('bird strikes: columns that need quoting, a random split, a CSV file', async () => {
  await using project = await createTestProject('birdstrikes')
  const { run, model } = await walk(project, 'strikes.ipynb', 'damage', [])
  const auc = run.metrics.find(metric => metric.name === 'test.auc')?.value
  assert.ok(auc !== undefined && auc > 0.65, `test AUC ${auc}`)
  const row = {
    'Wildlife Size': 'Large',
    'Phase of flight': 'Climb',
    'Time of day': 'Night',
    'Origin State': 'Texas',
    'Wildlife Species': 'Canada goose',
    'Flight Date': '2001-10-03',
    'Speed IAS in knots': 160,
    'Aircraft Airline Operator': 'UNITED AIRLINES',
  }
  const answer = await project.json<Answer>(['predict', model.name, JSON.stringify([row, { ...row, 'Wildlife Size': 'Small', 'Wildlife Species': 'European starling' }])]) // prettier-ignore
  const [goose, starling] = answer.predictions.map(p => p.damage_probability as number)
  assert.ok(goose! > starling!, `goose ${goose}, starling ${starling}`)
})

test('bad input gets a clear error, and nothing is lost', async t => {
  await using project = await createTestProject('birdstrikes')

  await t.test('a missing data file', async () => {
    const text = await readFile(join(project.root, 'strikes.ipynb'), 'utf8')
    await writeFile(join(project.root, 'missing.ipynb'), text.replaceAll('birdstrikes.csv', 'no-such.csv'))
    const { code, stderr } = await project.run(['run', 'missing.ipynb'])
    assert.equal(code, 1)
    assert.match(stderr, /no-such\.csv/)
  })

  await t.test('a notebook whose cell failed is not promoted', async () => {
    const { code, stderr } = await project.run(['promote', 'missing.ipynb', '--yes'])
    assert.equal(code, 1)
    assert.match(stderr, /[A-Z]{3}\d{3}/)
  })

  await t.test('a .slip file with errors', async () => {
    const model = join(project.root, 'damage.slip')
    const text = await readFile(model, 'utf8')
    await writeFile(model, text.replace('`Wildlife Species`', '`Wildlife Specis`'))
    const { code, stdout } = await project.run(['check'])
    await writeFile(model, text)
    assert.equal(code, 1)
    assert.match(stdout, /SLIP\d{3}/)
    assert.match(stdout, /Wildlife Species/)
  })

  await t.test('a backend that is down', async () => {
    const config = join(project.root, 'slipway.json')
    const text = await readFile(config, 'utf8')
    await writeFile(config, text.replace('"backend": "embedded"', '"backend": "http://127.0.0.1:9"'))
    const { code, stderr } = await project.run(['status'], { SLIPWAY_TOKEN: 'x' })
    await writeFile(config, text)
    assert.equal(code, 3)
    assert.match(stderr, /BCK001: The backend at http:\/\/127\.0\.0\.1:9 cannot be reached/)
  })
})

test('a new project checks, and its notebook trains a model', async () => {
  await using project = await createTestProject('birdstrikes')
  const made = join(project.root, 'made')
  await project.json(['init', 'made'])
  const { diagnostics } = await project.json<{ diagnostics: unknown[] }>(['check', '--project', made])
  assert.deepEqual(diagnostics, [])
  const { stdout } = await project.run(['run', join(made, 'explore.ipynb')])
  assert.match(stdout, /✓ auc >= 0.6 on test/)
  const again = await project.run(['init', 'made'])
  assert.equal(again.code, 1)
  assert.match(again.stderr, /CLI003: .* already has slipway\.json.*Nothing was written/)
})
