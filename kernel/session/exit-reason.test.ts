import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeExit } from './exit-reason.ts'

const cases: readonly [Parameters<typeof describeExit>[0], RegExp][] = [
  [{ code: 3, signal: null, lastWords: '' }, /exit code 3, as by process\.exit/],
  [{ code: null, signal: 'SIGKILL', lastWords: '' }, /killed \(SIGKILL\)/],
  [{ code: null, signal: 'SIGSEGV', lastWords: '' }, /native code \(SIGSEGV, segmentation fault\)/],
  [
    { code: 3221225477, signal: null, lastWords: '' },
    /native code \(exit code 3221225477, access violation\)/,
  ],
  [{ code: null, signal: 'SIGABRT', lastWords: '' }, /by process\.abort\(\)/],
  [{ code: 134, signal: null, lastWords: 'x\nAssertion failed: y\n' }, /Assertion failed: y/],
  [
    {
      code: null,
      signal: 'SIGABRT',
      lastWords: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
    },
    /more memory than it may.*--max-old-space-size/,
  ],
  [{ code: null, signal: 'SIGTERM', lastWords: '' }, /ended by SIGTERM/],
]

test('an end is told with its cause', () => {
  for (const [exit, expected] of cases) assert.match(describeExit(exit), expected)
})
