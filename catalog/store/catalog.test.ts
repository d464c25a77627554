import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import type { Expr, SourcePlan, WindowFeaturePlan } from '../../language/index.ts'
import type { Definition } from '../digest.ts'
import { featureId, type FeatureEntry } from '../feature.ts'
import { openCatalog, type Catalog } from './catalog.ts'
import { createCatalogView, openCatalogView } from './view.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'))
after(() => rmSync(folder, { recursive: true }))

interface Sketch extends Partial<WindowFeaturePlan> {
  readonly keys?: Definition['entity']['keys']
  readonly columns?: SourcePlan['columns']
}

const float = { kind: 'float', nullable: true } as const
const whole = { kind: 'int', nullable: true } as const
const text = { kind: 'string', nullable: true } as const

function define({ keys = [{ name: 'code', type: text }], columns, ...plan }: Sketch = {}) {
  return {
    plan: {
      kind: 'window',
      name: 'departure_delay_7d',
      version: 0,
      entity: 'airport',
      source: 'flights',
      by: ['origin'],
      aggregate: { function: 'mean', of: { op: 'column', name: 'delay', type: float } },
      windowUs: 7 * 86_400_000_000,
      default: 0,
      type: float,
      doc: 'Mean departure delay at an airport over the week before.',
      owner: 'ops-ml',
      tags: ['delay', 'rolling'],
      ...plan,
    },
    source: {
      name: 'flights',
      format: 'parquet',
      path: 'data/flights.parquet',
      time: 'date',
      knownAfterUs: 0,
      columns: columns ?? [
        { name: 'date', type: { kind: 'timestamp', nullable: true } },
        { name: 'delay', type: float },
        { name: 'origin', type: text },
      ],
    },
    entity: { name: plan.entity ?? 'airport', keys },
  } as const satisfies Definition
}

/** A derived feature of the sum of others, by `name@version`. */
function derive(name: string, inputs: readonly string[]): Definition {
  const local = (id: string) => id.replace(/@\d+$/, '')
  return {
    plan: {
      kind: 'derived',
      name,
      version: 0,
      entity: 'airport',
      inputs: Object.fromEntries(inputs.map(id => [local(id), id])),
      expr: inputs
        .map((id): Expr => ({ op: 'feature', name: local(id), type: float }))
        .reduce((a, b) => ({ op: 'call', function: 'add', args: [a, b], type: float })),
      default: null,
      type: float,
      tags: ['derived'],
    },
    entity: { name: 'airport', keys: [{ name: 'code', type: text }] },
  }
}

const windowUs = (entry: FeatureEntry | undefined) =>
  entry?.plan.kind === 'window' ? entry.plan.windowUs : undefined

function withCatalog(work: (catalog: Catalog) => void) {
  const catalog = openCatalog(':memory:')
  try {
    work(catalog)
  } finally {
    catalog.close()
  }
}

const names = (catalog: Catalog, query: string, options = {}) =>
  catalog.search(query, options).map(hit => hit.feature.name)

test('the same definition keeps its version, a changed one becomes the next', () =>
  withCatalog(catalog => {
    const week = define()
    const month = define({ windowUs: 30 * 86_400_000_000 })
    assert.deepEqual(catalog.apply([week]), [{ name: 'departure_delay_7d', version: 1, state: 'new' }])
    assert.equal(catalog.apply([week])[0]?.state, 'unchanged')
    assert.deepEqual(catalog.apply([month])[0], {
      name: 'departure_delay_7d',
      version: 2,
      state: 'new version',
    })
    assert.equal(catalog.apply([week])[0]?.version, 1)
    assert.equal(catalog.versionOf(month), 2)
    assert.equal(windowUs(catalog.feature('departure_delay_7d', 1)), week.plan.windowUs)
    assert.equal(catalog.feature('departure_delay_7d')?.plan.version, 2)
    assert.equal(catalog.feature('departure_delay_7d', 3), undefined)
    assert.deepEqual(catalog.versions('departure_delay_7d').map(featureId), [
      'departure_delay_7d@2',
      'departure_delay_7d@1',
    ])
  }))

test('a column that the feature does not read is no other definition, one that it reads is', () =>
  withCatalog(catalog => {
    const { columns } = define().source
    catalog.apply([define()])
    assert.equal(
      catalog.apply([define({ columns: [...columns, { name: 'gate', type: text }] })])[0]?.state,
      'unchanged',
    )
    const other = columns.map(c => (c.name === 'delay' ? { ...c, type: whole } : c))
    assert.equal(catalog.apply([define({ columns: other })])[0]?.version, 2)
  }))

