/** Checks how a model splits its observations: parts never overlap, none is empty, train and test are there. */
import type { SplitName, SplitPlan } from '../plan.ts'
import { keywords } from '../syntax/keywords.ts'
import { list } from '../syntax/parse-items.ts'
import type { Literal, ModelDeclaration, SplitItem, SplitPart } from '../syntax/ast.ts'
import { writeInstant } from '../syntax/literals.ts'
import type { Span } from '../syntax/tokens.ts'
import { childOfKind, childrenOfKind } from '../syntax/tree.ts'
import { describeType } from '../type-rules.ts'
import { append } from './fixes.ts'
import type { ModelContext } from './model-features.ts'
import { countOf, observedColumn } from './model/context.ts'

export function checkSplit(declaration: ModelDeclaration, context: ModelContext): SplitPlan | undefined {
  const { split, broken } = declaration
  if (!split || split.by === undefined) return undefined
  const before = context.findings.diagnostics.length
  if (!broken) checkNames(split, { ...context, declaration })
  const plan = planned(split, context)
  const folds = checkFolds(split, { ...context, declaration })
  const wrong = context.findings.diagnostics.slice(before).some(({ severity }) => severity === 'error')
  if (wrong || broken || !plan) return undefined
  return folds === undefined ? plan : { ...plan, folds }
}

function planned(split: SplitItem, context: ModelContext): SplitPlan | undefined {
  if (split.by.text === 'time') return byTime(split, context)
  return split.by.text === 'key' ? byKey(split, context) : byRandom(split, context)
}

function checkNames(split: SplitItem, context: ModelContext & { declaration: ModelDeclaration }): void {
  const { findings, declaration } = context
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
  if (lacking.length === 0) return
  const node = childOfKind(childOfKind(declaration.node, 'Block'), 'SplitItem')
  const rest = 1 - split.parts.reduce((total, part) => total + (part.fraction ?? NaN), 0)
  const [name] = lacking
  const title = `Add \`${name} ${decimal(rest)}\``
  const addable = node && lacking.length === 1 && rest > 1e-9
  const fix = addable && append(findings, node, { lines: [`${name} ${decimal(rest)}`], indent: 4, title })
  findings.report(
    'SLIP009',
    split.by.span,
    `The split lacks ${lacking.map(part => `\`${part}\``).join(' and ')}.`,
    {
      hint: `A split has ${list(keywords.split)}; \`validation\` may be left out.`,
      ...(fix && { fixes: [fix] }),
    },
  )
}

const decimal = (value: number): string => String(Number(value.toFixed(9)))

/** The training part may be cut into folds, in place of a validation part. */
function checkFolds(
  { parts }: SplitItem,
  { declaration, ...context }: ModelContext & { declaration: ModelDeclaration },
): number | undefined {
  const { findings } = context
  let folds: number | undefined
  for (const part of parts) {
    if (!part.folds) continue
    const clause = foldsClause(declaration, part)
    const fixes = clause ? [findings.replace(clause, '', 'Remove `folds`')] : []
    const validation = parts.find(({ name }) => name.text === 'validation')
    if (part.name.text !== 'train') {
      findings.report(
        'SLIP330',
        part.folds.span,
        `Expected \`folds\` in the training part, got it in \`${part.name.text}\`.`,
        {
          fixes,
        },
      )
      continue
    }
    if (!validation) {
      folds = countOf(part.folds, { what: 'folds', min: 2, max: 100 }, context)
      continue
    }
    findings.report('SLIP330', part.folds.span, 'Expected folds or a validation part, got both.', {
      hint: 'Folds are held out of the training part one after the other, so nothing else is needed to judge by.',
      related: [{ path: findings.path, span: validation.span, message: 'The validation part is here.' }],
      fixes,
    })
  }
  return folds
}

/** From the end of what stands before `folds` to the end of the clause. */
function foldsClause({ node }: ModelDeclaration, { span }: SplitPart): Span | undefined {
  const parts = childrenOfKind(
    childOfKind(childOfKind(childOfKind(node, 'Block'), 'SplitItem'), 'Block'),
    'SplitPart',
  )
  const clause = childOfKind(
    parts.find(({ start }) => start === span.start),
    'FoldsClause',
  )
  return clause && { start: clause.start - 1, end: clause.end }
}

