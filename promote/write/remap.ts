/** Where a place of a text is in another text that was made of it by edits of lines. */
import { diffIndices } from 'node-diff3'

export interface Remap {
  /** A half-open span, UTF-16; the lines that were edited within it belong to it. */
  span(span: { readonly start: number; readonly end: number }): { start: number; end: number }
}

export function createRemap(from: string, to: string): Remap {
  const [a, b] = [from.split('\n'), to.split('\n')]
  const [startsA, startsB] = [lineStarts(a), lineStarts(b)]
  const changes = diffIndices(a, b)

  function place(offset: number, side: 'start' | 'end'): number {
    const line = Math.max(
      0,
      startsA.findLastIndex(start => start <= offset),
    )
    const column = offset - (startsA[line] ?? 0)
    let shift = 0
    for (const {
      buffer1: [start, length],
      buffer2: [toStart, toLength],
    } of changes) {
      if (line < start) break
      if (line < start + length) {
        if (side === 'start') return (startsB[toStart] ?? to.length) + indent(b[toStart] ?? '')
        const last = toStart + toLength - 1
        return Math.max(0, (startsB[last] ?? 0) + (b[last] ?? '').length)
      }
      shift = toStart + toLength - (start + length)
    }
    return Math.min(to.length, (startsB[line + shift] ?? to.length) + column)
  }

  return {
    span({ start, end }) {
      const first = place(start, 'start')
      return { start: first, end: Math.max(first, place(end, 'end')) }
    },
  }
}

function lineStarts(lines: readonly string[]): readonly number[] {
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + 1
  }
  return starts
}

function indent(line: string): number {
  return line.length - line.trimStart().length
}
