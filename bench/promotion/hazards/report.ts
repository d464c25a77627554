/** The hazard cases as a table and a Markdown report. */
import { row, type BenchRow } from '../../bench.ts'
import { distance, handDistance, isMinimal, isSound, type Finding } from './examine.ts'
import { rules } from './rules.ts'

export function hazardRows(findings: readonly Finding[]): readonly BenchRow[] {
  const sliced = findings.filter(({ hazard }) => hazard.refusal === undefined)
  const withRollup = findings.filter(({ rollup }) => rollup)
  const kept = (of: readonly Finding[]) => sum(of, ({ ours }) => ours?.kept.size)
  const uncited = withRollup.flatMap(({ rollup }) => rollup?.droppedByUs ?? []).filter(hasNoRule)
  return [
    row('hazard cases that are not sound', 'cases', {
      ours: findings.filter(f => !isSound(f)).length,
      goal: 0,
    }),
    share('hazard cases that are minimal', findings, isMinimal, 0.9),
    row('statements kept of the hazard cases', 'statements', {
      ours: kept(sliced),
      peers: { 'by hand': sum(sliced, ({ hazard }) => hazard.statements.filter(s => s.isNeeded).length) },
    }),
    row('statements that a run does not need (delta debugging)', 'statements', {
      ours: sum(sliced, distance),
      peers: { 'by hand': sum(sliced, handDistance) },
    }),
    row('statements kept where Rollup answers', 'statements', {
      ours: kept(withRollup),
      peers: { rollup: sum(withRollup, ({ rollup }) => rollup?.kept.size) },
    }),
    row('statements that Rollup keeps and we drop without a rule', 'statements', {
      ours: uncited.length,
      goal: 0,
    }),
    row('time to slice a hazard case, mean', 'ms', {
      ours: sum(sliced, f => f.ours?.timeMs) / sliced.length,
    }),
  ]
}

/** A share of cases: higher is better, which a row's goal cannot say. */
function share(
  work: string,
  of: readonly Finding[],
  is: (finding: Finding) => boolean,
  goal: number,
): BenchRow {
  const ours = of.filter(is).length / of.length
  return { work, unit: 'share', ours, peers: {}, goal, met: ours >= goal }
}

function sum(findings: readonly Finding[], of: (finding: Finding) => number | undefined): number {
  return findings.reduce((total, finding) => total + (of(finding) ?? 0), 0)
}

function hasNoRule({ citations }: NonNullable<Finding['rollup']>['droppedByUs'][number]): boolean {
  return citations.includes(undefined)
}

export function hazardReport(findings: readonly Finding[]): string {
  return [
    '# Hazard cases',
    '',
    `${findings.length} cases. Sound: the slice has every statement of the slice written by hand, and run by itself it`,
    'gives the same value. Minimal: it has no other.',
    '',
    ...byGroup(findings),
    '',
    '## Not sound',
    '',
    ...listed(findings.filter(f => !isSound(f)).map(unsound)),
    '',
    '## Sound, not minimal',
    '',
    ...listed(findings.filter(f => isSound(f) && !isMinimal(f)).map(notMinimal)),
    '',
    '## What Rollup keeps and we drop',
    '',
    ...byRule(findings),
    '',
  ].join('\n')
}

function byGroup(findings: readonly Finding[]): string[] {
  const groups = Map.groupBy(findings, ({ hazard }) => hazard.group)
  const line = (name: string, of: readonly Finding[]) => {
    const count = (is: (finding: Finding) => boolean) => of.filter(is).length
    return `| ${name} | ${of.length} | ${count(isSound)} | ${count(isMinimal)} | ${sum(of, distance)} |`
  }
  return [
    '| hazard | cases | sound | minimal | statements beyond a one-minimal slice |',
    '|---|--:|--:|--:|--:|',
    ...[...groups].map(([name, of]) => line(name, of)),
    line('all', findings),
  ]
}

function unsound({ hazard, ours, verdict }: Finding): string {
  if (hazard.refusal !== undefined)
    return `${hazard.name}: expected ${hazard.refusal}, got no such diagnostic`
  const { missing = [], refusals = [] } = ours ?? {}
  const reasons = [
    ...(refusals.length > 0 ? [`refused with ${refusals.join(', ')}`] : []),
    ...(missing.length > 0 ? [`without ${texts(hazard, missing)}`] : []),
    ...(verdict && 'error' in verdict.whole ? [`fails as a whole: ${verdict.whole.error}`] : []),
    ...(verdict?.isKeptEqual === false ? ['gives another value'] : []),
  ]
  return `${hazard.name}: ${reasons.join('; ')}`
}

function notMinimal({ hazard, ours }: Finding): string {
  const stubs = (ours?.slice.unknownCalls ?? []).flatMap(({ stub }) =>
    stub ? [`${stub.package}:${stub.name}`] : [],
  )
  const hint = stubs.length > 0 ? ` (no stub: ${[...new Set(stubs)].join(', ')})` : ''
  return `${hazard.name}: also ${texts(hazard, ours?.extra ?? [])}${hint}`
}

function texts(hazard: Finding['hazard'], statements: readonly number[]): string {
  return statements
    .map(i => `\`${hazard.statements[i]?.text.replaceAll('`', "'").replaceAll('\n', ' ')}\``)
    .join(', ')
}

function byRule(findings: readonly Finding[]): string[] {
  const dropped = findings.flatMap(({ hazard, rollup }) =>
    (rollup?.droppedByUs ?? []).map(d => ({ hazard, ...d })),
  )
  const lines = Object.entries(rules).map(([id, text]) => {
    const cited = dropped.filter(({ citations }) => citations.some(c => c?.rule === id))
    const stubs = new Set(
      cited.flatMap(({ citations }) => citations.flatMap(c => (c?.rule === id && c.stub ? [c.stub] : []))),
    )
    const list = stubs.size > 0 ? ` Stubs: ${[...stubs].sort().join(', ')}.` : ''
    return `- **${id}** (${cited.length} statements): ${text}${list}`
  })
  const without = dropped
    .filter(hasNoRule)
    .map(({ hazard, statement }) => `${hazard.name}: ${texts(hazard, [statement])}`)
  const n = findings.filter(({ rollup }) => rollup).length
  return [
    `Rollup answers for ${n} cases; it keeps ${dropped.length} statements that we drop, by these rules:`,
    '',
    ...lines,
    '',
    'Without a rule:',
    '',
    ...listed(without),
  ]
}

function listed(items: readonly string[]): string[] {
  return items.length === 0 ? ['None.'] : items.map(item => `- ${item}`)
}
