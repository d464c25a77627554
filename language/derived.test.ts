import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type AnalysisHost,
  type CatalogFeature,
  type FeatureDefinition,
  definitionsUnder,
  featureKey,
  sameDefinition,
} from './index.ts'
import { host, workspaceOf } from './testing/world.ts'

const base = `source flights {
  from parquet "data/flights.parquet"
  time date
}

entity airport(code: string)

feature delay_1d of airport = mean(flights.delay) where flights.distance > 10 by flights.origin over 1 day
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days
feature n of airport = sum(flights.delay > 15) by flights.origin over 7 days
`
const derived = `feature trend of airport = delay_1d - delay_7d { default 0 }
feature rising of airport = trend > 0 and n > 3
`

test('a derived feature has a plan over its inputs', () => {
  const workspace = workspaceOf({ 'all.slip': base + derived })
  assert.deepEqual(workspace.diagnostics('all.slip'), [])
  const trend = workspace.features().find(({ name }) => name === 'trend')!
  assert.deepEqual(trend.plan, {
    kind: 'derived',
    name: 'trend',
    version: 0,
    entity: 'airport',
    inputs: { delay_1d: 'delay_1d@0', delay_7d: 'delay_7d@0' },
    expr: {
      op: 'call',
      function: 'subtract',
      args: [
        { op: 'feature', name: 'delay_1d', type: { kind: 'float', nullable: true } },
        { op: 'feature', name: 'delay_7d', type: { kind: 'float', nullable: true } },
      ],
      type: { kind: 'float', nullable: true },
    },
    default: 0,
    type: { kind: 'float', nullable: false },
    tags: [],
  })
  assert.equal(trend.source, undefined)
  assert.deepEqual(Object.keys(trend.inputs!), ['delay_1d', 'delay_7d'])
  assert.equal(trend.inputs!['delay_1d']!.source!.name, 'flights')
})

test('a bool of a derived feature is 1 or 0, and a sum of conditions is whole', () => {
  const workspace = workspaceOf({ 'all.slip': base + derived })
  const plan = (name: string) => workspace.features().find(feature => feature.name === name)!.plan!
  assert.deepEqual(plan('rising').type, { kind: 'float', nullable: true })
  assert.deepEqual(plan('n').type, { kind: 'int', nullable: true })
  const { plan: n } = workspace.features().find(feature => feature.name === 'n')!
  assert.equal(n?.kind === 'window' && n.aggregate.of?.op === 'call' && n.aggregate.of.function, 'int')
})

test('what a feature needs is found through its inputs, each once and below what reads it', () => {
  const workspace = workspaceOf({ 'all.slip': base + derived })
  const rising = workspace.features().find(({ name }) => name === 'rising')!
  const under = definitionsUnder({ plan: rising.plan!, inputs: rising.inputs! })
  assert.deepEqual(
    under.map(({ plan }) => featureKey(plan)),
    ['delay_1d@0', 'delay_7d@0', 'trend@0', 'n@0', 'rising@0'],
  )
})

/** A catalog that holds what a text declares, under a version. */
function holding(text: string, version: number): AnalysisHost {
  const features = new Map<string, CatalogFeature>()
  const registered = ({ plan, source, inputs }: FeatureDefinition): FeatureDefinition => ({
    ...(source && { source }),
    ...(inputs && {
      inputs: Object.fromEntries(Object.entries(inputs).map(([key, one]) => [key, registered(one)])),
    }),
    plan:
      plan.kind === 'derived'
        ? {
            ...plan,
            version,
            inputs: Object.fromEntries(
              Object.entries(plan.inputs).map(([key, id]) => [key, id.replace('@0', `@${version}`)]),
            ),
          }
        : { ...plan, version },
  })
  for (const { plan, source, inputs } of workspaceOf({ 'a.slip': text }).features())
    if (plan)
      features.set(plan.name, {
        ...registered({ plan, ...(source && { source }), ...(inputs && { inputs }) }),
        active: true,
      })
  const feature = (name: string, wanted = version) => (wanted === version ? features.get(name) : undefined)
  return { ...host, catalog: { names: () => [...features.keys()], feature } }
}

