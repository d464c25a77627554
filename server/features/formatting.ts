/** The one layout: of a whole text, of a part of it, and while it is typed. What is right already gets no edit. */
import type { Range, TextEdit } from 'vscode-languageserver/node'
import { type TextChange, formatEdits, formatOnType, formatRange } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

export function formatting(file: FileContext): TextEdit[] {
  return toEdits(file, formatEdits(file.document.getText()))
}

/** Of the lines that the ranges touch, and of no others. */
export function rangeFormatting(file: FileContext, ranges: readonly Range[]): TextEdit[] {
  const { document } = file
  const changes = ranges.flatMap(({ start, end }) =>
    formatRange(document.getText(), { start: document.offsetAt(start), end: document.offsetAt(end) }),
  )
  // Two ranges may touch one line.
  const once = new Map(changes.map(change => [`${change.span.start}:${change.span.end}`, change]))
  return toEdits(
    file,
    [...once.values()].sort((a, b) => a.span.start - b.span.start),
  )
}

/** @param offset behind what was typed */
export function onTypeFormatting(file: FileContext, offset: number, typed: string): TextEdit[] {
  return toEdits(file, formatOnType(file.document.getText(), offset, typed))
}

function toEdits({ document }: FileContext, changes: readonly TextChange[]): TextEdit[] {
  return changes.map(({ span, text }) => ({ range: rangeOf(document, span), newText: text }))
}
