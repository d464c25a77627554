import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { killOrphans } from './orphans.ts'

test('processes that work for the folder are ended, others left alone', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-orphans-'))
  t.after(() => rm(folder, { recursive: true }))
  const sleeper = (argument: string) =>
    spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', argument])
  const ours = sleeper(join(folder, 'run-1/request.json'))
  const other = sleeper(`${folder}-other/request.json`)
  t.after(() => other.kill('SIGKILL'))
  await Promise.all([once(ours, 'spawn'), once(other, 'spawn')])
  const exit = once(ours, 'exit')
  assert.deepEqual(await killOrphans(folder), [ours.pid])
  assert.deepEqual(await exit, [null, 'SIGKILL'])
  assert.equal(other.exitCode, null)
})
