import assert from 'node:assert/strict'
import test from 'node:test'
import type { Compiled } from '../messages.ts'
import { startTestClient } from '../testing/client.ts'

const text = `source rides {
  from csv "data/rides.csv"
  time at
}

entity rider(name: string)

feature rides_7d of rider = count() by rides.rider over 7 days

feature busy of rider = rides_7d / 7

model long {
  observe rides
  features { before = rides_7d(rider) }
  label is_long = minutes > 30
  split by random seed 1 { train 0.8, test 0.2 }
  algorithm logistic_regression
  output p = probability(is_long)
}
`

test('a model or a feature becomes SQL, a model a plan; with an error, the reasons', async t => {
  const client = await startTestClient({
    files: {
      'data/rides.csv': 'at,rider,minutes\n2001-01-01T00:00:00,Ada,12\n2001-01-02T00:00:00,Bob,40\n',
      'rides.slip': text,
    },
  })
  t.after(() => client.stop())
  await client.open('rides.slip', text)
  await client.diagnostics('rides.slip', found => found.every(({ severity }) => severity !== 1))
  const ask = (name: string, form: 'sql' | 'plan'): Promise<Compiled | null> =>
    client.connection.sendRequest('slipway/compiled', {
      textDocument: { uri: client.uri('rides.slip') },
      name,
      form,
    })
  assert.match((await ask('long', 'sql'))?.text ?? '', /read_csv.*rides\.csv/s)
  assert.match((await ask('rides_7d', 'sql'))?.text ?? '', /^-- observations.*count/s)
  assert.match((await ask('busy', 'sql'))?.text ?? '', /\/ 7/)
  const plan = JSON.parse((await ask('long', 'plan'))?.text ?? '{}') as { model?: string }
  assert.equal(plan.model, 'long')
  assert.equal(await ask('busy', 'plan'), null, 'a feature has no plan of its own')
  assert.equal(await ask('nobody', 'sql'), null)

  await client.edit('rides.slip', text.replace('minutes > 30', 'minuets > 30'))
  const wrong = await ask('long', 'sql')
  assert.equal(wrong?.text, undefined)
  assert.match(wrong?.problems[0] ?? '', /^rides\.slip:15: SLIP102 /)
})
