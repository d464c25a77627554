/** Positions in rewritten cells back to the user's own lines, and stack traces that show only those. Pure. */
import type { DecodedMappings } from './rewrite.ts'

/** From 0. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Follows the maps one after the other; undefined where the text is not the user's. */
export function originalPosition(
  { line, column }: Position,
  maps: readonly DecodedMappings[],
): Position | undefined {
  let position: Position = { line, column }
  for (const map of maps) {
    const mapped = trace(position, map)
    if (!mapped) return undefined
    position = mapped
  }
  return position
}

function trace({ line, column }: Position, map: DecodedMappings): Position | undefined {
  const segments = map[line]
  let found: readonly number[] | undefined
  for (const segment of segments ?? []) {
    if (segment[0]! > column) break
    if (segment.length >= 4) found = segment
  }
  // Before the first segment stands text of ours that belongs to what follows it.
  found ??= segments?.find(segment => segment.length >= 4)
  if (!found) return undefined
  return {
    line: found[2]!,
    column: found[3]! + Math.max(0, column - found[0]!) * Number(segments!.length > 0),
  }
}

const cellPosition = /(Cell\[[^\]]*\]):(\d+):(\d+)/g

/** Rewrites every `Cell[n]:line:column` in a line of a stack trace. */
export function mapFrame(
  frame: string,
  mapsOf: (file: string) => readonly DecodedMappings[] | undefined,
): string {
  return frame
    .replace(cellPosition, (whole, file: string, line: string, column: string) => {
      const maps = mapsOf(file)
      const original = maps && originalPosition({ line: Number(line) - 1, column: Number(column) - 1 }, maps)
      // A cell with magics runs in parts, which are none of the reader's business.
      return original
        ? `${file.replace(/#[^\]]*\]$/, ']')}:${original.line + 1}:${original.column + 1}`
        : whole
    })
    .replace(/\?slipway=\d+/g, '')
}

/** The frames a user can do something about: what runs the cell and Node's own modules are not among them. */
export function isUserFrame(frame: string, internal: string): boolean {
  return !frame.includes(internal) && !/\(?node:/.test(frame)
}
