/** Lines before they are text: what aligns with what is decided once all of a block's lines are known. */

export interface Line {
  readonly indent: number
  /** One text, or two of which the second begins in the same column on all lines of its group. */
  readonly cells: readonly [string] | readonly [string, string]
  /** Lines align with those of the same group that follow one another without a blank line. */
  readonly group?: string
  readonly blankBefore: boolean
  readonly comment?: string
  /** Taken over as it was, indentation included. */
  readonly raw?: boolean
}

export function printLines(lines: readonly Line[], newline: string): string {
  const widths = columnWidths(lines)
  const printed = lines.map((line, i) => {
    const text = lineText(line, widths[i] ?? 0) + (line.comment === undefined ? '' : `  ${line.comment}`)
    return (line.blankBefore && i > 0 ? newline : '') + (line.raw ? '' : ' '.repeat(line.indent)) + text
  })
  return printed.length === 0 ? '' : printed.join(newline) + newline
}

function lineText({ cells }: Line, width: number): string {
  const [first, second] = cells
  return second === undefined ? first : first.padEnd(width) + ' ' + second
}

/** For every line how wide the first cells of its group are. */
function columnWidths(lines: readonly Line[]): readonly number[] {
  const widths: number[] = []
  for (let start = 0; start < lines.length;) {
    const end = groupEnd(lines, start)
    const two = lines.slice(start, end).filter(line => line.cells.length === 2)
    const width = Math.max(0, ...two.map(line => line.cells[0].length))
    for (; start < end; start++) widths.push(width)
  }
  return widths
}

function groupEnd(lines: readonly Line[], start: number): number {
  const { group, indent } = lines[start]!
  let end = start + 1
  if (group === undefined) return end
  while (
    end < lines.length &&
    !lines[end]!.blankBefore &&
    lines[end]!.indent === indent &&
    lines[end]!.group === group
  )
    end++
  return end
}
