/** For tests of the slicer: cells as lines of text that say themselves which of them must be kept. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotebook } from '../notebook.ts'
import { loadEffects } from '../slice/effects.ts'
import { sliceNotebook } from '../slice/slice.ts'
import { createTestCache, notebookText, testFolder, testTypes } from './types.ts'

const cache = createTestCache()
const effects = loadEffects()

export function slice(cells: readonly string[], output: string) {
  const notebook = parseNotebook(notebookText(cells))
  return sliceNotebook({
    notebook,
    effects,
    folder: testFolder,
    typesOf: testTypes,
    outputs: [output],
    cache,
  })
}

/** Lines that end in `//!` must be kept, all others dropped. One statement a line. */
export function check(name: string, text: string, output = 'out'): void {
  test(name, () => {
    const lines = text
      .trim()
      .split('\n')
      .map(line => line.trim())
    const found = slice(lines, output)
    assert.deepEqual(found.diagnostics, [])
    const kept = new Set(found.statements.filter(s => found.kept.has(s.index)).map(s => s.run))
    const expected = lines.flatMap((line, i) => (line.endsWith('//!') ? [i] : []))
    assert.deepEqual(
      [...kept].sort((a, b) => a - b).map(i => lines[i]),
      expected.map(i => lines[i]),
    )
  })
}
