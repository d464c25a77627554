/** Where the parser found fault, found without looking at every diagnostic of a file. */
import type { Diagnostic } from '../diagnostics.ts'
import type { Span } from './tokens.ts'

export class Faults {
  /** By where they begin. */
  readonly #diagnostics: readonly Diagnostic[]
  /** For each, how far it and those before it reach. */
  readonly #reach: readonly number[]

  /** Of diagnostics in the order of their places. */
  constructor(diagnostics: readonly Diagnostic[]) {
    this.#diagnostics = diagnostics
    let reach = 0
    this.#reach = diagnostics.map(({ span }) => (reach = Math.max(reach, span.end)))
  }

  /** Whether one touches the span. */
  touch({ start, end }: Span): boolean {
    const last = this.#lastUpTo(end)
    return last >= 0 && this.#reach[last]! >= start
  }

  /** All that touch the span. */
  in({ start, end }: Span): readonly Diagnostic[] {
    const found: Diagnostic[] = []
    for (let i = this.#lastUpTo(end); i >= 0 && this.#reach[i]! >= start; i--) {
      const diagnostic = this.#diagnostics[i]!
      if (diagnostic.span.end >= start) found.push(diagnostic)
    }
    return found
  }

  /** The last that begins at the offset or before. */
  #lastUpTo(offset: number): number {
    let low = 0
    let high = this.#diagnostics.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#diagnostics[middle]!.span.start <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
