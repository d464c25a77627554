/** The one layout. A text that is laid out already gets no edit, and a line that is right is not touched. */
import { diffLines } from 'diff'
import type { TextEdit } from 'vscode-languageserver/node'
import { format } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

/** Edits of whole lines that lead to the formatted text. */
export function formatting({ document }: FileContext): TextEdit[] {
  const text = document.getText()
  const formatted = format(text)
  if (formatted === text) return []
  const edits: TextEdit[] = []
  let offset = 0
  let open: { start: number; end: number; newText: string } | undefined
  const close = (): void => {
    if (open) edits.push({ range: rangeOf(document, open), newText: open.newText })
    open = undefined
  }
  for (const { added, removed, value } of diffLines(text, formatted)) {
    if (!added && !removed) {
      close()
      offset += value.length
      continue
    }
    open ??= { start: offset, end: offset, newText: '' }
    if (added) open.newText += value
    else open.end = offset += value.length
  }
  close()
  return edits
}
