/** Positions in what ran back to the user's own lines, and stack traces that show only those. Pure. */
import { fileURLToPath } from 'node:url'
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
/** The place at the end of a frame, in parentheses or not. */
const filePosition =
  /(?<=\(|at |async )((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?)(?:\?slipway=\d+)?:(\d+):(\d+)(?=\)?$)/

/** Where what ran came from. */
export interface Originals {
  /** Of a cell, by its script's name. */
  mapsOf(file: string): readonly DecodedMappings[] | undefined
  /** Of a file that was compiled, by its path; from 1. */
  original(place: {
    readonly path: string
    readonly line: number
    readonly column: number
  }): { readonly line: number; readonly column: number } | undefined
  /** Whether a frame is of the kernel's own code. */
  isOurs(frame: string): boolean
}

/** Rewrites every `Cell[n]:line:column`, and the place of a compiled file, in a line of a stack trace. */
export function mapFrame(frame: string, { mapsOf, original }: Originals): string {
  const inCells = frame.replace(cellPosition, (whole, file: string, line: string, column: string) => {
    const maps = mapsOf(file)
    const found = maps && originalPosition({ line: Number(line) - 1, column: Number(column) - 1 }, maps)
    // A cell with magics runs in parts, which are none of the reader's business.
    return found ? `${file.replace(/#[^\]]*\]$/, ']')}:${found.line + 1}:${found.column + 1}` : whole
  })
  if (inCells !== frame) return inCells
  return frame.replace(filePosition, (_, file: string, line: string, column: string) => {
    const place = { path: pathOf(file), line: Number(line), column: Number(column) }
    const found = original(place) ?? place
    return `${file}:${found.line}:${found.column}`
  })
}

/** The path in a place of a stack trace, which may be an address. */
export function pathOf(file: string): string {
  return file.startsWith('file:') ? fileURLToPath(file) : file
}

/** The frames a user can do something about: what runs the cell and Node's own modules are not among them. */
export function isUserFrame(frame: string, { isOurs }: Pick<Originals, 'isOurs'>): boolean {
  return !/\(?node:|\(<anonymous>\)$/.test(frame) && !isOurs(frame)
}
