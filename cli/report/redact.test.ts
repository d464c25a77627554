import assert from 'node:assert/strict'
import test from 'node:test'
import { redact, redactLog, type Places } from './redact.ts'

const places: Places = { root: '/home/mira/work/birds', home: '/home/mira', user: 'mira', host: 'nestbox' }

test('folders become what they are, whoever they belong to', () => {
  assert.equal(redact('in /home/mira/work/birds/late.slip:3', places), 'in <project>/late.slip:3')
  assert.equal(redact('at /home/mira/other/x.ts', places), 'at ~/other/x.ts')
  assert.equal(redact('mira on NESTBOX', places), '<user> on <host>')
  assert.equal(redact('open /srv/people/jo/data.csv failed', places), 'open …/data.csv failed')
  const windows = { ...places, root: 'C:\\Users\\mira\\birds', home: 'C:\\Users\\mira' }
  assert.equal(redact('C:\\Users\\mira\\birds\\late.slip', windows), '<project>\\late.slip')
  assert.equal(redact('file:///home/mira/work/birds/a', places).includes('mira'), false)
})

test('secrets and addresses are taken out', () => {
  const secrets = [
    'Authorization: Bearer abc.def',
    'connecting to postgres://jo:pw@db.example.com/orders',
    'token=hunter2',
    'API_KEY: hunter2',
    'mail jo@example.com',
    `sha ${'0a'.repeat(20)}`,
    'AKIAabcdefghij0123456789XY',
  ]
  for (const text of secrets) {
    const clean = redact(text, places)
    assert.doesNotMatch(clean, /abc\.def|hunter2|jo\b|db\.example|0a0a|AKIA/, text)
  }
  assert.equal(redact('listening on http://127.0.0.1:4000/', places), 'listening on http://127.0.0.1:4000/')
})

test('what a log quotes may be data', () => {
  assert.equal(
    redactLog(`Expected a number, got "Jo Smith" in 'name'`, places),
    `Expected a number, got "…" in '…'`,
  )
  assert.equal(redactLog("it isn't that the run's over", places), "it isn't that the run's over")
})
