/**
 * A process that runs hazard cases: it is sent jobs and answers with a verdict for each. Started with
 * `--random-seed`, so that what is random is the same in every run.
 */
import { stripTypeScriptTypes } from 'node:module'
import { cellsOf, handSlice, type HazardCase } from './corpus.ts'
import type { Job, Verdict } from './judge.ts'
import { reduce } from './reduce.ts'
import { runCells, type Outcome } from './run.ts'

async function judge({ hazard, kept, reduces }: Job): Promise<Verdict> {
  const whole = await runCells(cellsOf(hazard))
  const run = (part: Iterable<number>) => runPart(hazard, part)
  const gives = async (part: Iterable<number>) => isSame(await run(part), whole)
  const hand = handSlice(hazard)
  const isHandEqual = await gives(hand)
  const isHand = hand.size === kept.length && kept.every(i => hand.has(i))
  const verdict = {
    name: hazard.name,
    whole,
    isHandEqual,
    isKeptEqual: isHand ? isHandEqual : await gives(kept),
  }
  if (!reduces || !verdict.isKeptEqual || 'error' in whole) return verdict
  const isFixed = (i: number) => isType(hazard.statements[i]?.text ?? '')
  return {
    ...verdict,
    oneMinimal: await reduce(
      [...kept].sort((a, b) => a - b),
      gives,
      isFixed,
    ),
  }
}

async function runPart(hazard: HazardCase, part: Iterable<number>): Promise<Outcome> {
  const has = new Set(part)
  return await runCells(cellsOf(hazard, i => has.has(i)))
}

function isSame(a: Outcome, b: Outcome): boolean {
  return 'value' in a && 'value' in b && a.value === b.value
}

/** Nothing of it is left when its types are. */
function isType(statement: string): boolean {
  return /^(export )?(declare |interface |type |import type )/.test(statement) && blank(statement)
}

function blank(statement: string): boolean {
  return stripTypeScriptTypes(statement).trim() === ''
}

// A statement left out makes promises fail that nobody waits for any more.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)

process.once('message', (jobs: readonly Job[]) => void answer(jobs))

async function answer(jobs: readonly Job[]): Promise<void> {
  const verdicts: Verdict[] = []
  for (const job of jobs) verdicts.push(await judge(job))
  process.send?.(verdicts)
}
