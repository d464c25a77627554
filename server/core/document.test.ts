import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { type PositionEncoding, changeDocument, chooseEncoding, createDocument } from './document.ts'

const uri = 'file:///a.slip'
const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\r\n', 'é', '漢', '😀', ' ') })
const encoding = fc.constantFrom<PositionEncoding>('utf-8', 'utf-16', 'utf-32')

test('the editor chooses the encoding', () => {
  assert.equal(chooseEncoding(['utf-32', 'utf-8']), 'utf-32')
  assert.equal(chooseEncoding(['utf-7', 'utf-8', 'utf-16']), 'utf-8')
  for (const odd of [undefined, null, [], 'utf-8', [7]]) assert.equal(chooseEncoding(odd), 'utf-16')
})

test('columns are counted in the units of the encoding', () => {
  const column = (units: PositionEncoding): number =>
    createDocument({ uri, text: 'x\né漢😀|', encoding: units }).positionAt(6).character
  assert.deepEqual([column('utf-8'), column('utf-16'), column('utf-32')], [9, 4, 3])
})

test('a position leads back to its offset, in every encoding and with every line end', () => {
  fc.assert(
    fc.property(text, encoding, (written, units) => {
      const document = createDocument({ uri, text: written, encoding: units })
      for (let offset = 0; offset <= written.length; offset++) {
        const back = document.offsetAt(document.positionAt(offset))
        const isInside = isLow(written, offset) || /\r\n/.test(written.slice(offset - 1, offset + 1))
        if (!isInside) assert.equal(back, offset)
        assert.ok(back <= offset || isLow(written, offset))
      }
    }),
  )
})

const isLow = (written: string, offset: number): boolean => {
  const code = written.charCodeAt(offset)
  return code >= 0xdc00 && code <= 0xdfff
}

test('UTF-16 is counted as everyone counts it', () => {
  fc.assert(
    fc.property(text, fc.nat(20), fc.nat(20), (written, line, character) => {
      const ours = createDocument({ uri, text: written })
      const theirs = TextDocument.create(uri, 'slipway', 0, written)
      assert.equal(ours.lineCount, theirs.lineCount)
      assert.equal(ours.offsetAt({ line, character }), theirs.offsetAt({ line, character }))
      assert.deepEqual(ours.positionAt(character), theirs.positionAt(character))
    }),
  )
})

test('changes are applied one after the other, and leave the document before them alone', () => {
  const before = createDocument({ uri, text: 'é one\r\ntwo', version: 1, encoding: 'utf-8' })
  const range = { start: { line: 0, character: 3 }, end: { line: 1, character: 1 } }
  const start = { line: 0, character: 0 }
  const after = changeDocument(
    before,
    [
      { range, text: 'x' },
      { range: { start, end: start }, text: '>' },
    ],
    2,
  )
  assert.equal(after.getText(), '>é xwo')
  assert.equal(after.version, 2)
  assert.equal(before.getText(), 'é one\r\ntwo')
  assert.equal(changeDocument(after, [{ text: 'new' }], 3).getText(), 'new')
})

test('a position that is none is brought inside the text', () => {
  const document = createDocument({ uri, text: 'ab\ncd' })
  const at = (line: unknown, character: unknown): number =>
    document.offsetAt({ line, character } as { line: number; character: number })
  assert.deepEqual(
    [at(-1, 5), at(0, 99), at(9, 0), at(1, -3), at(undefined, 0), at(1, 'x')],
    [0, 2, 5, 3, 0, 3],
  )
})
