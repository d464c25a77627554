/** Where a line that is too long is broken: where a newline ends nothing, as far out as is enough. */
import { type Placed, isClosing, isOpening, level } from './inline.ts'

export interface Room {
  /** Blanks before each token that does not begin a line. */
  readonly gaps: readonly number[]
  readonly indent: number
  /** Width of the first line and of the others, their indentation of `indent` left out. */
  readonly first: number
  readonly rest: number
}

interface Place {
  readonly index: number
  /** How many blanks more a line has that begins here. */
  readonly indent: number
  /** The least first. */
  readonly rank: number
}

/** Which tokens begin a new line; none when all fit on one. */
export function breaksOf(words: readonly Placed[], room: Room): ReadonlySet<number> {
  const widths = words.map(({ token }, i) => token.text.length + room.gaps[i]!)
  if (sum(widths, 0, words.length) <= room.first) return new Set()
  const places = placesOf(words)
  const ranks = [...new Set(places.map(({ rank }) => rank))].sort((a, b) => a - b)
  let best: ReadonlySet<number> = new Set()
  for (const rank of ranks) {
    const { breaks, fits } = fill(widths, { room, places: places.filter(place => place.rank <= rank) })
    best = breaks
    if (fits) break
  }
  return best
}

function sum(widths: readonly number[], from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += widths[i]!
  return total
}

function placesOf(words: readonly Placed[]): Place[] {
  const places: Place[] = []
  let depth = 0
  for (const [index, word] of words.entries()) {
    if (isClosing(word)) depth--
    const rank = index === 0 ? undefined : rankAt(words, index)
    if (rank !== undefined) {
      const indent = 2 * level(Math.max(0, depth), isClosing(word))
      places.push({ index, indent, rank: word.clause ? 0 : 10 * Math.max(0, depth) + rank })
    }
    if (isOpening(word)) depth++
  }
  return places
}

/** Clauses first, then commas and `or` and `and`, then other operators; undefined where a newline would end the item. */
function rankAt(words: readonly Placed[], index: number): number | undefined {
  if (words[index]!.clause) return 0
  const { token, parent } = words[index - 1]!
  if (token.kind === ',') return 1
  if (parent !== 'BinaryExpression') return undefined
  return token.text === 'or' ? 1 : token.text === 'and' ? 2 : 3
}

/** As much on each line as it holds. Clauses all begin a line when one does. */
function fill(widths: readonly number[], { room, places }: { room: Room; places: readonly Place[] }) {
  const breaks = new Set<number>()
  let from = 0
  let width = room.first
  let fits = true
  for (const [i, place] of places.entries()) {
    const next = places[i + 1]?.index ?? widths.length
    // The gap before the token that begins a line falls away.
    if (place.rank > 0 && sum(widths, from, next) <= width) continue
    if (sum(widths, from, place.index) > width) fits = false
    breaks.add(place.index)
    from = place.index
    width = room.rest - place.indent + 1
  }
  return { breaks, fits: fits && sum(widths, from, widths.length) <= width }
}
