/** Files with one mistake each, as people write them who come from other languages: one thing is said of each. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Diagnostic } from './diagnostics.ts'
import { workspaceOf } from './testing/world.ts'

const whole = `source flights {
  from parquet "data/flights.parquet"
  time date
}

entity airport(code: string)

feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days { default 0 }

model late {
  observe flights
  features {
    far = log1p(distance)
    origin_delay = delay_7d(origin)
  }
  label is_late = delay > 15
  split by random { train 0.8, validation 0.1, test 0.1 }
  prepare { numeric: impute median, standardize }
  algorithm logistic_regression
  evaluate auc
  output p = probability(is_late)
  test "short" {
    given { distance = 400, origin = "BOI", origin_delay = 0 }
    expect p < 0.5
  }
}
`

/** What is right, the mistake in its place, the code, and what the hint says. */
const mistakes: readonly (readonly [right: string, wrong: string, code: string, hint?: string])[] = [
  ['log1p(distance)', 'np.log1p(distance)', 'SLIP001', 'log1p(x)'],
  ['log1p(distance)', 'distance.log1p()', 'SLIP001', 'log1p(x)'],
  ['log1p(distance)', 'hour(date.hour)', 'SLIP101', 'hour(date)'],
  ['log1p(distance)', 'date.month', 'SLIP101', 'month(date)'],
  ['log1p(distance)', 'distance == null', 'SLIP102', 'is_missing'],
  ['log1p(distance)', 'distance ?? 0', 'SLIP001', 'coalesce'],
  ['log1p(distance)', 'distance::float', 'SLIP001', 'float(x)'],
  ['log1p(distance)', 'log1p(distance) as far', 'SLIP001', 'name = expression'],
  ['log1p(distance)', 'cast(distance as float)', 'SLIP001', 'float(x)'],
  ['log1p(distance)', 'case when distance > 5 then 1 else 0 end', 'SLIP001', 'if(condition'],
  ['log1p(distance)', 'if distance > 5 then 1 else 0', 'SLIP001', 'if(condition'],
  ['log1p(distance)', 'origin not in ("A", "B")', 'SLIP001', 'not one_of'],
  ['log1p(distance)', 'log1p(', 'SLIP001'],
  ['far = log1p', 'far is log1p', 'SLIP010'],
  ['label is_late =', 'label: is_late =', 'SLIP010'],
  ['label is_late = delay', 'label delay', 'SLIP001'],
  ['source flights {', 'source: flights {', 'SLIP010'],
  ['source flights {', 'source flights is {', 'SLIP010'],
  ['source flights {', 'source "flights" {', 'SLIP001'],
  ['source flights {', 'datasource flights {', 'SLIP007'],
  ['source flights {', 'export source flights {', 'SLIP011'],
  ['(code: string)', '', 'SLIP001'],
  ['(code: string)', '()', 'SLIP001'],
  ['(code: string)', ' { code: string }', 'SLIP001'],
  ['code: string', 'code: str', 'SLIP110', 'string'],
  ['code: string', 'code: varchar', 'SLIP110', 'string'],
  ['airport = mean', 'airport is mean', 'SLIP010'],
  ['mean(flights.delay)', 'avg(flights.delay)', 'SLIP105', 'mean'],
  ['mean(flights.delay) by', 'mean(flights.delay) group by', 'SLIP001', '`by` alone'],
  ['mean(flights.delay)', 'count(*)', 'SLIP001', 'count()'],
  ['mean(flights.delay)', 'count(distinct flights.origin)', 'SLIP001'],
  ['default 0', 'description "late"', 'SLIP007', '///'],
  ['by random {', 'by random seed=7 {', 'SLIP010'],
  ['validation 0.1', 'val 0.1', 'SLIP007', 'validation'],
  ['validation 0.1', 'validation: 0.1', 'SLIP010'],
  ['validation 0.1', 'validation 10%', 'SLIP001'],
  ['standardize', 'standard_scaler', 'SLIP001', 'standardize'],
  ['origin = "BOI", origin', 'origin = "BOI" origin', 'SLIP001'],
  ['expect p < 0.5', 'expect p to be less than 0.5', 'SLIP001'],
]

function diagnosticsOf(text: string): readonly Diagnostic[] {
  return workspaceOf({ 'a.slip': text }).diagnostics('a.slip')
}

test('the file without mistakes is right', () => assert.deepEqual(diagnosticsOf(whole), []))

for (const [right, wrong, code, hint] of mistakes)
  test(`one thing is said of ${JSON.stringify(wrong)} in the place of ${JSON.stringify(right)}`, () => {
    assert.ok(whole.includes(right))
    const text = whole.replace(right, () => wrong)
    const found = diagnosticsOf(text)
    assert.deepEqual(
      found.map(one => one.code),
      [code],
      found.map(one => one.message).join('\n'),
    )
    if (hint !== undefined) assert.ok(found[0]!.hint?.includes(hint), found[0]!.hint)
    for (const { edits } of found[0]!.fixes ?? []) {
      const cured = edits
        .toReversed()
        .reduce((done, { span, text: by }) => done.slice(0, span.start) + by + done.slice(span.end), text)
      assert.deepEqual(
        diagnosticsOf(cured).filter(one => one.code === code),
        [],
        cured,
      )
    }
  })

test('a median is not offered as a mean', () => {
  const [found] = diagnosticsOf(whole.replace('mean(', 'median('))
  assert.equal(found?.code, 'SLIP105')
  assert.equal(found.fixes, undefined)
})

test('the plan of a model says why there is none, wherever the cause stands', () => {
  const workspace = workspaceOf({ 'a.slip': whole.replace('source flights', 'datasource flights') })
  const { plan, diagnostics } = workspace.plan('late')
  assert.equal(plan, undefined)
  assert.ok(diagnostics.some(({ severity }) => severity === 'error'))
})
