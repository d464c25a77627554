/** A cell with magics, as the steps in which it runs. Pure. */
import { blank, cellBody, readCell, type Magic } from './cell.ts'
import { magicEntry } from './magics.ts'

export type Part =
  | {
      readonly kind: 'code'
      /** As long as the cell, blank but for this part, so that places hold. */
      readonly code: string
      /** Whether it is to be said how long it takes. */
      readonly timed: boolean
    }
  | {
      readonly kind: 'magic'
      readonly magic: Magic
      /** What follows the first line, for a cell magic. */
      readonly body: string
    }

/** In the order in which they run; code between magics stays together. */
export function partsOf(source: string): readonly Part[] {
  const { language, code, magics } = readCell(source)
  const [first] = magics
  if (first && language !== 'typescript') return [{ kind: 'magic', magic: first, body: cellBody(source) }]
  const whole = first?.kind === 'cell'
  const parts: Part[] = []
  let at = 0
  const addCode = (from: number, to: number, timed: boolean) => {
    const kept = blank(blank(code, 0, from), to, code.length)
    if (hasCode(kept)) parts.push({ kind: 'code', code: kept, timed: timed || whole })
  }
  for (const magic of magics) {
    if (magic.kind === 'cell') continue
    addCode(at, magic.start, false)
    if (magicEntry(magic.name, 'line')?.code) addCode(magic.start, magic.end, true)
    else parts.push({ kind: 'magic', magic, body: '' })
    at = magic.end
  }
  addCode(at, code.length, false)
  return parts
}

const hasCode = (text: string) => /[^\s;]/.test(text)