test('an entity with other keys is refused, and nothing of that call is registered', () =>
  withCatalog(catalog => {
    catalog.apply([define()])
    const wrong = define({ name: 'other', keys: [{ name: 'code', type: whole }] })
    assert.throws(() => catalog.apply([define({ name: 'good' }), wrong]), { code: 'CAT005' })
    assert.equal(catalog.feature('good'), undefined)
  }))

test('search: every word as a prefix, by name first, facets as conditions', () =>
  withCatalog(catalog => {
    catalog.apply([
      define(),
      define({ name: 'arrivals_1d', doc: 'Arrivals, whatever their delay', tags: ['count'], owner: 'tower' }),
      define({
        name: 'meanWait',
        doc: 'Minutes',
        tags: [],
        entity: 'gate',
        keys: [{ name: 'id', type: whole }],
      }),
    ])
    assert.deepEqual(names(catalog, 'delay'), ['departure_delay_7d', 'arrivals_1d'])
    assert.deepEqual(names(catalog, 'dep del'), ['departure_delay_7d'])
    assert.deepEqual(names(catalog, 'wait'), ['meanWait'])
    assert.deepEqual(names(catalog, 'eanw'), ['meanWait'])
    assert.deepEqual(names(catalog, 'delay', { tag: 'count' }), ['arrivals_1d'])
    assert.deepEqual(names(catalog, '', { entity: 'gate' }), ['meanWait'])
    assert.deepEqual(names(catalog, '', { owner: 'tower', type: 'float' }), ['arrivals_1d'])
    assert.deepEqual(names(catalog, '', { type: 'string' }), [])
    for (const odd of ['"', '* AND (', 'name:x', '😀', "'; drop table feature"]) catalog.search(odd)
    assert.deepEqual(catalog.facets('delay').tag, [
      { value: 'count', count: 1 },
      { value: 'delay', count: 1 },
      { value: 'rolling', count: 1 },
    ])
    assert.deepEqual(catalog.facets('').entity, [
      { value: 'airport', count: 2 },
      { value: 'gate', count: 1 },
    ])
  }))

test('search knows the newest version only', () =>
  withCatalog(catalog => {
    catalog.apply([define({ doc: 'kumquat' })])
    catalog.apply([define({ doc: 'tangerine', tags: [] })])
    assert.deepEqual(names(catalog, 'kumquat'), [])
    assert.equal(catalog.search('tangerine')[0]?.feature.version, 2)
    assert.deepEqual(names(catalog, '', { tag: 'delay' }), [])
  }))

test('what is used ranks before what is not', () =>
  withCatalog(catalog => {
    catalog.apply([define({ name: 'a_delay', doc: '' }), define({ name: 'b_delay', doc: '' })])
    assert.deepEqual(names(catalog, 'delay'), ['a_delay', 'b_delay'])
    const b = { name: 'b_delay', version: 1 }
    catalog.recordUse(b, { kind: 'model', name: 'late' })
    catalog.recordUse(b, { kind: 'model', name: 'late' })
    catalog.recordUse(b, { kind: 'endpoint', name: 'prod' })
    assert.deepEqual(names(catalog, 'delay'), ['b_delay', 'a_delay'])
    assert.equal(catalog.feature('b_delay')?.nUses, 2)
    assert.equal(catalog.uses('b_delay').length, 2)
    catalog.forgetConsumer({ kind: 'endpoint', name: 'prod' })
    assert.equal(catalog.feature('b_delay')?.nUses, 1)
    assert.throws(() => catalog.recordUse({ name: 'b_delay', version: 9 }, { kind: 'model', name: 'x' }), {
      code: 'CAT003',
    })
  }))

test('a deprecated version names its replacement and is no longer the newest active', () =>
  withCatalog(catalog => {
    catalog.apply([define()])
    catalog.apply([define({ default: null })])
    catalog.deprecate({ name: 'departure_delay_7d', version: 2 }, 'departure_delay_7d@1')
    const view = catalog.view()
    assert.equal(view.feature('departure_delay_7d')?.plan.version, 1)
    const second = view.feature('departure_delay_7d', 2)
    assert.equal(second?.active, false)
    assert.equal(second.replacement, 'departure_delay_7d@1')
    assert.deepEqual(names(catalog, 'delay'), [])
    assert.deepEqual(names(catalog, 'delay', { deprecated: true }), ['departure_delay_7d'])
    const first = { name: 'departure_delay_7d', version: 1 }
    assert.throws(() => catalog.deprecate(first, 'departure_delay_7d@2'), { code: 'CAT004' })
    assert.throws(() => catalog.deprecate(first, 'departure_delay_7d@1'), { code: 'CAT004' })
    assert.throws(() => catalog.deprecate(first, 'nothing'), { code: 'CAT003' })
  }))

