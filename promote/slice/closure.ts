/** What of a notebook is kept: all that its outputs need, backwards. */
import { evidenceNeeds } from '../evidence/edges.ts'
import type { Notebook } from '../notebook.ts'
import { companions } from './companions.ts'
import type { Found } from './found.ts'
import type { SliceOutput, Statement } from './slice.ts'
import { ts } from './typescript.ts'

export type SeenNeeds = ReadonlyMap<number, ReadonlySet<number>>

/** What the kernel saw pass from run to run, beside what was found here. */
export function seenNeeds(found: Found, { runs }: Notebook, statements: readonly Statement[]): SeenNeeds {
  const doing = new Set([...found.unknownCalls, ...found.outsideUses].map(({ statement }) => statement))
  return evidenceNeeds(runs, statements, { needs: found.needs, isDoing: index => doing.has(index) })
}

/** Everything that outputs need, backwards, with the declarations of all names that what is kept mentions. */
export function closure(
  found: Found,
  statements: readonly Statement[],
  { outputs, seen }: { readonly outputs: readonly SliceOutput[]; readonly seen: SeenNeeds },
): { readonly kept: ReadonlySet<number>; readonly evaluated: ReadonlyMap<number, number> } {
  const { firstModule, firstLook } = found
  const kept = new Set<number>()
  /** Modules whose evaluation is needed, by their number as a statement, with the statement that imports them. */
  const evaluated = new Map<number, number>()
  const work: number[] = []
  const declarers = declarersOf(statements)
  const keep = (index: number) => {
    if (index >= firstModule && !evaluated.has(index)) {
      evaluated.set(index, -1)
      work.push(index)
    }
    if (index >= statements.length || kept.has(index)) return
    kept.add(index)
    work.push(index)
  }
  for (const [i, output] of outputs.entries()) {
    for (const index of found.needs(firstLook + i)) keep(index)
    if (output.variable === undefined) keep(output.after)
  }
  if (outputs.length > 0)
    for (const { index, node } of statements)
      if (ts.isImportDeclaration(node) && !node.importClause) keep(index)
  /** How many of what is kept, in its order, have been seen to have all that they mention. */
  let nDeclared = 0
  for (;;) {
    for (let index = work.pop(); index !== undefined; index = work.pop())
      for (const needs of [found.needs(index), seen.get(index)]) for (const need of needs ?? []) keep(need)
    const now = [...kept].slice(nDeclared)
    nDeclared += now.length
    for (const index of now)
      for (const missing of undeclared(statements, kept, { index, declarers })) keep(missing)
    if (work.length > 0) continue
    for (const [index, importers] of found.importers) {
      if (!evaluated.has(index)) continue
      const among = [...importers].filter(each => each < statements.length)
      const importer = among.find(each => kept.has(each)) ?? among[0] ?? -1
      evaluated.set(index, importer)
      if (importer >= 0) keep(importer)
    }
    if (outputs.length > 0) companions(found, statements, kept).forEach(keep)
    if (work.length === 0) return { kept, evaluated }
  }
}

function declarersOf(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const declarers = new Map<string, Statement[]>()
  for (const statement of statements)
    for (const name of statement.declares) {
      const known = declarers.get(name)
      if (known) known.push(statement)
      else declarers.set(name, [statement])
    }
  return declarers
}

/** Declarations that a kept statement mentions and that nothing kept gives. */
function undeclared(
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
  {
    index,
    declarers,
  }: { readonly index: number; readonly declarers: ReadonlyMap<string, readonly Statement[]> },
): readonly number[] {
  const missing: number[] = []
  for (const name of statements[index]?.mentions ?? []) {
    const declaring = declarers.get(name) ?? []
    if (declaring.some(s => kept.has(s.index))) continue
    const nearest = declaring.findLast(s => s.index < index) ?? declaring[0]
    if (nearest) missing.push(nearest.index)
  }
  return missing
}
