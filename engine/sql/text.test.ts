import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import test from 'node:test'
import { openEngine } from '../index.ts'
import { literal, quoteName, quoteText } from './text.ts'

test('any text and any name survive the database', async () => {
  const engine = await openEngine({ root: tmpdir(), threads: 1 })
  const connection = await engine.connection()
  const value = async (sql: string) => (await connection.runAndReadAll(`SELECT ${sql}`)).getRowsJS()[0]![0]
  for (const text of ['', "it's", `"; DROP TABLE x; --`, 'a\\b', 'a\nb', 'Größe', '😀', 'a\0b', '${x}', '%s'])
    assert.equal(await value(quoteText(text)), text)
  for (const name of ['a b', 'a"b', "a'b", 'Größe', 'select', '1', ';']) {
    const reader = await connection.runAndReadAll(`SELECT 1 AS ${quoteName(name)}`)
    assert.deepEqual(reader.columnNames(), [name])
  }
  for (const x of [0, 1, -1, 0.1, -1e-300, 5e-324, 1e300, Number.MAX_VALUE, 2 ** 53])
    assert.equal(await value(literal('float', x)), x)
  for (const x of [NaN, Infinity, -Infinity]) assert.equal(await value(literal('float', x)), null)
  assert.deepEqual(await value(literal('timestamp', -1_000_000)), new Date(-1000))
  connection.disconnectSync()
  await engine.close()
})
