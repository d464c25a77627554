/** Jupyter counts code points, JavaScript UTF-16 units. Pure. */

/** The UTF-16 offset of a position in code points; beyond the end is the end. */
export function fromCodePoints(text: string, position: number): number {
  let offset = 0
  for (const character of text) {
    if (position-- <= 0) break
    offset += character.length
  }
  return offset
}

/** The position in code points of a UTF-16 offset. */
export function toCodePoints(text: string, offset: number): number {
  return [...text.slice(0, offset)].length
}
