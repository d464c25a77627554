import assert from 'node:assert/strict'
import test from 'node:test'
import type { Outline } from '../lsp/requests.ts'
import { testsOf } from './discovery.ts'

const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 9 } })
const symbol = (name: string, detail: string, line: number, children: Outline[] = []): Outline => ({
  name,
  detail,
  range: at(line),
  selectionRange: at(line),
  children,
})

test('models with tests are found, everything else is left out', () => {
  const found = testsOf([
    symbol('flights', 'source', 0),
    symbol('late', 'model', 1, [
      symbol('hour', 'feature', 2),
      symbol('calm', 'test', 3),
      symbol('far', 'test', 7),
    ]),
    symbol('untested', 'model', 9, [symbol('hour', 'feature', 10)]),
  ])
  assert.deepEqual(found, [
    {
      name: 'late',
      range: at(1),
      tests: [
        { name: 'calm', range: at(3) },
        { name: 'far', range: at(7) },
      ],
    },
  ])
})
