import assert from 'node:assert/strict'
import test from 'node:test'
import { redactFacts, reportText } from './text.ts'

const places = { root: '/home/mira/birds', home: '/home/mira', user: 'mira', host: 'nestbox' }

test('a report says what there is, and nothing of who, where and what the data says', () => {
  const facts = redactFacts(
    {
      versions: { Node: '24.0.0' },
      settings: { backend: 'an address' },
      project: { models: 2 },
      diagnostics: { SLIP102: 3 },
      problems: ['Expected a file at /home/mira/birds/data/x.csv, got "Jo Smith".'],
      logs: { 'Backend log': 'mira: ``` listening with token=abc at https://trainer.example/x' },
    },
    places,
  )
  const text = reportText(facts)
  for (const part of ['| Node | 24.0.0 |', '| models | 2 |', '| SLIP102 | 3 |', '<project>/data/x.csv'])
    assert.ok(text.includes(part), part)
  assert.doesNotMatch(text, /mira|Smith|abc|trainer/)
  assert.equal(text.match(/```/g)?.length, 2, 'what is logged cannot end its block')
  assert.doesNotMatch(JSON.stringify(facts), /mira|Smith|abc|trainer/)
})
