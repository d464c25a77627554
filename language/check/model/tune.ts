/** The search for hyperparameters. */
import {
  type HyperparameterEntry,
  type NumberHyperparameter,
  describeLimits,
  isAllowed,
} from '../../algorithms.ts'
import { metrics } from '../../metrics.ts'
import type { TuneDimension, TunePlan } from '../../plan.ts'
import { suggest } from '../../suggest.ts'
import type { Expression, ModelDeclaration, Name, TuneDimensionItem, TuneItem } from '../../syntax/ast.ts'
import { list } from '../../syntax/parse-items.ts'
import type { Scalar } from '../../types.ts'
import { numberOf } from '../expression.ts'
import { insert } from '../fixes.ts'
import { type PartContext, countOf } from './context.ts'
import { around, findHyperparameter, numberIn, scalarOf } from './hyperparameters.ts'
import { checkMetric, writeMetric } from './metrics.ts'

const searches = ['random', 'sobol', 'bayesian'] as const

export function checkTune({ tune, broken }: ModelDeclaration, context: PartContext): TunePlan | undefined {
  if (!tune) return undefined
  const { findings } = context
  const before = findings.diagnostics.length
  const trials =
    tune.trials && countOf(tune.trials, { what: 'a number of trials', min: 1, max: 100_000 }, context)
  const search = checkSearch(tune.search, context)
  const seed = tune.seed === undefined ? 0 : tune.seed.value
  const metric = tune.metric && checkObjective(tune, context)
  const space = checkSpace(tune, context)
  if (tune.dimensions.length === 0 && !broken)
    findings.report(
      'SLIP009',
      { start: tune.span.start, end: tune.span.start + 'tune'.length },
      'Expected at least one hyperparameter to tune, got none.',
      {
        hint: 'For example `l2 in log_scale(1e-4 .. 10)`.',
      },
    )
  const on = checkJudged(tune, context)
  const wrong = findings.diagnostics.slice(before).some(({ severity }) => severity === 'error')
  if (wrong || trials === undefined || !search || typeof seed !== 'number' || !metric || !on) return undefined
  const direction = tune.direction?.text === 'maximizing' ? 'maximize' : 'minimize'
  return { trials, search, seed, direction, metric, on, space }
}

function checkSearch(search: Name | undefined, { findings }: PartContext): TunePlan['search'] | undefined {
  if (!search) return 'sobol'
  const known = searches.find(name => name === search.text)
  if (!known) {
    const meant = search.text === 'grid' ? 'sobol' : suggest(search.text, searches)
    findings.report('SLIP131', search.span, `Expected ${list(searches)}, got \`${search.text}\`.`, {
      ...(meant !== undefined && {
        hint: `Did you mean \`${meant}\`?`,
        fixes: [findings.replace(search.span, meant, `Change to \`${meant}\``)],
      }),
    })
  }
  return known
}

/** The metric, and whether it is sought in the direction in which it is better. */
function checkObjective(
  { metric: use, direction }: TuneItem,
  context: PartContext,
): TunePlan['metric'] | undefined {
  const { findings } = context
  const metric = checkMetric(use!, context)
  if (!metric || !direction) return undefined
  const { better, k } = metrics[metric.metric]
  if (use!.per && k === undefined) {
    const extra = { start: use!.metric.span.end, end: use!.span.end }
    findings.report('SLIP209', extra, `Expected one number to tune by, got one per \`${use!.per.text}\`.`, {
      fixes: [findings.replace(extra, '', `Change to \`${writeMetric({ metric: metric.metric })}\``)],
    })
    return undefined
  }
  const right = better === 'higher' ? 'maximizing' : 'minimizing'
  if (direction.text !== right)
    findings.report(
      'SLIP334',
      direction.span,
      `\`${metric.metric}\` is better the ${better} it is, and this is ${direction.text} it.`,
      {
        hint: `Write \`${right} ${metric.metric}\`, unless this is meant.`,
        fixes: [findings.replace(direction.span, right, `Change to \`${right}\``)],
      },
    )
  return metric
}

/** Where trials are judged: on the validation part, or over the folds. */
function checkJudged(
  { span }: TuneItem,
  { split, declaration, findings }: PartContext,
): TunePlan['on'] | undefined {
  if (!split) return undefined
  if (split.folds !== undefined) return 'folds'
  if (split.parts.some(({ name }) => name === 'validation')) return 'validation'
  const item = declaration.split
  const train = item?.by && item.parts.find(({ name }) => name.text === 'train')
  findings.report(
    'SLIP331',
    { start: span.start, end: span.start + 'tune'.length },
    'Expected a split with a validation part or with folds, on which trials are judged.',
    {
      hint: 'Add `validation` to the split, or cut the training part: `train 0.8 folds 5`.',
      ...(item && { related: [{ path: findings.path, span: item.span, message: 'The split is here.' }] }),
      ...(train && {
        fixes: [
          insert(findings, train.span.end, { text: ' folds 5', title: 'Cut the training part into 5 folds' }),
        ],
      }),
    },
  )
  return undefined
}

