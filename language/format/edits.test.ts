import assert from 'node:assert/strict'
import test from 'node:test'
import { type TextChange, formatEdits, formatOnType, formatRange } from './edits.ts'
import { format } from './format.ts'

function apply(text: string, changes: readonly TextChange[]): string {
  return changes
    .toReversed()
    .reduce((done, { span, text: by }) => done.slice(0, span.start) + by + done.slice(span.end), text)
}

const messy = `source  s{from csv "a.csv",time t}

model m {
  features {
    a=1
    longer  = 2


    c =   3
  }
  label   l=a>1
}
`

test('the edits of a text lead to its canonical form and touch no token', () => {
  const changes = formatEdits(messy)
  assert.equal(apply(messy, changes), format(messy))
  for (const { span, text } of changes) {
    assert.match(messy.slice(span.start, span.end), /^[\s,]*$/)
    assert.match(text, /^\s*$/)
  }
  assert.deepEqual(formatEdits(format(messy)), [])
  assert.equal(
    apply(messy.replaceAll('\n', '\r\n'), formatEdits(messy.replaceAll('\n', '\r\n'))),
    format(messy).replaceAll('\n', '\r\n'),
  )
})

test('a range changes its own lines only', () => {
  const start = messy.indexOf('    a=1')
  const ranged = apply(messy, formatRange(messy, { start, end: start + 1 }))
  assert.equal(ranged, messy.replace('    a=1', '    a      = 1'))
  const label = messy.indexOf('label')
  assert.equal(
    apply(messy, formatRange(messy, { start: label, end: label })),
    messy.replace('label   l=a>1', 'label l = a > 1'),
  )
  assert.equal(apply(messy, formatRange(messy, { start: 0, end: messy.length })), format(messy))
})

/** `|` is where the cursor stands after typing. */
function typed(text: string, what: string): string {
  const offset = text.indexOf('|')
  const plain = text.slice(0, offset) + text.slice(offset + 1)
  return apply(plain, formatOnType(plain, offset, what))
}

test('a new line lays out the lines above it and indents itself', () => {
  assert.equal(
    typed('model m {\n  features {\n    a=1\n    longer=2\n|\n  }\n}\n', '\n'),
    'model m {\n  features {\n    a      = 1\n    longer = 2\n    \n  }\n}\n',
  )
  assert.equal(typed('model m {\n|}\n', '\n'), 'model m {\n}\n')
  assert.equal(typed('model m {\n|\n', '\n'), 'model m {\n  \n')
  assert.equal(typed('entity  a(x: int)\n|', '\n'), 'entity a(x: int)\n')
  assert.equal(typed('|', '\n'), '')
})

test('a brace lays out what it closes', () => {
  assert.equal(
    typed('entity  a(x: int)\nmodel m {\n features {\n a=1\n bb=2\n}|\n label  x=1\n}\n', '}'),
    'entity  a(x: int)\nmodel m {\n  features {\n    a  = 1\n    bb = 2\n  }\n label  x=1\n}\n',
  )
  assert.equal(typed('model m {\n x }|\n', '}'), 'model m {\n x }\n')
})
