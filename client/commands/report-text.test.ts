import assert from 'node:assert/strict'
import test from 'node:test'
import { redact, reportText } from './report-text.ts'

const places = {
  home: '/home/ada',
  folders: ['/home/ada/work/flights'],
  user: 'ada',
  host: 'engine-7',
}

test('folders, user and host are replaced, the longer path first', () => {
  assert.equal(
    redact('/home/ada/work/flights/late.slip and /home/ada/.cache of ada on engine-7', places),
    '<workspace>/late.slip and ~/.cache of <user> on <host>',
  )
  assert.equal(redact('file:///home/ada/work/flights/a.slip', places), 'file://<workspace>/a.slip')
})

test('a word that only contains the name of the user stays', () => {
  assert.equal(redact('adapter canada', places), 'adapter canada')
})

test('tokens and credentials are replaced', () => {
  assert.equal(redact('Authorization: Bearer abc.def', places), 'Authorization: Bearer <token>')
  assert.equal(redact('postgres://ada:pw@db/orders', places), 'postgres://<credentials>@db/orders')
  assert.equal(redact(`token ${'0123456789abcdef'.repeat(2)}`, places), 'token <digits>')
  assert.equal(redact('Zx9'.repeat(12), places), '<token>')
})

test('a report holds versions, settings without secrets, and the ends of logs without quoted values', () => {
  const log = Array.from({ length: 100 }, (_, i) => `line ${i} of "Mrs Smith" in /home/ada/x`).join('\n')
  const text = reportText(
    {
      versions: { Slipway: '0.1.0' },
      settings: { 'slipway.runtime.path': '/home/ada/node', 'slipway.sampleRows': 5 },
      commandLine: '# Problem report\n\n## What happened\n\n…\n\n## Project\n\nroot /home/ada/work/flights\n',
      logs: { Log: log },
    },
    places,
  )
  assert.match(text, /\| Slipway \| 0\.1\.0 \|/)
  assert.match(text, /\| `slipway\.runtime\.path` \| set \|/)
  assert.match(text, /\| `slipway\.sampleRows` \| 5 \|/)
  assert.match(text, /\n## Project\n\nroot <workspace>\n/)
  assert.equal(text.match(/What happened/g)?.length, 1)
  assert.match(text, /line 99 of "…" in ~\/x/)
  assert.doesNotMatch(text, /line 39 |Smith|\/home\/ada/)
})

test('a log cannot end its fence', () => {
  const text = reportText({ versions: {}, settings: {}, logs: { Log: '```\n# heading' } }, places)
  assert.equal(text.match(/^```$/gm)?.length, 2)
})
