/** The engine on three million real flights: its figures, and the window row by row against a query of its own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { promisify } from 'node:util'
import { delayFeature, flightsFile, flightsRoot, flightsSource } from '../bench/flights/plan.ts'
import type { FlightsTraining } from '../bench/flights/train.ts'
import { openEngine, sourceRelation, windowSql, type Connection, type Engine } from '../engine/index.ts'

const nSampled = 100_000

let engine: Engine
let connection: Connection

before(async () => {
  engine = await openEngine({
    root: flightsRoot,
    spillFolder: join(tmpdir(), `slipway-spill-${process.pid}`),
  })
  connection = await engine.connection()
  await connection.run(
    `CREATE TEMP TABLE flights AS SELECT row_number() OVER () AS row_id, * FROM '${flightsFile}'`,
  )
  // Every exact duplicate there is, then flights drawn by hash.
  await connection.run(`CREATE TEMP TABLE sampled AS
    SELECT flights.* FROM flights
    LEFT JOIN (SELECT date, delay, distance, origin, destination FROM flights GROUP BY ALL HAVING count(*) > 1) AS twins
    USING (date, delay, distance, origin, destination)
    ORDER BY twins.date IS NULL, hash(row_id) LIMIT ${nSampled}`)
  // A week touches eight calendar days; joining by day keeps the pairs few.
  await connection.run(`CREATE TEMP TABLE expected AS
    WITH pairs AS (
      SELECT s.row_id, f.delay FROM sampled AS s CROSS JOIN range(8) AS d(back) JOIN flights AS f
      ON f.origin = s.origin AND f.date::DATE = s.date::DATE - d.back::INTEGER
      AND f.date >= s.date - INTERVAL 7 DAY AND f.date <= s.date - INTERVAL 3 HOUR
    )
    SELECT sampled.row_id, avg(pairs.delay) AS value FROM sampled LEFT JOIN pairs USING (row_id) GROUP BY sampled.row_id`)
})
after(async () => {
  connection.disconnectSync()
  await engine.close()
})

test('the week before, per airport, equals an independent query on 100,000 flights', async () => {
  const { nRows, nDifferent, nTwins } = await compareWindow()
  assert.equal(nRows, nSampled, 'every flight once')
  assert.ok(nTwins > 150, 'exact duplicates are among them')
  assert.equal(nDifferent, 0)
})

test('a window that reads the row itself is found out', async () => {
  const { nDifferent } = await compareWindow(includeTheRowItself)
  assert.ok(nDifferent > nSampled / 10, `${nDifferent} differ`)
})

/** What a careless engine would compute: rows up to and including the flight's own instant. */
function includeTheRowItself(sql: string): string {
  const leaking = sql.replace(`- ${flightsSource.knownAfterUs} >= running.instant`, '>= running.instant')
  assert.notEqual(leaking, sql)
  return leaking
}

async function compareWindow(change = (sql: string) => sql) {
  const sql = change(
    windowSql({
      feature: delayFeature,
      source: flightsSource,
      sourceRelation: sourceRelation('parquet', flightsFile),
      observed: 'sampled',
      row: 'row_id',
      time: 'date',
      keys: ['origin'],
    }),
  )
  const reader = await connection.runAndReadAll(`
    WITH ours AS (${sql}),
    compared AS (SELECT ours.value AS ours, expected.value AS value, sampled.* FROM sampled
      LEFT JOIN ours USING (row_id) LEFT JOIN expected USING (row_id)),
    twins AS (SELECT count(*) AS n FROM (SELECT count(*) AS n FROM sampled GROUP BY date, delay, distance, origin, destination HAVING n > 1))
    SELECT count(*), count(*) FILTER (ours IS DISTINCT FROM value AND (abs(ours - value) < 1e-9) IS NOT TRUE), (SELECT n FROM twins)
    FROM compared`)
  const [nRows, nDifferent, nTwins] = reader.getRowsJS()[0]!.map(Number) as [number, number, number]
  return { nRows, nDifferent, nTwins }
}

test('trains on every flight: AUC, time and memory', async t => {
  const script = join(import.meta.dirname, '..', 'bench', 'flights', 'train.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  const result = JSON.parse(stdout) as FlightsTraining
  t.diagnostic(stdout.trim())
  assert.ok(result.trainRows >= 1_000_000)
  assert.ok(result.testAuc >= 0.65, `test AUC ${result.testAuc}`)
  assert.ok(result.peakBytes < 2 ** 31, `peak ${result.peakBytes} bytes`)
  // Time of the processors: unlike that of the clock, it does not depend on what else runs here.
  assert.ok(result.cpuSeconds < 60, `${result.cpuSeconds} s`)
})
