/** All notebooks and the changes of their pipelines, as rows of the benchmark and as a report that a person reads. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { median, row, type BenchRow } from '../../bench.ts'
import { runCase, type CaseResult } from './case.ts'
import { readCases } from './cases.ts'
import type { NotebookCase } from './format.ts'
import { mutationTest, type MutationResult } from './mutate.ts'
import { describeResult } from './describe.ts'

/** As many as a laptop takes without the times telling of the waiting. */
const atOnce = 2

export interface NotebookReport {
  readonly results: readonly CaseResult[]
  readonly mutations: readonly MutationResult[]
}

export interface SuiteOptions {
  readonly log: (message: string) => void
  /** By name. Default: all. */
  readonly isWanted?: (name: string) => boolean
  /** Default true. */
  readonly mutates?: boolean
}

/** Runs the notebooks, some at a time; those that are marked so are changed statement by statement. */
export async function runNotebooks({ log, isWanted, mutates = true }: SuiteOptions): Promise<NotebookReport> {
  const cases = readCases(isWanted)
  const results = new Map<string, CaseResult>()
  const mutations: MutationResult[] = []
  const waiting = [...cases]
  const runOne = async (given: NotebookCase) => {
    const onPromoted = async (promoted: Parameters<typeof mutationTest>[0]) => {
      const result = await mutationTest(promoted)
      mutations.push(result)
      log(`     ${given.name}: ${result.nMutants} changes, ${result.survivors.length} not seen`)
    }
    const result = await runCase(given, mutates && given.mutate ? { onPromoted } : {})
    results.set(given.name, result)
    log(describeResult(result))
  }
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await runOne(next)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { results: cases.flatMap(({ name }) => results.get(name) ?? []), mutations }
}

/** Rows of `npm run bench -- promotion`; the report goes to `bench/results/promotion-notebooks.md`. */
export async function notebookRows(log: (message: string) => void): Promise<readonly BenchRow[]> {
  const report = await runNotebooks({ log })
  const folder = join(import.meta.dirname, '../../results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'promotion-notebooks.md'), printReport(report))
  return rowsOf(report)
}

export function rowsOf({ results, mutations }: NotebookReport): readonly BenchRow[] {
  const of = (outcome: CaseResult['outcome']) => results.filter(result => result.outcome === outcome)
  const run = results.filter(({ nKept }) => nKept > 0)
  const unexpected = results.filter(({ asExpected }) => !asExpected)
  const total = (pick: (result: CaseResult) => number) => run.reduce((sum, result) => sum + pick(result), 0)
  const share = (total(r => r.nKept) / total(r => r.nKept + r.nDropped)) * 100
  const times = (pick: (result: CaseResult) => number) => (run.length > 0 ? median(run.map(pick)) : 0)
  return [
    row('notebooks run', 'notebooks', { ours: results.length }),
    row('pipelines equal to the live session', 'notebooks', { ours: of('equal').length }),
    row('differences that promotion names', 'notebooks', {
      ours: of('differs').filter(({ asExpected }) => asExpected).length,
    }),
    row('refused with a reason', 'notebooks', { ours: of('refused').length }),
    row('neither equal, nor named, nor refused as they should be', 'notebooks', {
      ours: unexpected.length,
      goal: 0,
    }),
    row('statements kept of all notebooks', '%', { ours: share }),
    row('promote a notebook, verified, cold', 's', { ours: times(r => r.seconds.promote) }),
    row('run its pipeline, cold', 's', { ours: times(r => r.seconds.run) }),
    row('changes of kept statements', 'changes', { ours: mutations.reduce((n, m) => n + m.nMutants, 0) }),
    row('of these not seen by verification', 'changes', {
      ours: mutations.reduce((n, m) => n + m.survivors.length, 0),
      goal: 0,
    }),
  ]
}

export function printReport({ results, mutations }: NotebookReport): string {
  const lines = results.map(({ name, title, outcome, asExpected, code, causes, seconds, ...r }) =>
    [
      '',
      `\`${name}\``,
      title,
      r.about.join(', '),
      `${asExpected ? '' : '**unexpected** '}${[outcome, code, ...causes].filter(Boolean).join(' ')}`,
      Object.entries(r.verdicts)
        .map(entry => entry.join(': '))
        .join(', ') || '–',
      r.nKept + r.nDropped > 0 ? `${r.nKept} of ${r.nKept + r.nDropped}` : '–',
      String(r.nSteps || '–'),
      `${seconds.promote.toFixed(1)} s`,
      '',
    ]
      .join(' | ')
      .trim(),
  )
  const unexpected = results.filter(({ asExpected }) => !asExpected)
  return [
    '# Notebooks, promoted',
    '',
    'Each was acted out in the kernel, promoted by `slipway promote`, and its pipeline run by `slipway run` at another place; what that gave was compared with what the live session had held.',
    '',
    '| notebook | what it is | with | outcome | verdicts | kept | steps | promoted in |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
    '',
    ...(unexpected.length > 0
      ? ['## Unexpected', '', ...unexpected.flatMap(result => ['```', describeResult(result), '```', ''])]
      : []),
    '## Changed statements',
    '',
    ...mutations.flatMap(({ name, nStatements, nMutants, survivors }) => [
      `- \`${name}\`: ${nMutants} changes of ${nStatements} statements, ${survivors.length} not seen`,
      ...survivors.map(survivor => `  - ${survivor.replaceAll('|', '\\|')}`),
    ]),
    '',
  ].join('\n')
}
