import assert from 'node:assert/strict'
import test from 'node:test'
import type { Row } from '../language/index.ts'
import { parseFitted } from './fitted-model.ts'
import { call, column, columnsOfKinds, literal, planOver, rowFeature, typeOf } from './plan/build.ts'
import { scoreRows } from './rows/score.ts'

const plan = planOver(
  {
    name: 'rows',
    format: 'csv',
    path: 'rows.csv',
    knownAfterUs: 0,
    columns: columnsOfKinds({ city: 'string', size: 'float' }),
  },
  {
    features: [rowFeature('city', column('city', 'string')), rowFeature('size', column('size', 'float'))],
    label: {
      name: 'large',
      expr: call('greater', 'bool', column('size', 'float'), literal('float', 1)),
      type: typeOf('bool'),
    },
  },
)

const before = {
  fittedVersion: 1,
  model: 'model',
  algorithm: 'logistic_regression',
  intercept: 0.5,
  features: [
    { kind: 'one_hot', name: 'city', categories: ['Bern', 'Zug'], weights: [1, -1], other: 0.25 },
    { kind: 'numeric', name: 'size', impute: 2, center: 1, scale: 4, weight: 3, indicator: -2 },
  ],
}

test('a model of version 1 scores as it did', () => {
  const model = parseFitted(JSON.stringify(before))
  const rows: readonly Row[] = [{ city: 'Zug', size: 9 }, { city: 'nowhere' }]
  const expected = [0.5 - 1 + (3 * (9 - 1)) / 4, 0.5 + 0.25 + (3 * (2 - 1)) / 4 - 2]
  scoreRows(plan, model, rows).forEach(({ probability }, i) =>
    assert.ok(Math.abs(Number(probability) - 1 / (1 + Math.exp(-expected[i]!))) < 1e-12),
  )
})

test('what is no fitted model, and one of a later version, is refused', () => {
  for (const text of ['', 'null', '{}', '{"fittedVersion":3}'])
    assert.throws(() => parseFitted(text), { code: 'ENG024', message: /Train the model again/ })
})