function byKey(split: SplitItem, context: ModelContext): SplitPlan | undefined {
  const { findings } = context
  const seen = new Set<string>()
  for (const name of split.columns) {
    const type = observedColumn(name, context, 'to keep together')
    if (seen.has(name.text))
      findings.report('SLIP109', name.span, `The column \`${name.text}\` is there twice.`)
    seen.add(name.text)
    if (type?.kind === 'float' || type?.kind === 'vector')
      findings.report(
        'SLIP201',
        name.span,
        `Expected a column with values that come again, got \`${describeType(type)}\`.`,
        {
          hint: 'Rows stay together by a text, a category, an int, a bool or a timestamp.',
        },
      )
  }
  const shares = checkFractions(split, context)
  if (!shares || split.columns.length === 0 || !context.source?.columns) return undefined
  return { kind: 'key', columns: split.columns.map(({ text }) => text), ...shares }
}

function byTime(split: SplitItem, { findings, source, model }: ModelContext): SplitPlan | undefined {
  if (source && source.time === undefined && !source.broken)
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

function byRandom(split: SplitItem, context: ModelContext): SplitPlan | undefined {
  const shares = checkFractions(split, context)
  return shares && { kind: 'random', ...shares }
}

interface Shares {
  readonly seed: number
  readonly parts: readonly { readonly name: SplitName; readonly fraction: number }[]
}

/** The seed and the fractions of a split that is drawn. */
function checkFractions(split: SplitItem, { findings }: ModelContext): Shares | undefined {
  const seed = split.seed ? split.seed.value : 0
  if (typeof seed !== 'number') {
    if (split.seed)
      findings.report(
        'SLIP005',
        split.seed.span,
        `Expected a number that can be held exactly, got \`${split.seed.text}\`.`,
      )
    return undefined
  }
  for (const part of split.parts) {
    if (part.fraction === undefined) {
      if (part.after || part.until)
        findings.report(
          'SLIP201',
          part.span,
          `Expected a fraction in a split by ${split.by.text}, got a date.`,
        )
      return undefined
    }
    if (part.fraction > 0) continue
    findings.report('SLIP304', part.span, `The part \`${part.name.text}\` is empty: its fraction is 0.`)
    return undefined
  }
  const sum = split.parts.reduce((total, part) => total + part.fraction!, 0)
  if (split.parts.length > 0 && Math.abs(sum - 1) > 1e-9) {
    // A part that is missing is what the sum lacks.
    const complete = ['train', 'test'].every(name => split.parts.some(part => part.name.text === name))
    if (complete || sum > 1) reportSum(split, sum, findings)
    return undefined
  }
  return {
    seed,
    parts: split.parts.map(part => ({ name: part.name.text as SplitName, fraction: part.fraction! })),
  }
}

function reportSum({ parts }: SplitItem, sum: number, findings: Findings): void {
  const span = { start: parts[0]!.span.start, end: parts.at(-1)!.span.end }
  const train = parts.find(({ name, folds }) => name.text === 'train' && !folds)
  const rest = 1 - (sum - (train?.fraction ?? 0))
  const message = `Expected fractions that sum to 1, got ${decimal(sum)}.`
  if (Math.abs(sum - 100) < 1e-6 && parts.every(({ folds }) => !folds)) {
    const edits = parts.map(({ name, span: whole, fraction }) => ({
      path: findings.path,
      span: { start: name.span.end, end: whole.end },
      text: ` ${decimal(fraction! / 100)}`,
    }))
    findings.report('SLIP305', span, message, {
      hint: 'Write shares as fractions: 0.7 and not 70.',
      fixes: [{ title: 'Change percents to fractions', edits }],
    })
    return
  }
  findings.report('SLIP305', span, message, {
    ...(train &&
      rest > 1e-9 &&
      rest < 1 && {
        fixes: [
          findings.replace(
            { start: train.name.span.end, end: train.span.end },
            ` ${decimal(rest)}`,
            `Change \`train\` to ${decimal(rest)}`,
          ),
        ],
      }),
  })
}
