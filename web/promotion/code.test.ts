import assert from 'node:assert/strict'
import test from 'node:test'
import { tokensOf } from './code.ts'

const kinds = (text: string): string =>
  tokensOf(text)
    .filter(({ kind }) => kind !== 'plain')
    .map(({ kind, text }) => `${kind}:${text}`)
    .join(' ')

test('words, numbers, texts and comments are told apart', () => {
  assert.equal(
    kinds("const n = await read('a // b', 1_000.5e3) // so 12"),
    "keyword:const keyword:await call:read string:'a // b' number:1_000.5e3 comment:// so 12",
  )
})

test('a name that holds a keyword or a number is a name', () => {
  assert.equal(kinds('constant1 + x2.of3'), '')
})

test('nothing of the text is lost', () => {
  const text = "const a = `x${1}` /* never closed\n'\n\\ @#"
  assert.equal(
    tokensOf(text)
      .map(token => token.text)
      .join(''),
    text,
  )
})