test('a derived feature has the version under which the catalog holds the same expression over the same inputs', () => {
  const catalog = holding(base + derived, 3)
  const versions = (text: string) =>
    Object.fromEntries(
      workspaceOf({ 'all.slip': text + 'feature last of airport = rising + trend\n' }, catalog)
        .resolutions('all.slip')
        .map(({ name, version }) => [name, version]),
    )
  assert.deepEqual(versions(base + derived), { delay_1d: 3, delay_7d: 3, trend: 3, n: 3, rising: 3 })
  // Another window below is another feature above.
  assert.deepEqual(versions((base + derived).replace('over 1 day', 'over 2 days')), {
    delay_1d: 0,
    delay_7d: 3,
    trend: 0,
    n: 3,
    rising: 0,
  })
})

test('features of the catalog are inputs, pinned or not', () => {
  const catalog = holding(base + derived, 3)
  const text = `entity airport(code: string)

feature twice of airport = trend * 2
feature pinned of airport = trend@3 - delay_7d@3
`
  const workspace = workspaceOf({ 'all.slip': text }, catalog)
  assert.deepEqual(workspace.diagnostics('all.slip'), [])
  const [twice, pinned] = workspace.features().map(({ plan, inputs }) => ({ plan: plan!, inputs: inputs! }))
  assert.deepEqual(twice?.plan.kind === 'derived' && twice.plan.inputs, { trend: 'trend@3' })
  assert.deepEqual(pinned?.plan.kind === 'derived' && pinned.plan.inputs, {
    'trend@3': 'trend@3',
    'delay_7d@3': 'delay_7d@3',
  })
  assert.equal(definitionsUnder(twice!).length, 4)
})

test('two derived features are the same whatever their inputs are called', () => {
  const of = (text: string) =>
    workspaceOf({ 'a.slip': text })
      .features()
      .find(({ name }) => name === 'trend')!
  const definition = (text: string) => {
    const { plan, inputs } = of(text)
    return { plan: plan!, inputs: inputs! }
  }
  const one = definition(base + derived)
  const other = definition((base + derived).replaceAll('delay_1d', 'first').replaceAll('delay_7d', 'second'))
  assert.equal(sameDefinition(one, other), true)
  const swapped = definition((base + derived).replace('delay_1d - delay_7d', 'delay_7d - delay_1d'))
  assert.equal(sameDefinition(one, swapped), false)
})

test('a chain of thousands of features is checked, and edited, without a deep stack', () => {
  const chain = Array.from({ length: 3000 }, (_, i) => `feature f${i + 1} of airport = f${i} + 1\n`).join('')
  const text = (value: string) => `${base}feature f0 of airport = ${value}\n${chain}`
  const workspace = workspaceOf({ 'all.slip': text('delay_1d') })
  assert.deepEqual(workspace.diagnostics('all.slip'), [])
  workspace.setFile('all.slip', text('delay_2d'))
  assert.deepEqual(
    workspace.diagnostics('all.slip').map(({ code }) => code),
    ['SLIP103'],
  )
  // Closed to a circle it is one mistake.
  workspace.setFile('all.slip', text('f3000'))
  assert.deepEqual(
    workspace.diagnostics('all.slip').map(({ code }) => code),
    ['SLIP316'],
  )
})

test('a circle over files is reported once in each, and goes when it is broken', () => {
  const a = 'import { airport } from "all.slip"\nimport { y } from "b.slip"\n\nfeature x of airport = y + 1\n'
  const b =
    'import { airport } from "all.slip"\nimport { x as other } from "a.slip"\n\nfeature y of airport = other * 2\n'
  const workspace = workspaceOf({ 'all.slip': base, 'a.slip': a, 'b.slip': b })
  const found = (path: string) =>
    workspace.diagnostics(path).map(({ code, related }) => [code, related?.[0]?.path])
  assert.deepEqual(found('a.slip'), [['SLIP316', 'b.slip']])
  assert.deepEqual(found('b.slip'), [['SLIP316', 'a.slip']])
  workspace.setFile(
    'b.slip',
    b
      .replace('other * 2', '1 * delay_7d')
      .replace('x as other', 'x')
      .replace('{ airport }', '{ airport, delay_7d }'),
  )
  assert.deepEqual(found('a.slip'), [])
  assert.deepEqual(found('b.slip'), [['SLIP117', undefined]])
})