function checkSpace({ dimensions }: TuneItem, context: PartContext): readonly TuneDimension[] {
  const { findings, algorithm } = context
  if (!algorithm) return []
  const owner = {
    owner: `The algorithm \`${algorithm.name}\``,
    algorithm: algorithm.name,
    entries: algorithm.entry.hyperparameters,
    findings,
  }
  const seen = new Map<string, Name>()
  return dimensions.flatMap(item => {
    const name = item.hyperparameter
    const entry = findHyperparameter(name, owner)
    if (!entry) return []
    const first = seen.get(name.text)
    if (first)
      findings.report('SLIP109', name.span, `The hyperparameter \`${name.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
      })
    else seen.set(name.text, name)
    return checkDimension(item, entry, context) ?? []
  })
}

function checkDimension(
  item: TuneDimensionItem,
  entry: HyperparameterEntry,
  context: PartContext,
): TuneDimension | undefined {
  const { findings } = context
  const { hyperparameter: name, values, low, high } = item
  if (entry.kind === 'list') {
    findings.report(
      'SLIP333',
      name.span,
      `The hyperparameter \`${name.text}\` is a list and cannot be tuned.`,
      {
        hint: 'Set it in the algorithm.',
      },
    )
    return undefined
  }
  if (values) return checkValues(values, { name, entry, context })
  if (!low || !high || low.kind === 'broken' || high.kind === 'broken') return undefined
  if (entry.kind !== 'bool' && entry.kind !== 'choice') return checkRange(item, { entry, low, high, context })
  const written = entry.kind === 'bool' ? '[true, false]' : `[${entry.choices.join(', ')}]`
  const span = around([low, high])
  findings.report('SLIP201', span, `Expected a list for \`${name.text}\`, got a range.`, {
    fixes: [findings.replace(span, written, `Change to \`${written}\``)],
  })
  return undefined
}

interface ValuesContext {
  readonly name: Name
  readonly entry: HyperparameterEntry
  readonly context: PartContext
}

function checkValues(
  values: readonly Expression[],
  { name, entry, context }: ValuesContext,
): TuneDimension | undefined {
  const { findings } = context
  if (values.some(({ kind }) => kind === 'broken')) return undefined
  const found = values.map(value => scalarOf(value, { name, entry, findings }) as Scalar | undefined)
  if (found.some(value => value === undefined)) return undefined
  const twice = found.findIndex((value, i) => found.indexOf(value) < i)
  if (twice >= 0) {
    findings.report('SLIP109', values[twice]!.span, `The value ${String(found[twice])} is there twice.`)
    return undefined
  }
  if (found.length < 2) {
    findings.report(
      'SLIP333',
      values[0]?.span ?? name.span,
      `Expected at least two values of \`${name.text}\` to choose from, got ${found.length}.`,
      {
        hint: `A single value is set in the algorithm: \`${name.text} = ${String(found[0] ?? entry.default)}\`.`,
      },
    )
    return undefined
  }
  return { hyperparameter: name.text, kind: 'choice', values: found as Scalar[] }
}

interface RangeContext {
  readonly entry: NumberHyperparameter
  readonly low: Expression
  readonly high: Expression
  readonly context: PartContext
}

function checkRange(
  { hyperparameter: name, scale }: TuneDimensionItem,
  { entry, low, high, context }: RangeContext,
): TuneDimension | undefined {
  const { findings } = context
  const log = checkScale(scale, context)
  const [from, to] = [low, high].map(bound => boundIn(bound, { name, entry, context, log: log === 'log' }))
  if (log === undefined || from === undefined || to === undefined) return undefined
  const hyperparameter = name.text
  if (from >= to) {
    const span = around([low, high])
    const swapped = `${to} .. ${from}`
    findings.report('SLIP333', span, `Expected a range from less to more, got ${from} .. ${to}.`, {
      ...(from > to && { fixes: [findings.replace(span, swapped, `Change to \`${swapped}\``)] }),
      ...(from === to && {
        hint: `A single value is set in the algorithm: \`${hyperparameter} = ${from}\`.`,
      }),
    })
    return undefined
  }
  return { hyperparameter, kind: entry.kind, low: from, high: to, scale: log }
}

function checkScale(scale: Name | undefined, { findings }: PartContext): 'linear' | 'log' | undefined {
  if (!scale) return 'linear'
  if (scale.text === 'log_scale') return 'log'
  findings.report('SLIP131', scale.span, `Expected \`log_scale\` or nothing, got \`${scale.text}\`.`, {
    hint: 'Without a scale, values are taken evenly.',
    ...(scale.text.toLowerCase().startsWith('log') && {
      fixes: [findings.replace(scale.span, 'log_scale', 'Change to `log_scale`')],
    }),
  })
  return undefined
}

interface BoundContext extends ValuesContext {
  readonly entry: NumberHyperparameter
  readonly log: boolean
}

/** A bound of a range; on a logarithmic scale above 0, before the limits of the hyperparameter are asked. */
function boundIn(bound: Expression, { name, entry, context, log }: BoundContext): number | undefined {
  const { findings } = context
  const number = numberOf(bound)
  if (!log || number === undefined || number > 0) return numberIn(bound, { name, entry, findings })
  const allowed = isAllowed(entry, number) ? '' : `, and \`${name.text}\` is ${describeLimits(entry)}`
  findings.report(
    'SLIP333',
    bound.span,
    `Expected a bound above 0 on a logarithmic scale, got ${number}${allowed}.`,
    {
      hint: `For example \`${name.text} in log_scale(1e-4 .. 10)\`.`,
    },
  )
  return undefined
}
