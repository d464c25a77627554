/**
 * Pieces of Node that must not be terminated halfway: a part of Node that is being loaded would stay broken for as long as
 * the process lives, a process or worker that is being started would run on, known to nobody. An interrupt waits until
 * they have ended.
 */
export interface Shield {
  /** Whether a piece is under way. */
  isUp(): boolean
  during<T>(piece: () => T): T
  until<T>(piece: Promise<T>): Promise<T>
}

export function createShield(): Shield {
  let depth = 0
  return {
    isUp: () => depth > 0,
    during(piece) {
      depth += 1
      try {
        return piece()
      } finally {
        depth -= 1
      }
    },
    async until(piece) {
      depth += 1
      try {
        return await piece
      } finally {
        depth -= 1
      }
    },
  }
}
