import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ChildEvent } from '../child-protocol.ts'
import { createQuestions } from './questions.ts'

function setup() {
  const sent: ChildEvent[] = []
  const questions = createQuestions(event => {
    JSON.stringify(event)
    sent.push(event)
  })
  return { sent, questions }
}

test('every question has one answer: a value, what was thrown, or that it is unknown', async () => {
  const { sent, questions } = setup()
  questions.on('double', n => Number(n) * 2)
  questions.on('fail', () => Promise.reject(new Error('as asked')))
  questions.on('circle', () => {
    const circle: Record<string, unknown> = {}
    return (circle['self'] = circle)
  })
  for (const [id, name] of ['double', 'fail', 'circle', 'nothing'].entries())
    questions.receive({ type: 'question', id, name, argument: 21 })
  await setImmediate()
  const answers = sent.toSorted((a, b) => Number('id' in a && a.id) - Number('id' in b && b.id))
  assert.deepEqual(answers[0], { type: 'answer', id: 0, value: 42 })
  assert.deepEqual(answers[1], { type: 'answer', id: 1, error: 'as asked' })
  assert.match(JSON.stringify(answers[2]), /circular/)
  assert.match(JSON.stringify(answers[3]), /got nothing/)
  assert.equal(sent.length, 4)
})

test('an interrupt answers what is open, once', async () => {
  const { sent, questions } = setup()
  const slow = Promise.withResolvers<number>()
  questions.on('slow', () => slow.promise)
  questions.receive({ type: 'question', id: 7, name: 'slow', argument: null })
  questions.interrupt()
  slow.resolve(1)
  await setImmediate()
  assert.deepEqual(sent, [{ type: 'answer', id: 7, error: 'It was interrupted.' }])
})
