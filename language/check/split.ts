/** Checks how a model splits its observations: parts never overlap, none is empty, train and test are there. */
import type { SplitName, SplitPlan } from '../plan.ts'
import { keywords } from '../syntax/keywords.ts'
import { list } from '../syntax/parse-items.ts'
import type { Literal, ModelDeclaration, SplitItem, SplitPart } from '../syntax/ast.ts'
import { writeInstant } from '../syntax/literals.ts'
import type { ModelContext } from './model-features.ts'

export function checkSplit(declaration: ModelDeclaration, context: ModelContext): SplitPlan | undefined {
  const { split, broken } = declaration
  if (!split || split.by === undefined) return undefined
  const before = context.findings.diagnostics.length
  if (!broken) checkNames(split, context)
  const plan = split.by.text === 'time' ? byTime(split, context) : byRandom(split, context)
  return context.findings.diagnostics.length === before && !broken ? plan : undefined
}

function checkNames(split: SplitItem, { findings }: ModelContext): void {
  const seen = new Map<string, SplitPart>()
  for (const part of split.parts) {
    const first = seen.get(part.name.text)
    if (first)
      findings.report('SLIP109', part.name.span, `The part \`${part.name.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first.name.span, message: 'The first one is here.' }],
      })
    seen.set(part.name.text, part)
  }
  const lacking = (['train', 'test'] as const).filter(name => !seen.has(name))
  if (lacking.length > 0)
    findings.report(
      'SLIP009',
      split.by.span,
      `The split lacks ${lacking.map(name => `\`${name}\``).join(' and ')}.`,
      {
        hint: `A split has ${list(keywords.split)}; \`validation\` may be left out.`,
      },
    )
}

function byTime(split: SplitItem, { findings, source, model }: ModelContext): SplitPlan | undefined {
  if (source && source.time === undefined && !source.declaration.broken)
    findings.report(
      'SLIP314',
      split.by.span,
      `The source \`${source.name}\` has no time, so \`${model}\` cannot be split by it.`,
      {
        hint: `Add \`time\` and its timestamp column to \`source ${source.name}\`, or split by random.`,
      },
    )
  const parts: { name: SplitName; fromUs?: number; untilUs?: number }[] = []
  let previous: Bounds | undefined
  for (const part of split.parts) {
    const bounds = checkBounds(part, { previous, findings })
    if (!bounds) return undefined
    const { fromUs, untilUs } = bounds
    parts.push({
      name: part.name.text as SplitName,
      ...(fromUs !== undefined && { fromUs }),
      ...(untilUs !== undefined && { untilUs }),
    })
    previous = bounds
  }
  return source?.time === undefined ? undefined : { kind: 'time', column: source.time, parts }
}

interface Bounds {
  readonly part: SplitPart
  readonly fromUs: number | undefined
  readonly untilUs: number | undefined
}

type Findings = ModelContext['findings']

/** A part begins where it says, else where the one before it ends. */
function checkBounds(
  part: SplitPart,
  { previous, findings }: { previous?: Bounds; findings: Findings },
): Bounds | undefined {
  if (part.fraction !== undefined) {
    findings.report(
      'SLIP201',
      part.span,
      'Expected `until` or `after` and a date in a split by time, got a fraction.',
    )
    return undefined
  }
  const [after, until] = [part.after, part.until].map(bound => instant(bound, findings))
  if (after === 'wrong' || until === 'wrong') return undefined
  const fromUs = after ?? previous?.untilUs
  if (previous && (previous.untilUs === undefined || fromUs! < previous.untilUs)) {
    reportOverlap(part, previous, findings)
    return undefined
  }
  if (fromUs !== undefined && until !== undefined && until <= fromUs) {
    findings.report(
      'SLIP304',
      part.span,
      `The part \`${part.name.text}\` is empty: it would last from ${writeInstant(fromUs)} until ${writeInstant(until)}.`,
    )
    return undefined
  }
  return { part, fromUs, untilUs: until }
}

function instant(bound: Literal | undefined, findings: Findings): number | undefined | 'wrong' {
  if (!bound) return undefined
  if (typeof bound.value === 'number') return bound.value
  findings.report('SLIP005', bound.span, `Expected a date that exists, got \`${bound.text}\`.`)
  return 'wrong'
}

function reportOverlap(part: SplitPart, { part: before, untilUs }: Bounds, findings: Findings): void {
  const name = `\`${part.name.text}\``
  const ends = untilUs === undefined ? 'has no end' : `ends at ${writeInstant(untilUs)}`
  findings.report('SLIP303', part.span, `The part ${name} overlaps \`${before.name.text}\`, which ${ends}.`, {
    hint:
      untilUs === undefined
        ? `Give \`${before.name.text}\` an \`until\`.`
        : 'Parts follow one another in time.',
    related: [{ path: findings.path, span: before.span, message: `\`${before.name.text}\` is here.` }],
  })
}

function byRandom(split: SplitItem, { findings }: ModelContext): SplitPlan | undefined {
  const seed = split.seed?.value ?? 0
  if (typeof seed !== 'number') return undefined
  for (const part of split.parts) {
    if (part.fraction === undefined) {
      findings.report('SLIP201', part.span, 'Expected a fraction in a split by random, got a date.')
      return undefined
    }
    if (part.fraction <= 0) {
      findings.report('SLIP304', part.span, `The part \`${part.name.text}\` is empty: its fraction is 0.`)
      return undefined
    }
  }
  const sum = split.parts.reduce((total, part) => total + part.fraction!, 0)
  if (split.parts.length > 0 && Math.abs(sum - 1) > 1e-9) {
    const span = { start: split.parts[0]!.span.start, end: split.parts.at(-1)!.span.end }
    findings.report('SLIP305', span, `Expected fractions that sum to 1, got ${Number(sum.toFixed(9))}.`)
    return undefined
  }
  const parts = split.parts.map(part => ({ name: part.name.text as SplitName, fraction: part.fraction! }))
  return { kind: 'random', seed, parts }
}
