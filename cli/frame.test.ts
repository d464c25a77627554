import assert from 'node:assert/strict'
import test from 'node:test'
import { createColors } from 'picocolors'
import type { Diagnostic } from '../language/index.ts'
import { codeFrame } from './frame.ts'

test('a frame underlines the culprit, below tabs too', () => {
  const text = 'a\n\tb = unknwon + 1\n'
  const start = text.indexOf('unknwon')
  const diagnostic: Diagnostic = {
    code: 'SLIP102',
    severity: 'error',
    path: 'm.slip',
    span: { start, end: start + 7 },
    message: 'No column `unknwon`.',
    hint: 'Did you mean `unknown`?',
  }
  assert.equal(
    codeFrame(text, diagnostic, createColors(false)),
    [
      'm.slip:2:6 error SLIP102 No column `unknwon`.',
      '  2 │ \tb = unknwon + 1',
      '    │ \t    ^^^^^^^',
      '    = Did you mean `unknown`?',
    ].join('\n'),
  )
})
