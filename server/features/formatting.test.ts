import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { format, parse } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { formatting } from './formatting.ts'

const lines = [
  'source s {',
  '  from csv "a.csv"',
  'time   t',
  '}',
  '',
  '// a comment',
  'entity e(k:string)',
  'model m {',
  '  observe s',
  ' features { a, b = 1+2 }',
  '   label l = x > 1',
  '((',
]

test('applying the edits gives the formatted text', () => {
  const text = fc.tuple(fc.array(fc.constantFrom(...lines), { maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
  fc.assert(
    fc.property(text, ([parts, newline]) => {
      const before = parts.join(newline)
      const document = TextDocument.create('file:///a.slip', 'slipway', 1, before)
      const file = { document, tree: parse(before), path: 'a.slip' } as unknown as FileContext
      assert.equal(TextDocument.applyEdits(document, formatting(file)), format(before))
    }),
    { numRuns: 200 },
  )
})
