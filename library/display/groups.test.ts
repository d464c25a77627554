import assert from 'node:assert/strict'
import test from 'node:test'
import type { Card } from '../../engine/types.ts'
import { groupsMessage } from './groups.ts'

const card = (groups: Card['groups']) =>
  ({ groups, groupIntervals: { test: { 'rmse per city': { Bonn: [1, 3] } } } }) as unknown as Card

test('the worst values of the test split come first, undefined ones last', () => {
  const message = groupsMessage(
    card({
      train: { 'rmse per city': { Bonn: 1 } },
      test: {
        'rmse per city': { Rome: 1, Bonn: 2, Oslo: null },
        'auc per city': { Rome: 0.9, Bonn: 0.6, Oslo: 0.7 },
      },
    }),
  )
  assert.deepEqual(
    message.map(({ metric, split, values }) => [metric, split, values.map(({ name }) => name)]),
    [
      ['rmse per city', 'test', ['Bonn', 'Rome', 'Oslo']],
      ['auc per city', 'test', ['Bonn', 'Oslo', 'Rome']],
    ],
  )
  assert.deepEqual(message[0]?.values[0], { name: 'Bonn', value: 2, interval: [1, 3] })
})

test('of many values twenty are shown and the others counted; without any there is nothing', () => {
  const values = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`v${i}`, i]))
  const [groups] = groupsMessage(card({ validation: { 'mae per v': values } }))
  assert.equal(groups?.split, 'validation')
  assert.equal(groups?.values.length, 20)
  assert.equal(groups?.values[0]?.name, 'v24')
  assert.equal(groups?.nLeft, 5)
  assert.deepEqual(groupsMessage(card({})), [])
})
