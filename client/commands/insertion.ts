/** Where a feature's line belongs in a `.slip` text: pure, so that it can be tested without an editor. */
export interface Insertion {
  /** Zero-based. The feature goes behind this line, on a line of its own. */
  readonly behindLine: number
}

interface Block {
  readonly first: number
  /** The line with the closing brace; the last line of the text when it is missing. */
  readonly last: number
}

/**
 * Behind the cursor's line when that is inside a `features` block, else at the end of the nearest such block.
 * Undefined when the text has none.
 */
export function featureInsertion(lines: readonly string[], cursorLine: number): Insertion | undefined {
  const blocks = featureBlocks(lines)
  const around = blocks.find(({ first, last }) => first <= cursorLine && cursorLine < last)
  if (around) return { behindLine: cursorLine }
  const distance = ({ first, last }: Block): number =>
    Math.min(Math.abs(first - cursorLine), Math.abs(last - cursorLine))
  const [nearest] = blocks.toSorted((a, b) => distance(a) - distance(b))
  return nearest && { behindLine: Math.max(nearest.first, nearest.last - 1) }
}

function featureBlocks(lines: readonly string[]): Block[] {
  return lines.flatMap((line, first) =>
    /^\s*features\s*\{/.test(line) ? [{ first, last: closing(lines, first) }] : [],
  )
}

function closing(lines: readonly string[], first: number): number {
  let depth = 0
  for (let i = first; i < lines.length; i++) {
    // Braces in comments, texts and quoted names open nothing.
    const code = lines[i]!.replace(/\/\/.*$|"(?:[^"\\]|\\.)*"|`[^`]*`/g, '')
    for (const brace of code.match(/[{}]/g) ?? []) depth += brace === '{' ? 1 : -1
    if (depth === 0) return i
  }
  return lines.length - 1
}
