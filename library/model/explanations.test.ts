import assert from 'node:assert/strict'
import test from 'node:test'
import { displayMethod, vegaLiteMime } from '../display/messages.ts'
import { showDependence, showExplanation, showImportance } from './explanations.ts'

const importance = {
  kind: 'permutation',
  metric: 'auc',
  split: 'test',
  nRows: 1200,
  value: 0.8,
  repeats: 10,
  features: [
    { name: 'hour', importance: 0.123456, low: 0.11, high: 0.13 },
    { name: 'noise', importance: 0, low: -0.001, high: 0.001 },
  ],
} as const

test('importance is plain data and shows itself as text and as a chart', async () => {
  const shown = showImportance({ ...importance }, undefined)
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), importance)
  const bundle = await shown[displayMethod]()
  assert.equal(
    bundle['text/plain'],
    'auc is 0.8 on 1,200 test rows; without a feature it is worse by\n' +
      'hour   0.123 [0.11, 0.13]\nnoise  0 [-0.001, 0.001]',
  )
  const { data } = bundle[vegaLiteMime] as { data: { values: readonly { name: string }[] } }
  assert.deepEqual(
    data.values.map(({ name }) => name),
    ['hour', 'noise'],
  )
})

test('a curve of categories has a place for every other value', async () => {
  const points = [
    { value: 'ORD', mean: 0.5, low: 0.4, high: 0.6 },
    { value: null, mean: 0.25, low: 0.1, high: 0.4 },
  ]
  const shown = showDependence({
    feature: 'origin',
    kind: 'category',
    split: 'test',
    nRows: 10,
    curves: [{ points }],
  })
  const bundle = await shown[displayMethod]()
  assert.match(String(bundle['text/plain']), /\nORD: 0.5 \[0.4, 0.6\]\nother: 0.25 \[0.1, 0.4\]$/)
  const { data } = bundle[vegaLiteMime] as { data: { values: readonly { value: string }[] } }
  assert.deepEqual(
    data.values.map(({ value }) => value),
    ['ORD', 'other'],
  )
})

test('of several classes the one with the greatest score is shown, and all are there', async () => {
  const of = (name: string, score: number) =>
    ({
      class: name,
      link: 'softmax',
      base: 0.5,
      score,
      method: 'exact',
      contributions: [
        { name: 'delay', value: null, contribution: 0.25 },
        { name: 'hour', value: 7, contribution: score - 0.75 },
      ],
    }) as const
  const shown = showExplanation([of('late', 1), of('early', 3)])
  assert.equal(shown.class, 'early')
  assert.deepEqual(
    shown.all.map(each => each.class),
    ['late', 'early'],
  )
  const text = String((await shown[displayMethod]())['text/plain'])
  assert.equal(
    text,
    'Contributions to the score of early\nbase 0.5\nhour = 7         +2.25\ndelay = missing  +0.25\nscore 3',
  )
})
