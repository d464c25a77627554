import assert from 'node:assert/strict'
import test from 'node:test'
import { workspaceOf } from './testing/world.ts'

const base = `source flights {
  from parquet "data/flights.parquet"
  time date
}

entity airport(code: string)

/// How many.
feature n of airport = count() by flights.origin over 1 day
`
const model = (feature: string) => `
model late {
  observe flights
  features {
    ${feature}
    distance
  }
  label is_late = delay > 15
  split by random { train 0.5, test 0.5 }
  algorithm logistic_regression
}
`
const codes = (text: string) =>
  workspaceOf({ 'a.slip': text })
    .diagnostics('a.slip')
    .map(({ code }) => code)

test('an error of judgement that is ignored lets the plan be made', () => {
  const leaking = workspaceOf({ 'a.slip': base + model('delay') })
  assert.equal(leaking.plan('late').plan, undefined)
  const ignored = workspaceOf({
    'a.slip': base + model('delay // slip-ignore SLIP301 known when it is booked'),
  })
  assert.deepEqual(ignored.plan('late').diagnostics, [])
  assert.deepEqual(
    ignored.plan('late').plan?.features.map(({ name }) => name),
    ['delay', 'distance'],
  )
})

test('without a reason there is no plan', () => {
  const { plan, diagnostics } = workspaceOf({ 'a.slip': base + model('delay // slip-ignore SLIP301') }).plan(
    'late',
  )
  assert.equal(plan, undefined)
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['SLIP501'],
  )
})

test('an error that leaves no plan possible cannot be ignored', () => {
  const text = base + model('speed // slip-ignore SLIP102 it will come')
  assert.deepEqual(
    codes(text).filter(code => code !== 'SLIP307'),
    ['SLIP102', 'SLIP503'],
  )
  assert.equal(workspaceOf({ 'a.slip': text }).plan('late').plan, undefined)
})

test('the offered edit ignores, above documentation, and asks for the reason', () => {
  const text = base + model('distance2 = distance * 2')
  const workspace = workspaceOf({ 'a.slip': text })
  const found = workspace.diagnostics('a.slip').find(({ code }) => code === 'SLIP307')!
  const [edit] = workspace.ignoreFix(found)!.edits
  const after = text.slice(0, edit!.span.start) + edit!.text + text.slice(edit!.span.end)
  assert.match(after, /\n\/\/ slip-ignore SLIP307 \n\/\/\/ How many\.\nfeature n/)
  assert.deepEqual(codes(after), ['SLIP501'])
  assert.deepEqual(codes(after.replace('SLIP307 ', 'SLIP307 others read it')), [])
  const wrong = workspaceOf({ 'a.slip': base.replace('origin', 'orgin') })
  assert.equal(wrong.ignoreFix(wrong.diagnostics('a.slip')[0]!), undefined)
})

test('a second code joins the comment that is there', () => {
  const text =
    base.replace('over 1 day', 'over 10000 days // slip-ignore SLIP307 others read it') + model('distance')
  const workspace = workspaceOf({ 'a.slip': text.replace('    distance\n    distance', '    distance') })
  const found = workspace.diagnostics('a.slip').find(({ code }) => code === 'SLIP318')!
  const [edit] = workspace.ignoreFix(found)!.edits
  const before = workspace.text('a.slip')!
  const after = before.slice(0, edit!.span.start) + edit!.text + before.slice(edit!.span.end)
  assert.match(after, /slip-ignore SLIP307 SLIP318 others read it/)
  assert.deepEqual(codes(after), [])
})
