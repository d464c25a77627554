/** Cases on which executions once differed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { literal, planOver, rowFeature, typeOf } from '../plan/build.ts'
import type { ParityCase } from './cases.ts'
import { differenceOf } from './differences.ts'
import { openParity } from './open.ts'

/** @param name what they said differently */
function parityTest(name: string, parityCase: ParityCase): void {
  test(name, async t => {
    assert.equal((await differenceOf(await openParity(t), parityCase))?.message, undefined)
  })
}

const data = {
  name: 'data',
  format: 'parquet',
  path: 'data.parquet',
  knownAfterUs: 0,
  columns: [{ name: 'flag', type: typeOf('bool') }],
} as const

parityTest('a network has no score where an element of a vector is not imputed', {
  plan: planOver(
    {
      ...data,
      columns: [
        { name: 'flag', type: typeOf('bool') },
        { name: 'v', type: { ...typeOf('vector'), size: 2 } },
      ],
    },
    {
      features: [
        {
          ...rowFeature('vector', { op: 'column', name: 'v', type: { ...typeOf('vector'), size: 2 } }),
          type: { ...typeOf('vector'), size: 2 },
        },
      ],
      label: { name: 'y', expr: literal('bool', true), type: typeOf('bool', false) },
    },
  ),
  fitted: {
    fittedVersion: 2,
    model: 'model',
    algorithm: 'neural_network',
    label: { kind: 'bool' },
    features: [
      {
        kind: 'vector',
        name: 'vector',
        elements: [
          { impute: 1, center: 0, scale: 1 },
          { impute: null, center: 0, scale: 1 },
        ],
      },
    ],
    columns: {
      numbers: [
        { feature: 0, element: 0 },
        { feature: 0, element: 1 },
      ],
      codes: [],
    },
    parameters: {
      kind: 'network',
      link: 'logistic',
      activation: 'tanh',
      nCategories: [],
      layers: [{ nInputs: 2, nOutputs: 1, weights: [1, -1], bias: [0.5] }],
      center: 0,
      scale: 1,
    },
    keys: [],
  },
  rows: [
    { flag: null, v: null },
    { flag: null, v: [1, 2] },
  ],
})

parityTest('features that read nothing are the same for every row', {
  plan: planOver(data, {
    features: [rowFeature('one', literal('float', 1)), rowFeature('b', literal('category', 'b'))],
    label: { name: 'y', expr: literal('float', 1), type: typeOf('float', false) },
    outputs: [{ name: 'expected', kind: 'prediction' }],
  }),
  fitted: {
    fittedVersion: 2,
    model: 'model',
    algorithm: 'gradient_boosted_trees',
    label: { kind: 'number' },
    features: [
      { kind: 'numeric', name: 'one', impute: null, center: 0, scale: 1, indicator: true },
      { kind: 'category', name: 'b', encoding: 'native', categories: ['a', 'b'] },
    ],
    columns: { numbers: [{ feature: 0 }, { feature: 0, indicator: true }], codes: [1] },
    parameters: {
      kind: 'trees',
      link: 'identity',
      initial: [1],
      trees: [
        {
          column: [2, 0, 0],
          threshold: [0, 0, 0],
          members: [[2], null, null],
          missingLeft: [false, false, false],
          left: [1, -1, -1],
          right: [2, -1, -1],
          value: [0, 10, 20],
          gain: [1, 0, 0],
          nRows: [2, 1, 1],
        },
      ],
    },
    keys: [],
  },
  rows: [{ flag: null }, { flag: true }],
})
