/** Positions in scripts that run and in the texts that users wrote. Pure. */
import type { Position } from '../session/positions.ts'
import { originalPosition } from '../session/positions.ts'
import type { DecodedMappings } from '../session/rewrite.ts'

/** A script beside the text it was made of. */
export interface MappedText {
  readonly lines: readonly string[]
  /** Of the user's text; empty when that is not at hand. */
  readonly original: readonly string[]
  /** From the script to the user's text; none when they are the same. */
  readonly maps: readonly DecodedMappings[]
  /** Whether the script is a rewritten cell, with text of ours in between. */
  readonly isCell: boolean
}

/** What the rewrite puts before a cell's first character. */
const prologue = /^\(function\(__slipway\$[^]*?"use strict";/

/** Our own calls inside a cell, from where V8 would stop in them: the statement or the called name. */
const ownStatement = /^(__slipway\$\.|await __slipway\$\.gate\(\))/
const ownCallee = /__slipway\$\.$/

/**
 * Where a place of the script is in the user's text; undefined when it is in text of ours.
 * Both count from 0.
 */
export function userPosition(text: MappedText, at: Position): Position | undefined {
  if (!text.isCell) return originalPosition(at, text.maps)
  const line = text.lines[at.line] ?? ''
  const before = line.slice(0, at.column)
  if (at.line === 0 && at.column < (prologue.exec(line)?.[0].length ?? 0)) return undefined
  if (ownStatement.test(line.slice(at.column)) || ownCallee.test(before)) return undefined
  const position = originalPosition(at, text.maps)
  return position && !isHoisting(text, at, position) ? position : undefined
}

/** A function is assigned before the cell's first statement: nothing a user would see as a step. */
function isHoisting({ lines, original }: MappedText, at: Position, position: Position): boolean {
  const isFunction = /^(export\s+)?(default\s+)?(async\s+)?function\b/
  const written = original[position.line]?.slice(position.column) ?? ''
  const running = lines[at.line]?.slice(at.column) ?? ''
  return isFunction.test(written) && /^[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=/u.test(running)
}

/** A place where V8 can stop, with what it is in the user's text. */
export interface Stop {
  readonly generated: Position
  readonly original: Position
}

/** The places of a script at which a user can want to stop. */
export function userStops(text: MappedText, places: readonly Position[]): Stop[] {
  return places.flatMap(generated => {
    const original = userPosition(text, generated)
    return original ? [{ generated, original }] : []
  })
}

/** The first stop on the line that was asked for, or else on the first line after it that has one. */
export function chooseStop(stops: readonly Stop[], { line, column }: Partial<Position> & { line: number }) {
  const after = stops.filter(
    ({ original: o }) => o.line > line || (o.line === line && o.column >= (column ?? 0)),
  )
  const found = after.length ? after : stops.filter(({ original }) => original.line === line)
  return found.reduce<Stop | undefined>(
    (best, stop) => (best && !isBefore(stop, best) ? best : stop),
    undefined,
  )
}

function isBefore(a: Stop, b: Stop): boolean {
  if (a.original.line !== b.original.line) return a.original.line < b.original.line
  return a.original.column < b.original.column
}
