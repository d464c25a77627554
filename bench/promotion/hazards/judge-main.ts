/**
 * A process that runs hazard cases: it is sent jobs, says what it is about to run and answers with a verdict for each.
 * Started with `--random-seed`, so that what is random is the same in every run.
 */
import { stripTypeScriptTypes } from 'node:module'
import { cellsOf, handSlice, type HazardCase } from './corpus.ts'
import { partKey, type Job, type Order, type Progress, type Verdict } from './judge.ts'
import { reduce } from './reduce.ts'
import { runCells, type Outcome } from './run.ts'

async function judge({ hazard, kept, reduces }: Job, deadly: ReadonlySet<string>): Promise<Verdict> {
  const run = async (part: readonly number[]): Promise<Outcome> => {
    const key = partKey(hazard, part)
    if (deadly.has(key)) return { error: 'it ends its process' }
    say({ runs: key })
    return await runPart(hazard, part)
  }
  const whole = await run(hazard.statements.map((_, i) => i))
  const gives = async (part: Iterable<number>) => isSame(await run([...part].sort((a, b) => a - b)), whole)
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

process.once('message', (order: Order) => void answer(order))

async function answer({ jobs, deadly }: Order): Promise<void> {
  const ended = new Set(deadly)
  for (const job of jobs) say({ verdict: await judge(job, ended) })
}

function say(progress: Progress): void {
  process.send?.(progress)
}
