import assert from 'node:assert/strict'
import test from 'node:test'
import { fit } from './fuzzy.ts'

const ranked = (query: string, ...names: readonly string[]): readonly string[] =>
  names.filter(name => fit(name, query) > 0).sort((a, b) => fit(b, query) - fit(a, query))

test('the letters have to be there in their order', () => {
  assert.deepEqual(ranked('dly7', 'delay_7d', 'delay_8d', 'd7yl'), ['delay_7d'])
  assert.equal(fit('delay', ''), 1)
  assert.equal(fit('delay', 'delays'), 0)
  assert.ok(fit('Straße', 'STRASSE') === 0 && fit('Straße', 'straß') > 0)
})

test('the whole name is best, then its beginning, then the beginning of a word', () => {
  const names = ['mean_delay', 'delay', 'undelayed', 'delay_7d', 'd_e_l_a_y_x']
  assert.deepEqual(ranked('delay', ...names), ['delay', 'delay_7d', 'mean_delay', 'undelayed', 'd_e_l_a_y_x'])
  assert.deepEqual(ranked('mdp', 'midpoint', 'mean_delay_plane'), ['mean_delay_plane', 'midpoint'])
})
