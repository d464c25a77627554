/**
 * The prediction log: what was asked and answered, appended. In a file of its own, so that its size and pace are
 * no matter to the state of the service; a kill of the process loses nothing, a loss of power the last moments.
 */
import { DatabaseSync } from 'node:sqlite'
import { now } from './database.ts'

export interface LoggedPrediction {
  readonly endpoint: string
  readonly model: string
  readonly modelVersion: number
  readonly requestId: string
  /** The row as it was scored, looked-up features included. */
  readonly row: unknown
  readonly prediction: unknown
}

export type PredictionLog = ReturnType<typeof openPredictionLog>

export function openPredictionLog(file: string) {
  const sql = new DatabaseSync(file)
  sql.exec(`
    pragma journal_mode = wal; pragma synchronous = normal;
    create table if not exists predictions (
      id integer primary key, at text not null, endpoint text not null, model text not null,
      model_version integer not null, request text not null, row text not null, prediction text not null
    ) strict;
    create table if not exists counts (endpoint text primary key, n integer not null) strict;
  `)
  const insert = sql.prepare(
    'insert into predictions (at, endpoint, model, model_version, request, row, prediction) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const count = sql.prepare('insert into counts values (?, ?) on conflict do update set n = n + excluded.n')
  const counted = sql.prepare('select n from counts where endpoint = ?')
  return {
    append: (predictions: readonly LoggedPrediction[]): void => {
      if (predictions.length === 0) return
      const at = now()
      sql.exec('begin')
      for (const { endpoint, model, modelVersion, requestId, row, prediction } of predictions)
        insert.run(
          at,
          endpoint,
          model,
          modelVersion,
          requestId,
          JSON.stringify(row),
          JSON.stringify(prediction),
        )
      count.run(predictions[0]!.endpoint, predictions.length)
      sql.exec('commit')
    },
    count: (endpoint: string): number => (counted.get(endpoint) as { n: number } | undefined)?.n ?? 0,
    close: () => sql.close(),
  }
}
