/** Delta debugging (Zeller and Hildebrandt 2002): from a slice that works to one of which nothing can be left out. */

/**
 * @param works whether a part of `all` still gives the output
 * @param isFixed statements that no run can tell about, such as types: they stay
 * @returns a one-minimal part of `all`, in its order
 */
export async function reduce(
  all: readonly number[],
  works: (part: readonly number[]) => Promise<boolean>,
  isFixed: (statement: number) => boolean = () => false,
): Promise<readonly number[]> {
  let current = [...all]
  let nParts = 2
  const free = () => current.filter(statement => !isFixed(statement))
  while (free().length > 0) {
    const candidates = free()
    const size = Math.max(1, Math.ceil(candidates.length / nParts))
    let smaller: number[] | undefined
    // From the end: what comes last is what nothing else needs.
    for (let end = candidates.length; end > 0 && !smaller; end -= size) {
      const left = new Set(candidates.slice(Math.max(0, end - size), end))
      const rest = current.filter(statement => !left.has(statement))
      if (await works(rest)) smaller = rest
    }
    if (smaller) {
      current = smaller
      nParts = Math.max(2, nParts - 1)
    } else if (size === 1) return current
    else nParts = Math.min(candidates.length, nParts * 2)
  }
  return current
}
