/** Everything that is measured of the hazard cases: ours against the slice by hand, delta debugging, and Rollup. */
import { loadEffects } from '../../../promote/slice/effects.ts'
import { readCorpus, handSlice, type HazardCase } from './corpus.ts'
import { judge, type Verdict } from './judge.ts'
import { rollupKeeps } from './rollup.ts'
import { citeRules, type Citation } from './rules.ts'
import { createCaseSlicer, type CaseSlice } from './slice-case.ts'

export interface DroppedByUs {
  readonly statement: number
  /** Why it may go; undefined stands for a part of it that no rule covers. */
  readonly citations: readonly (Citation | undefined)[]
}

export interface Finding {
  readonly hazard: HazardCase
  /** Refused as it has to be, for cases that have to be. */
  readonly isRefusedRightly?: boolean
  /** For all others. */
  readonly ours?: CaseSlice
  readonly verdict?: Verdict
  /** Absent where Rollup has no answer. */
  readonly rollup?: { readonly kept: ReadonlySet<number>; readonly droppedByUs: readonly DroppedByUs[] }
}

export interface ExamineOptions {
  /** Default: every case. */
  readonly corpus?: readonly HazardCase[]
  /** Whether to look for one-minimal slices, which runs each case several times. Default: false. */
  readonly reduces?: boolean
  /** Is told of parts of cases that end no run. */
  readonly log?: (message: string) => void
}

export async function examine(options: ExamineOptions = {}): Promise<readonly Finding[]> {
  const { corpus = readCorpus(), reduces = false } = options
  const slicer = createCaseSlicer()
  const effects = loadEffects()
  const findings: Finding[] = []
  for (const hazard of corpus) {
    const ours = slicer.slice(hazard)
    if (hazard.refusal !== undefined)
      findings.push({ hazard, isRefusedRightly: ours.refusals.includes(hazard.refusal) })
    else findings.push({ hazard, ours, ...(await askRollup(hazard, ours, effects)) })
  }
  const jobs = findings.flatMap(({ hazard, ours }) =>
    ours ? [{ hazard, kept: [...ours.kept], reduces }] : [],
  )
  const verdicts = new Map((await judge(jobs, options.log)).map(verdict => [verdict.name, verdict]))
  return findings.map(finding => {
    const verdict = verdicts.get(finding.hazard.name)
    return verdict ? { ...finding, verdict } : finding
  })
}

async function askRollup(
  hazard: HazardCase,
  { slice, kept }: CaseSlice,
  effects: ReturnType<typeof loadEffects>,
): Promise<Pick<Finding, 'rollup'>> {
  const theirs = await rollupKeeps(hazard)
  if (!theirs || slice.diagnostics.length > 0) return {}
  const dropped = [...theirs].filter(i => !kept.has(i))
  return {
    rollup: {
      kept: theirs,
      droppedByUs: dropped.flatMap(statement => {
        const node = slice.statements[statement]?.node
        return node ? [{ statement, citations: citeRules(node, slice, effects) }] : []
      }),
    },
  }
}

/** A case that gives the right value from a slice that has all that it needs, or is refused as it has to be. */
export function isSound({ hazard, isRefusedRightly, ours, verdict }: Finding): boolean {
  if (hazard.refusal !== undefined) return isRefusedRightly === true
  return ours?.missing.length === 0 && ours.refusals.length === 0 && verdict?.isKeptEqual !== false
}

/** Sound, and nothing kept beyond the slice by hand. */
export function isMinimal(finding: Finding): boolean {
  return isSound(finding) && (finding.ours?.extra.length ?? 0) === 0
}

/** How many statements of ours could still go, as runs tell: types and branches not taken count as needed. */
export function distance({ ours, verdict }: Finding): number | undefined {
  return ours && verdict?.oneMinimal ? ours.kept.size - verdict.oneMinimal.length : undefined
}

/** The same for the slice by hand: what running cannot tell and a person can. */
export function handDistance({ hazard, verdict }: Finding): number | undefined {
  return verdict?.oneMinimal ? handSlice(hazard).size - verdict.oneMinimal.length : undefined
}
