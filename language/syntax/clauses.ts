/** Clauses that stand in one order, read in any. */
import { Cursor } from './cursor.ts'
import type { Span } from './tokens.ts'

export interface Clause {
  readonly at: (c: Cursor) => boolean
  readonly parse: (c: Cursor) => void
}

/**
 * Parses the clauses that stand here, each at most once, and reports when their order is not that of the list. What
 * a clause asks for on another line is not its own.
 */
export function parseClauses(c: Cursor, clauses: readonly Clause[]): void {
  const found: { readonly rank: number; readonly span: Span }[] = []
  for (;;) {
    if (c.broken || c.lineStart) break
    const rank = clauses.findIndex((clause, i) => clause.at(c) && !found.some(other => other.rank === i))
    if (rank < 0) break
    const { start } = c.token
    clauses[rank]!.parse(c)
    found.push({ rank, span: { start, end: c.previous!.end } })
  }
  const ordered = found.toSorted((a, b) => a.rank - b.rank)
  if (c.broken || ordered.every((clause, i) => clause === found[i])) return
  const span = { start: found[0]!.span.start, end: found.at(-1)!.span.end }
  const text = ordered.map(clause => c.textOf(clause.span)).join(' ')
  c.note(`Expected \`${text}\`, in this order.`, {
    code: 'SLIP013',
    span,
    fixes: [c.fix(`Change to \`${text}\``, span, text)],
  })
}
