/** The one layout. A text that is laid out already gets no edit. */
import type { TextEdit } from 'vscode-languageserver/node'
import { format } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

/** The smallest single edit that leads to the formatted text. */
export function formatting({ document }: FileContext): TextEdit[] {
  const text = document.getText()
  const formatted = format(text)
  if (formatted === text) return []
  const start = commonPrefix(text, formatted)
  const tail = commonSuffix(text.slice(start), formatted.slice(start))
  const span = { start, end: text.length - tail }
  return [{ range: rangeOf(document, span), newText: formatted.slice(start, formatted.length - tail) }]
}

function commonPrefix(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function commonSuffix(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++
  return length
}
