import assert from 'node:assert/strict'
import test from 'node:test'
import type { Incoming } from '../wire/message.ts'
import { createOvertaking } from './overtaking.ts'

function message(type: string, date: string, session = 's'): Incoming {
  const header = { msg_id: date, msg_type: type, session, username: '', date, version: '5.4' }
  const parts = { parent_header: {}, metadata: {}, content: {} }
  return { channel: 'shell', route: [], message: { header, ...parts } }
}

const second = (fraction: string) => `2026-01-01T00:00:01.${fraction}Z`

for (const [title, cell, expected, waitMs] of [
  ['a cell sent before', message('execute_request', second('000001')), true, 0],
  ['a cell sent after', message('execute_request', second('000003')), false, 0],
  ['a cell sent at the same time', message('execute_request', second('000002')), false, 0],
  ['a cell sent before with a coarser clock', message('execute_request', '2026-01-01T00:00:00Z'), true, 0],
  ['a cell of another client', message('execute_request', second('000001'), 't'), false, 0],
  ['a cell that comes much later', message('execute_request', second('000001')), false, 5000],
  ['another request', message('complete_request', second('000001')), false, 0],
] as const)
  test(`an interrupt that comes before ${title}: ${expected ? 'overtook it' : 'is not for it'}`, () => {
    let now = 0
    const { arrived, isOvertaken } = createOvertaking(() => now)
    const earlier = message('execute_request', second('000000'))
    arrived(earlier)
    arrived(message('interrupt_request', second('000002')))
    now += waitMs
    arrived(cell)
    assert.equal(isOvertaken(cell), expected)
    assert.equal(isOvertaken(earlier), false)
  })
