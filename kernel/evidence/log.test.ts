import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createEvidenceLog, type CellThatRan } from './log.ts'
import type { CellEvidence, Observed } from './record.ts'

const observed: Observed = {
  files: [],
  hosts: ['example.com:443'],
  environment: ['HOME'],
  processes: ['ls'],
  random: false,
  packages: [],
  values: [{ name: 'x', type: 'number', hash: '00' }],
  unlooked: [],
  changes: [],
}

const ran = (run: string, order: number): CellThatRan => ({
  ...{ run, cell: 'c', source: '1', order, status: 'ok', time: '2026-01-01T00:00:00.000Z' },
  uses: { reads: ['y', 'Date', 'Math'], writes: ['x'], captured: [], dynamic: false },
})

test('a line of the session, then one per cell, whatever comes first', async context => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-evidence-'))
  context.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'data.csv'), 'a\n')
  const log = createEvidenceLog({ folder, id: 's', notebook: 'n.ipynb', kernel: '0', log: assert.fail })
  log.ran(ran('a', 1))
  log.observed('a', { ...observed, files: [{ path: join(folder, 'data.csv'), read: true, written: false }] })
  log.observed('b', observed)
  log.ran(ran('b', 2))
  log.restarted()
  log.ran(ran('c', 1))
  await log.close()
  const text = await readFile(join(folder, '.slipway/sessions/s.evidence.jsonl'), 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as CellEvidence & { notebook?: string })
  assert.deepEqual(
    lines.map(({ type }) => type as string),
    ['session', 'cell', 'cell', 'restart', 'cell'],
  )
  assert.equal(lines[0]!.notebook, 'n.ipynb')
  const { reads, writes, clock, hosts, files } = lines[1]!
  assert.deepEqual(
    { reads, writes, clock, hosts },
    { reads: ['y'], writes: ['x'], clock: true, hosts: observed.hosts },
  )
  assert.deepEqual([files[0]!.path, files[0]!.sizeBytes, files[0]!.sha256?.length], ['data.csv', 2, 64])
  assert.deepEqual(lines[4]!.values, [])
})

test('a folder that cannot be written is told once', async () => {
  const told: string[] = []
  const log = createEvidenceLog({
    folder: '/dev/null/x',
    id: 's',
    notebook: null,
    kernel: '0',
    log: text => told.push(text),
  })
  log.ran(ran('a', 1))
  log.ran(ran('b', 2))
  await log.close()
  assert.equal(told.length, 1)
})
