import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { tableFromArrays } from 'apache-arrow'
import { DataFrame } from 'danfojs-node'
import type * as Arrow from 'apache-arrow'
import { sql } from '../tables/sql.ts'
import { isTable, type Table } from '../tables/table.ts'
import { createSmallProject } from '../testing/small-project.ts'
import { codecByName, codecFor } from './index.ts'

const project = await createSmallProject()
after(project.dispose)

const codec = codecByName('table')
let nFiles = 0
async function roundTrip(value: unknown): Promise<unknown> {
  const path = join(project.root, `value ${++nFiles}.parquet`)
  await codec.write(value, path)
  return await codec.read(path)
}

test('a table comes back as a table, rows and types kept', async () => {
  const table = sql`select i, 'x' || i as s, timestamp '2001-01-01 00:00:00.000001' as t from range(10) t(i)`
  const back = (await roundTrip(table)) as Table
  assert.ok(isTable(back))
  assert.deepEqual(await back.columns(), await table.columns())
  assert.equal(await sql`select * from ${table} except select * from ${back}`.count(), 0)
})

test('an Arrow table comes back as an Arrow table', async () => {
  const table = tableFromArrays({
    n: Float64Array.from([1, NaN, 3]),
    s: ['a', null, "c'"],
    i: Int32Array.from([1, 2, 3]),
  })
  const back = (await roundTrip(table)) as Arrow.Table
  assert.deepEqual(back.getChild('s')!.toArray(), ['a', null, "c'"])
  assert.deepEqual([...back.getChild('n')!.toArray()], [1, NaN, 3])
  assert.deepEqual([...back.getChild('i')!.toArray()], [1, 2, 3])
})

test('a DataFrame comes back as a DataFrame', async () => {
  const frame = new DataFrame({ name: ['a', "b'"], n: [1, 2], x: [0.5, NaN], ok: [true, false] })
  const back = (await roundTrip(frame)) as DataFrame
  assert.deepEqual(back.columns, frame.columns)
  assert.deepEqual(back.values, frame.values)
})

test('every value finds its codec, or none', () => {
  assert.equal(codecFor(sql`select 1`), 'table')
  assert.equal(codecFor(new DataFrame({ a: [1] })), 'table')
  assert.equal(codecFor(new Uint8Array(2)), 'bytes')
  assert.equal(codecFor({ a: [1, new Date()] }), 'json')
  assert.equal(
    codecFor(() => 1),
    undefined,
  )
  assert.equal(codecFor(Promise.resolve(1)), undefined)
})

test('a value of another kind is refused', async () => {
  await assert.rejects(roundTrip({ a: 1 }), { code: 'LIB201' })
})
