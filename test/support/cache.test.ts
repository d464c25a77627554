import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { cached, cacheFolder } from './cache.ts'

test('a tool is installed once per lockfile, and again after an interruption', async t => {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-cache-'))
  const before = process.env['SLIPWAY_CACHE']
  process.env['SLIPWAY_CACHE'] = path.join(folder, 'cache')
  t.after(async () => {
    if (before === undefined) delete process.env['SLIPWAY_CACHE']
    else process.env['SLIPWAY_CACHE'] = before
    await rm(folder, { recursive: true, force: true })
  })
  const entry = { name: 'tool', lockfile: path.join(folder, 'lock.json') }
  await writeFile(entry.lockfile, '1')
  const seen: string[][] = []
  const install = async (target: string): Promise<void> => {
    seen.push(await readdir(target))
    await writeFile(path.join(target, 'half'), '')
    if (seen.length === 1) throw new Error('interrupted')
  }
  await assert.rejects(cached(entry, install), /interrupted/)
  const [a, b] = await Promise.all([cached(entry, install), cached(entry, install)])
  assert.equal(a, b)
  assert.equal(a, await cacheFolder(entry))
  assert.deepEqual(seen, [[], []], 'twice in all, each time into an empty folder')
  await writeFile(entry.lockfile, '2')
  assert.notEqual(await cached(entry, install), a)
})
