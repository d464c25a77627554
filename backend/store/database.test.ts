import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { openDatabase } from './database.ts'

test('a state folder of the first version is taken over, and metrics get their intervals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-state-'))
  try {
    const file = join(folder, 'state.db')
    const old = new DatabaseSync(file)
    old.exec(`create table metrics (run text not null, step text not null, name text not null, value real not null,
      primary key (run, step, name)) strict; insert into metrics values ('r', 's', 'test.auc', 0.7);
      pragma user_version = 1`)
    old.close()
    const { sql, close } = openDatabase(file)
    sql.prepare('insert into metrics values (?, ?, ?, ?, ?, ?)').run('r', 's', 'test.f1', 0.5, 0.4, 0.6)
    const found = sql.prepare('select name, low, high from metrics order by name').all()
    assert.deepEqual(
      found.map(row => ({ ...row })),
      [
        { name: 'test.auc', low: null, high: null },
        { name: 'test.f1', low: 0.4, high: 0.6 },
      ],
    )
    close()
    openDatabase(file).close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