test('a file that is no catalog, and one of a newer version, are refused with their path', () => {
  const garbage = join(folder, 'garbage.db')
  writeFileSync(garbage, 'this is not a database, and long enough to be looked at'.repeat(30))
  assert.throws(
    () => openCatalog(garbage),
    (e: Error & { code?: string }) => e.code === 'CAT001' && e.message.includes(garbage),
  )
  const newer = join(folder, 'newer.db')
  const database = new DatabaseSync(newer)
  database.exec('PRAGMA user_version = 99')
  database.close()
  assert.throws(() => openCatalog(newer), { code: 'CAT002' })
})

test('processes that register at the same time lose nothing and share no version', async () => {
  const file = join(folder, 'shared.db')
  const script = `
    import { openCatalog } from ${JSON.stringify(join(import.meta.dirname, 'catalog.ts'))}
    const definition = ${JSON.stringify(define())}
    for (let i = 0; i < 20; i++) {
      const catalog = openCatalog(${JSON.stringify(file)})
      catalog.apply([{ ...definition, plan: { ...definition.plan, windowUs: Number(process.argv[1]) + i } }])
      catalog.close()
    }`
  const run = (offset: number) =>
    new Promise<number | null>(resolve => {
      const args = [
        '--disable-warning=ExperimentalWarning',
        '--input-type=module-typescript',
        '-e',
        script,
        String(offset),
      ]
      spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', resolve)
    })
  assert.deepEqual(await Promise.all([run(1000), run(2000), run(3000)]), [0, 0, 0])
  const catalog = openCatalog(file)
  const versions = catalog.versions('departure_delay_7d')
  catalog.close()
  assert.deepEqual(
    versions.map(entry => entry.version),
    Array.from({ length: 60 }, (_, i) => 60 - i),
  )
  assert.equal(new Set(versions.map(windowUs)).size, 60)
})

test('derived features come after their inputs, whose versions are fixed', () =>
  withCatalog(catalog => {
    const week = define({ name: 'week' })
    const day = define({ name: 'day', windowUs: 86_400_000_000 })
    const trend = derive('trend', ['day@0', 'week@0'])
    const twice = derive('twice', ['trend@0', 'week@0'])
    assert.deepEqual(
      catalog.apply([twice, trend, day, week]).map(({ name, state }) => [name, state]),
      [
        ['twice', 'new'],
        ['trend', 'new'],
        ['day', 'new'],
        ['week', 'new'],
      ],
    )
    const entry = catalog.feature('twice')
    assert.deepEqual(entry?.plan.kind === 'derived' && entry.plan.inputs, {
      trend: 'trend@1',
      week: 'week@1',
    })
    assert.equal(entry?.inputs?.['trend']?.inputs?.['day']?.source?.path, 'data/flights.parquet')
    assert.equal(entry?.source, undefined)
    // Nothing changed: nothing new. A changed input changes what reads it, and only that.
    assert.ok(catalog.apply([week, day, trend, twice]).every(({ state }) => state === 'unchanged'))
    const again = catalog.apply([define({ name: 'day', windowUs: 2 * 86_400_000_000 }), week, trend, twice])
    assert.deepEqual(again.map(featureId), ['day@2', 'week@1', 'trend@2', 'twice@2'])
    const first = catalog.feature('trend', 1)
    assert.equal(windowUs(first?.inputs?.['day'] as FeatureEntry), 86_400_000_000)
    assert.deepEqual(names(catalog, 'trend'), ['trend', 'twice'])
    assert.deepEqual(names(catalog, '', { tag: 'derived', type: 'float' }), ['trend', 'twice'])
  }))

