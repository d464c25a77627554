import assert from 'node:assert/strict'
import path from 'node:path'
import test, { after, before } from 'node:test'
import { openCatalog } from '../../catalog/index.ts'
import { createWorkspace } from '../../language/index.ts'
import { type Draft, startDraft } from '../testing/editor.ts'

const rows = Array.from(
  { length: 20 },
  (_, i) => `2001-01-${String(1 + i).padStart(2, '0')},${i},${i * 10},BOI`,
)
const data = `date,delay,distance,origin\n${rows.join('\n')}\n`

const declarations = `source flights {
  from csv "data/flights.csv"
  time date
  columns { date: timestamp, delay: int?, distance: int?, origin: string }
}

entity airport(code: string)

feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days
`

let draft: Draft
before(async () => {
  const shared = 'entity a(x: string)\nentity b(x: string)\n'
  draft = await startDraft({
    files: {
      'data/flights.csv': data,
      'shared/one.slip': shared,
      'shared/two.slip': 'entity c(x: string)\n',
    },
  })
  const workspace = createWorkspace({ columns: () => undefined })
  workspace.setFile('a.slip', declarations)
  const [{ plan, source, entity }] = workspace.features() as [never] as [
    Record<'plan' | 'source' | 'entity', never>,
  ]
  const catalog = openCatalog(path.join(draft.client.root, '.slipway/catalog.db'))
  catalog.apply([{ plan, source, entity }])
  catalog.close()
  await draft.client.changed('.slipway/catalog.db')
  await draft.client.open('warm.slip', declarations)
  await draft.client.diagnostics('warm.slip', all => !all.some(d => d.code === 'SLIP404'))
})
after(() => draft.stop())

const modelOf = (features: string, rest = ''): string => `${declarations}
model m {
  observe flights

  features {
    ${features}
  }

  label late = delay > 10
  split by random { train 0.7, test 0.3 }
  algorithm logistic_regression
  output p = probability(late)${rest}
}
`

test('fixes come with their problems, the likeliest preferred, and can be made all at once', async () => {
  const text = modelOf('a = distnce + 1\n    b = distnc|e + 2')
  const actions = await draft.actions(text)
  const fix = actions.find(({ title }) => title === 'Change to `distance`')
  assert.equal(fix?.kind, 'quickfix')
  assert.equal(fix?.isPreferred, true)
  assert.equal(fix?.diagnostics?.[0]?.code, 'SLIP102')
  const fixed = await draft.act(text, /^Fix all 2 problems SLIP102/)
  assert.match(fixed, /a = distance \+ 1\n {4}b = distance \+ 2/)
})

test('what can be ignored can be ignored with a comment', async () => {
  const ignored = await draft.act(modelOf('leak = dela|y + 1'), /[Ii]gnore SLIP301/)
  assert.match(ignored, /\/\/ slip-ignore SLIP301/)
})

test('imports are sorted, merged and freed of what is not used', async () => {
  const text = `import { c } from "shared/two.slip"
import { b } from "shared/one.slip"
import { a } from "shared/one.slip"

feature f of c = count() by flights.origin over 7 days
feature g of b = count() by flights.origin over 7 days
|`
  const organized = await draft.act(text, /Organize imports/, ['source.organizeImports'])
  assert.equal(
    organized.split('\n\n')[0],
    'import { b } from "shared/one.slip"\nimport { c } from "shared/two.slip"',
  )
  const fixed = await draft.act(text, /Fix all safe/, ['source.fixAll'])
  assert.doesNotMatch(fixed, /import \{ a \}/)
  assert.deepEqual(await draft.actions(organized + '|', ['source.organizeImports']), [])
})

test('an expression becomes a feature of its own, and goes back', async () => {
  const extracted = await draft.act(modelOf('x = log1p(|distance + 1|) * 2'), /Extract to a feature/)
  assert.match(extracted, /\n {4}part = distance \+ 1\n {4}x = log1p\(part\) \* 2\n/)
  const inlined = await draft.act(
    modelOf('p|art = distance + 1\n    x = log1p(part) * 2'),
    /Inline the feature `part`/,
  )
  assert.match(inlined, /features \{\n {4}x = log1p\(\(distance \+ 1\)\) \* 2\n/)
  const used = await draft.actions(
    modelOf('p|art = distance + 1\n    x = part * 2', '\n  evaluate auc per part'),
  )
  assert.ok(!used.some(({ title }) => title.startsWith('Inline')))
  const half = await draft.actions(modelOf('x = log1p(|distance +| 1)'))
  assert.ok(!half.some(({ title }) => title.startsWith('Extract to')))
})

test('a column that leaks becomes a window over what is known', async () => {
  const text = await draft.act(modelOf('del|ay'), /Extract a windowed mean of `delay` per `origin`/)
  assert.match(
    text,
    /feature delay_mean_7d of airport = mean\(flights\.delay\) by flights\.origin over 7 days\n\nmodel m/,
  )
})

test('a split at random becomes one by time', async () => {
  const text = await draft.act(
    modelOf('distance').replace('by random', 'by ran|dom'),
    /Split by time instead/,
  )
  assert.match(text, /split by time \{\n {4}train +until 20\d\d-\d\d-\d\d\n/)
})

test('what a model lacks is added', async () => {
  const text = await draft.act(
    `${declarations}\nmodel m| {\n  observe flights\n  features { distance }\n}\n`,
    /Add what the model lacks/,
  )
  assert.match(
    text,
    /label label = delay > 0\n\n {2}split by [\s\S]* {2}algorithm logistic_regression\n\n {2}output label_probability = probability\(label\)\n\}/,
  )
})

test('a version is pinned, and left open again', async () => {
  const pinned = await draft.act(modelOf('x = delay_7d|(origin)'), /Pin `delay_7d` to version 1/)
  assert.match(pinned, /x = delay_7d@1\(origin\)/)
  const open = await draft.act(modelOf('x = delay_7d@|1(origin)'), /Leave the version of `delay_7d` open/)
  assert.match(open, /x = delay_7d\(origin\)/)
})

test('a test is made of the data', async () => {
  const text = await draft.act(
    modelOf('distance\n    origin').replace('model m', 'model |m'),
    /Generate a test/,
  )
  assert.match(
    text,
    /test "a usual row" \{\n {4}given \{ distance = \d+, origin = "\w+" \}\n {4}expect p < 0\.5\n {2}\}\n\}/,
  )
  const diagnostics = await draft.actions(text.replace('test "a', '|test "a'), ['quickfix'])
  assert.deepEqual(diagnostics, [])
})

test('a unit is added to a column and to a feature', async () => {
  const column = declarations.replace('delay: int?', 'del|ay: int?')
  assert.match(await draft.act(column, /Add a unit/), /delay: int\? unit "\w+", distance/)
  const feature = declarations.replace('feature delay_7d', 'feature del|ay_7d')
  assert.match(await draft.act(feature, /Add a unit/), /over 7 days \{\n {2}unit "\w+"\n\}/)
})

test('only the kinds that are asked for are given', async () => {
  const all = await draft.actions(modelOf('x = delay_7d|(origin)'), ['refactor'])
  assert.ok(all.length > 0 && all.every(({ kind }) => kind?.startsWith('refactor')))
})
