/** Slices a hazard case for its output `out` and compares what is kept with the slice written by hand. */
import { join } from 'node:path'
import { parseNotebook } from '../../../promote/notebook.ts'
import { loadEffects } from '../../../promote/slice/effects.ts'
import { sliceNotebook, type Slice } from '../../../promote/slice/slice.ts'
import { createTestCache, notebookText, testTypes } from '../../../promote/testing/types.ts'
import { cellsOf, handSlice, type HazardCase } from './corpus.ts'

/** Where the cells' relative paths begin; its modules and data are real. */
export const projectFolder = join(import.meta.dirname, 'project')
/** A package of nobody: no stub tells what it does. */
export const strangePackage = join(import.meta.dirname, 'strange/index.ts')

export interface CaseSlice {
  readonly slice: Slice
  /** Statements of the case, by place. */
  readonly kept: ReadonlySet<number>
  /** What the slice by hand has and this one has not: each is an unsound step. */
  readonly missing: readonly number[]
  /** What this one has more. */
  readonly extra: readonly number[]
  /** Codes of the diagnostics. */
  readonly refusals: readonly string[]
  readonly timeMs: number
}

export interface CaseSlicer {
  slice(hazard: HazardCase): CaseSlice
}

/** Declarations of libraries are read once for all cases. */
export function createCaseSlicer(): CaseSlicer {
  const cache = createTestCache()
  const effects = loadEffects()
  const typesOf: typeof testTypes = specifier =>
    specifier === 'strange' ? { path: strangePackage } : testTypes(specifier)
  return {
    slice(hazard) {
      const startedMs = performance.now()
      const notebook = parseNotebook(notebookText(cellsOf(hazard).map(source => ({ source, kind: 'code' }))))
      const slice = sliceNotebook({
        notebook,
        effects,
        folder: projectFolder,
        typesOf,
        outputs: ['out'],
        cache,
      })
      const { statements, kept, diagnostics } = slice
      if (statements.length !== hazard.statements.length && diagnostics.length === 0)
        throw new Error(`${hazard.name}: expected a mark before each of ${statements.length} statements`)
      const needed = handSlice(hazard)
      return {
        slice,
        kept,
        missing: [...needed].filter(i => !kept.has(i)),
        extra: [...kept].filter(i => !needed.has(i)).sort((a, b) => a - b),
        refusals: diagnostics.map(({ code }) => code),
        timeMs: performance.now() - startedMs,
      }
    },
  }
}
