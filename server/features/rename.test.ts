import assert from 'node:assert/strict'
import test from 'node:test'
import type { LinkedEditingRanges, WorkspaceEdit } from 'vscode-languageserver-protocol/node'
import { openFlights } from '../testing/flights.ts'

/** What is written, by file. */
const texts = (edit: WorkspaceEdit): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(edit.changes!).map(([uri, edits]) => [uri.split('/').at(-1)!, edits.map(e => e.newText)]),
  )

test('rename reaches every file, and leaves the data and the language alone', async t => {
  const client = await openFlights(t)
  const place = '= delay_7d|('
  const range = await client.ask<{ placeholder: string }>('prepareRename', place)
  assert.equal(range.placeholder, 'delay_7d')
  const edit = await client.ask<WorkspaceEdit>('rename', place, { newName: 'delay of a week' })
  const written = '`delay of a week`'
  assert.deepEqual(texts(edit), { 'late.slip': [written, written], 'sources.slip': [written, written] })
  assert.equal(await client.ask('prepareRename', 'log1p(dist|ance)'), null)
  assert.equal(await client.ask('prepareRename', 'log|1p'), null)
  const bare = await client.ask<WorkspaceEdit>('rename', '    ori|gin\n', { newName: 'from_airport' })
  assert.deepEqual(texts(bare), { 'late.slip': ['from_airport = origin'] })
})

test('a name that is taken, and one that is none, are refused with a reason', async t => {
  const client = await openFlights(t)
  const rename = (newName: string) => client.ask('rename', '= delay_7d|(', { newName })
  await assert.rejects(rename('delay_1d'), /has a feature `delay_1d` already/)
  await assert.rejects(rename('  '), /Expected a name of one line/)
})

test('names that a model gives itself are typed together', async t => {
  const client = await openFlights(t)
  const linked = await client.ask<LinkedEditingRanges>('linkedEditingRange', '    trend|  ')
  assert.deepEqual(
    linked.ranges.map(({ start }) => [start.line, start.character]),
    [
      [9, 4],
      [10, 34],
    ],
  )
  assert.match('größe_2', new RegExp(`^${linked.wordPattern}$`))
  assert.equal(await client.ask('linkedEditingRange', '    ori|gin\n'), null, 'it is a column too')
  assert.equal(await client.ask('linkedEditingRange', '= delay_7d|('), null, 'other files name it')
  assert.equal(await client.ask('linkedEditingRange', 'log1p(dist|ance)'), null)
})