test('an input that is not registered, and a circle, register nothing', () =>
  withCatalog(catalog => {
    const orphan = derive('orphan', ['nowhere@0'])
    assert.throws(() => catalog.apply([define(), orphan]), { code: 'CAT009', message: /nowhere.*orphan/ })
    assert.throws(() => catalog.apply([derive('a', ['b@0']), derive('b', ['a@0'])]), { code: 'CAT009' })
    assert.throws(() => catalog.apply([derive('late', ['departure_delay_7d@3'])]), { code: 'CAT009' })
    assert.deepEqual(catalog.features(), [])
  }))

test('lineage leads from the columns of a file to who consumes a feature', () =>
  withCatalog(catalog => {
    catalog.apply([
      define({ name: 'week' }),
      define({ name: 'day', windowUs: 1 }),
      derive('trend', ['day@0', 'week@0']),
    ])
    catalog.recordUse({ name: 'trend', version: 1 }, { kind: 'endpoint', name: 'prod' })
    assert.deepEqual(catalog.lineage({ name: 'trend', version: 1 }), {
      sources: [{ name: 'flights', path: 'data/flights.parquet', columns: ['date', 'delay', 'origin'] }],
      inputs: ['day@1', 'week@1'],
      dependents: [],
      consumers: [{ kind: 'endpoint', name: 'prod', feature: 'trend@1' }],
    })
    assert.deepEqual(catalog.lineage({ name: 'day', version: 1 }).dependents, ['trend@1'])
    assert.equal(catalog.lineage({ name: 'day', version: 1 }).consumers[0]?.name, 'prod')
  }))

test('the view answers by name, also when the catalog is closed, and knows the sources', () => {
  const file = join(folder, 'view.db')
  const catalog = openCatalog(file)
  catalog.apply([
    define(),
    define({ name: 'delay_1d' }),
    derive('trend', ['departure_delay_7d@0', 'delay_1d@0']),
  ])
  const view = catalog.view()
  catalog.close()
  assert.deepEqual(view.names(), ['delay_1d', 'departure_delay_7d', 'trend'])
  assert.equal(view.feature('trend')?.inputs?.['delay_1d']?.plan.version, 1)
  assert.equal(view.feature('nothing'), undefined)
  assert.deepEqual(view.search?.('de', 5), ['delay_1d', 'departure_delay_7d'])
  assert.deepEqual(view.search?.('DELAY', 5), ['delay_1d', 'departure_delay_7d'])
  assert.deepEqual(view.search?.('%', 5), [])
  assert.equal(view.source?.('flights')?.time, 'date')
  assert.equal(view.source?.('nothing'), undefined)
  assert.deepEqual(view.sourceNames?.(), ['flights'])
  assert.deepEqual(openCatalogView(join(folder, 'garbage.db')).names(), [])
})

test('sources are kept by their names, with or without a feature that reads them', () =>
  withCatalog(catalog => {
    const { source } = define()
    catalog.applySources([{ ...source, name: 'airports', path: 'data/airports.csv' }])
    catalog.apply([define()])
    assert.deepEqual(catalog.view().sourceNames?.(), ['airports', 'flights'])
    catalog.applySources([{ ...source, name: 'airports', path: 'data/all.csv' }])
    assert.equal(catalog.view().source?.('airports')?.path, 'data/all.csv')
  }))

test('a view over locked versions joins derived features to their inputs', () => {
  const locked = (definition: Definition, version: number) => ({
    plan: { ...definition.plan, version },
    ...(definition.source && { source: definition.source }),
    active: true,
  })
  const window = locked(define(), 4)
  const view = createCatalogView([locked(derive('twice', ['departure_delay_7d@4']), 2), window])
  assert.deepEqual(view.feature('twice', 2)?.inputs, { departure_delay_7d: window })
  assert.equal(
    createCatalogView([locked(derive('twice', ['departure_delay_7d@4']), 2)]).feature('twice'),
    undefined,
  )
})

test('a catalog of the version before is brought up to date: its windows are windows and keep their versions', () => {
  const file = join(folder, 'older.db')
  const before = openCatalog(file)
  before.apply([define()])
  before.close()
  const database = new DatabaseSync(file)
  database.exec(`
    UPDATE feature SET definition = json_remove(definition, '$.kind');
    DROP TABLE source; DROP TABLE input; PRAGMA user_version = 2;`)
  database.close()
  const catalog = openCatalog(file)
  try {
    assert.equal(catalog.feature('departure_delay_7d')?.plan.kind, 'window')
    assert.equal(catalog.apply([define()])[0]?.state, 'unchanged')
    assert.equal(catalog.view().source?.('flights')?.path, 'data/flights.parquet')
  } finally {
    catalog.close()
  }
})
