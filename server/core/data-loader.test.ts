import assert from 'node:assert/strict'
import test from 'node:test'
import type { ColumnSchema } from '../../language/index.ts'
import { DataLoader } from './data-loader.ts'

const delay: ColumnSchema = { name: 'delay', type: { kind: 'int', nullable: true } }
const source = { format: 'csv' as const, path: 'data/flights.csv' }

test('columns arrive after the first question, and once more when the file changes', async () => {
  const file: { columns?: ColumnSchema[] } = {}
  let changes = 0
  const describe = async (): Promise<ColumnSchema[]> => {
    if (file.columns === undefined) throw new Error('no such file')
    return file.columns
  }
  const loader = new DataLoader({ load: describe, onChange: () => void changes++ })
  assert.equal(loader.get(source), undefined)
  await loader.settled(1000)
  assert.equal(changes, 0, 'an unreadable file is no news')
  file.columns = [delay]
  loader.refresh('data/other.csv')
  await loader.settled(1000)
  assert.equal(loader.get(source), undefined)
  loader.refresh(source.path)
  await loader.settled(1000)
  assert.deepEqual(loader.get(source), [delay])
  loader.refresh(source.path)
  await loader.settled(1000)
  assert.equal(changes, 1)
})

test('a file that changes while it is read is read again', async () => {
  const reads: ((columns: ColumnSchema[]) => void)[] = []
  const loader = new DataLoader({
    load: () => new Promise(resolve => reads.push(resolve)),
    onChange: () => {},
  })
  loader.get(source)
  loader.refresh(source.path)
  loader.refresh(source.path)
  await new Promise(setImmediate)
  reads[0]!([])
  await new Promise(setImmediate)
  assert.equal(reads.length, 2)
  reads[1]!([delay])
  await loader.settled(1000)
  assert.deepEqual(loader.get(source), [delay])
})
