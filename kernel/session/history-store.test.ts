import assert from 'node:assert/strict'
import { mkdtemp, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createHistory } from './history.ts'
import { createHistoryStore, historyFile, type HistoryStoreOptions } from './history-store.ts'

const folder = await mkdtemp(join(tmpdir(), 'slipway-history-'))
let nFiles = 0
const newFile = () => join(folder, `user/${++nFiles}.db`)
const open = (file: string, options: Partial<HistoryStoreOptions> = {}) =>
  createHistory(createHistoryStore({ file, log: assert.fail, ...options }))
const tail = { hist_access_type: 'tail', n: 100 }

test('sessions are numbered over kernels, and this one comes last', async () => {
  const file = newFile()
  const [first, second] = [open(file), open(file)]
  first.add(1, 'a')
  assert.deepEqual(await first.answer(tail), [[1, 1, 'a']])
  second.add(1, 'b')
  second.setOutput(1, 'shown')
  assert.deepEqual(await second.answer(tail), [
    [1, 1, 'a'],
    [2, 1, 'b'],
  ])
  first.add(2, 'c')
  assert.deepEqual(await first.answer(tail), [
    [2, 1, 'b'],
    [1, 1, 'a'],
    [1, 2, 'c'],
  ])
  assert.deepEqual(await second.answer({ ...tail, output: true }), [
    [1, 1, ['a', null]],
    [1, 2, ['c', null]],
    [2, 1, ['b', 'shown']],
  ])
  await Promise.all([first.close(), second.close()])
})

test('ranges: this session, an earlier one, one by its number', async () => {
  const file = newFile()
  const first = open(file)
  for (const [i, input] of ['a', 'b', 'c'].entries()) first.add(i + 1, input)
  await first.close()
  const second = open(file)
  second.add(1, 'd')
  const range = (rest: object) => second.answer({ hist_access_type: 'range', ...rest })
  assert.deepEqual(await range({ session: 0 }), [[0, 1, 'd']])
  assert.deepEqual(await range({ session: -1, start: 2, stop: 3 }), [[1, 2, 'b']])
  assert.deepEqual(await range({ session: 1, start: 2, stop: null }), [
    [1, 2, 'b'],
    [1, 3, 'c'],
  ])
  assert.deepEqual(await range({ session: 7 }), [])
  await second.close()
})

test('a restart begins another session', async () => {
  const history = open(newFile())
  history.add(1, 'a')
  history.restart()
  history.add(1, 'b')
  assert.deepEqual(await history.answer(tail), [
    [1, 1, 'a'],
    [2, 1, 'b'],
  ])
  assert.deepEqual(await history.answer({ hist_access_type: 'range', session: 0 }), [[0, 1, 'b']])
  await history.close()
})

test('kernels that write at once lose nothing', async () => {
  const file = newFile()
  const kernels = Array.from({ length: 4 }, () => open(file))
  for (let i = 1; i <= 50; i++) for (const [k, kernel] of kernels.entries()) kernel.add(i, `${k}:${i}`)
  await Promise.all(kernels.map(kernel => kernel.close()))
  const reader = open(file)
  assert.equal((await reader.answer({ hist_access_type: 'tail', n: 1000 })).length, 200)
  await reader.close()
})

test('the file is bounded, and nobody else may read it', async () => {
  const file = newFile()
  const first = open(file)
  for (let i = 1; i <= 30; i++) first.add(i, `cell ${i}`)
  first.add(31, 'x'.repeat(100_000))
  await first.close()
  const second = open(file, { maxInputs: 10 })
  const kept = await second.answer({ hist_access_type: 'tail', n: 100 })
  assert.deepEqual(
    kept.map(([, line]) => line),
    [21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
  )
  await second.close()
  if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o077, 0)
})

test('a file that is no database is told once; the session goes on', async () => {
  const file = join(folder, 'text')
  await writeFile(file, 'no database at all, but a text that is long enough to be seen as none')
  const told: string[] = []
  const history = open(file, { log: text => told.push(text) })
  history.add(1, 'a')
  history.add(2, 'b')
  assert.deepEqual(await history.answer(tail), [
    [1, 1, 'a'],
    [1, 2, 'b'],
  ])
  await history.close()
  assert.equal(told.length, 1)
  assert.match(told[0]!, /SLIPWAY_HISTORY/)
})

test('where it is kept', () => {
  assert.equal(historyFile({ SLIPWAY_HISTORY: 'off' }), undefined)
  assert.equal(historyFile({ SLIPWAY_HISTORY: '/a/b.db' }), '/a/b.db')
  assert.match(historyFile({ XDG_DATA_HOME: '/data' }) ?? '', /slipway.history\.db$/)
})
