/** Quantiles and medians that are looked up are those that the database computes of rows that it holds. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { manyRows, medianSql, statisticsSql } from './statistics.ts'

let connection: DuckDBConnection
before(async () => void (connection = await (await DuckDBInstance.create(':memory:')).connect()))
after(() => connection.disconnectSync())

const values: Readonly<Record<string, string>> = {
  'different floats': 'sin(i * 1.7) * 100',
  'few values': 'CAST(i % 3 AS DOUBLE)',
  'whole numbers': 'i * 7919 % 101',
  'one value': '0.1',
  'some missing': 'CASE WHEN i % 4 > 0 THEN cos(i) END',
  extremes: `[1.7e308, -1.7e308, 5e-324, 0.0][i % 4 + 1]`,
}

for (const [name, sql] of Object.entries(values))
  test(`statistics of many rows are those of few: ${name}`, async () => {
    for (const n of [1, 2, 3, 4, 5, 20, 99, 100, 101, 199, 200, 1000, 2347]) {
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE rows AS SELECT ${sql} AS x, TRUE AS label, 0 AS part FROM range(1, ${n + 1}) AS t(i)`,
      )
      const read = async (text: string) => (await connection.runAndReadAll(text)).getRowObjectsJS()[0]
      const column = { column: 'x', kind: 'float' as const }
      const few = await read(statisticsSql('rows', { ...column, nRows: n }))
      assert.deepEqual(
        await read(statisticsSql('rows', { ...column, nRows: manyRows + 1 })),
        few,
        `${n} rows`,
      )
      const median = await read('SELECT CAST(median(x) AS DOUBLE) AS median FROM rows')
      assert.deepEqual(await read(medianSql('x', { rows: 'rows', where: 'TRUE' })), median, `${n} rows`)
    }
  })
