import assert from 'node:assert/strict'
import test from 'node:test'
import type { Tuning } from '../../engine/types.ts'
import { tuningMessage } from './tuning.ts'

const trial = (l2: number, value: number | null, state: Tuning['trials'][number]['state'] = 'finished') => ({
  hyperparameters: { l2, growth: 'leaf' },
  value,
  state,
  parts: value === null ? [] : [value],
})

const tuning: Tuning = {
  metric: 'auc',
  direction: 'maximize',
  on: 'folds',
  search: 'sobol',
  trials: [
    trial(1, 0.5),
    trial(2, 0.9, 'stopped'),
    trial(3, 0.7),
    trial(4, null, 'failed'),
    trial(5, 0.7),
    ...Array.from({ length: 12 }, (_, i) => trial(10 + i, 0.1)),
  ],
  best: 2,
}

test('a search is shown by its counts and its best finished trials', () => {
  const { text, trials } = tuningMessage(tuning)
  assert.equal(text, '17 trials by auc on folds, 1 stopped early, 1 failed')
  assert.equal(trials.length, 10)
  assert.deepEqual(trials.slice(0, 3), [
    { text: 'l2 = 3, growth = leaf', value: 0.7 },
    { text: 'l2 = 5, growth = leaf', value: 0.7 },
    { text: 'l2 = 1, growth = leaf', value: 0.5 },
  ])
})

test('what is minimized is shown from the least on', () => {
  const { trials } = tuningMessage({ ...tuning, direction: 'minimize', best: 5 })
  assert.deepEqual(trials[0], { text: 'l2 = 10, growth = leaf', value: 0.1 })
})
