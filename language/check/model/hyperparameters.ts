/** The values that a model gives to hyperparameters. */
import {
  type HyperparameterEntry,
  type Hyperparameters,
  type ListHyperparameter,
  type NumberHyperparameter,
  describeLimits,
  isAllowed,
} from '../../algorithms.ts'
import type { Expression, Hyperparameter, Name } from '../../syntax/ast.ts'
import { list } from '../../syntax/parse-items.ts'
import type { Span } from '../../syntax/tokens.ts'
import { suggest } from '../../suggest.ts'
import type { Scalar } from '../../types.ts'
import { numberOf } from '../expression.ts'
import type { Findings } from '../findings.ts'
import { removeAfter } from '../fixes.ts'

export type Given = ReadonlyMap<string, Scalar | readonly number[]>

export interface OwnerOfHyperparameters {
  /** As a message says it: ``The algorithm `x` ``. */
  readonly owner: string
  readonly algorithm: string
  readonly entries: Hyperparameters
  readonly findings: Findings
}

/** What the text gives, by name; what is wrong is reported and left out. */
export function checkHyperparameters(
  items: readonly Hyperparameter[],
  context: OwnerOfHyperparameters,
): Given {
  const { findings, entries } = context
  const given = new Map<string, Scalar | readonly number[]>()
  const seen = new Map<string, Hyperparameter>()
  for (const [i, item] of items.entries()) {
    const entry = findHyperparameter(item.name, context)
    if (!entry) continue
    const first = seen.get(item.name.text)
    if (first) reportTwice(item, { first, before: items[i - 1]!, findings })
    else seen.set(item.name.text, item)
    const value = valueOf(item, entries[item.name.text]!, findings)
    if (value !== undefined && !first) given.set(item.name.text, value)
  }
  return given
}

function reportTwice(
  { name, span }: Hyperparameter,
  { first, before, findings }: { first: Hyperparameter; before: Hyperparameter; findings: Findings },
): void {
  findings.report('SLIP109', name.span, `The hyperparameter \`${name.text}\` is there twice.`, {
    related: [{ path: findings.path, span: first.name.span, message: 'The first one is here.' }],
    fixes: [removeAfter(findings, before.span, { item: span, title: `Remove the second \`${name.text}\`` })],
  })
}

/** The entry of a hyperparameter; reported when the algorithm has none of the name. */
export function findHyperparameter(
  name: Name,
  { owner, algorithm, entries, findings }: OwnerOfHyperparameters,
): HyperparameterEntry | undefined {
  const known = Object.keys(entries)
  if (!Object.hasOwn(entries, name.text)) {
    const meant =
      foreign[name.text.toLowerCase()]?.find(other => known.includes(other)) ?? suggest(name.text, known)
    findings.report('SLIP107', name.span, `${owner} has no hyperparameter \`${name.text}\`.`, {
      hint: meant === undefined ? `It has ${known.join(', ')}.` : `Did you mean \`${meant}\`?`,
      ...(meant !== undefined && { fixes: [findings.replace(name.span, meant, `Change to \`${meant}\``)] }),
    })
    return undefined
  }
  findings.refer(name.span, { kind: 'hyperparameter', name: name.text, container: algorithm })
  return entries[name.text]
}

/** What other libraries call them; of several the first that the algorithm has. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  alpha: ['l2', 'learning_rate'],
  lambda: ['l2'],
  reg_lambda: ['l2'],
  lambda_l2: ['l2'],
  l2_regularization: ['l2'],
  weight_decay: ['l2'],
  penalty: ['l2'],
  c: ['l2'],
  reg_alpha: ['l1'],
  lambda_l1: ['l1'],
  l1_ratio: ['l1'],
  max_iter: ['max_iterations'],
  iterations: ['max_iterations', 'trees', 'epochs'],
  n_iter: ['max_iterations'],
  tol: ['tolerance'],
  eps: ['tolerance'],
  n_estimators: ['trees'],
  num_trees: ['trees'],
  n_trees: ['trees'],
  num_iterations: ['trees'],
  num_boost_round: ['trees'],
  num_rounds: ['trees'],
  eta: ['learning_rate'],
  lr: ['learning_rate'],
  shrinkage: ['learning_rate'],
  num_leaves: ['max_leaves'],
  max_leaf_nodes: ['max_leaves'],
  depth: ['max_depth'],
  min_samples_leaf: ['min_rows'],
  min_data_in_leaf: ['min_rows'],
  min_child_samples: ['min_rows'],
  min_child_weight: ['min_rows'],
  gamma: ['min_gain'],
  min_split_gain: ['min_gain'],
  min_gain_to_split: ['min_gain'],
  max_bin: ['max_bins'],
  bins: ['max_bins'],
  bagging_fraction: ['subsample'],
  sample_fraction: ['subsample'],
  colsample_bytree: ['feature_fraction'],
  colsample: ['feature_fraction'],
  early_stopping: ['early_stopping_rounds'],
  patience: ['early_stopping_rounds'],
  n_iter_no_change: ['early_stopping_rounds'],
  hidden_layer_sizes: ['hidden'],
  hidden_layers: ['hidden'],
  hidden_units: ['hidden'],
  layers: ['hidden'],
  batch: ['batch_size'],
  dropout_rate: ['dropout'],
  link: ['family'],
  distribution: ['family'],
  grow_policy: ['growth'],
}

type Value = Scalar | readonly number[]

function valueOf(
  { name, value }: Hyperparameter,
  entry: HyperparameterEntry,
  findings: Findings,
): Value | undefined {
  if (value === undefined) return undefined
  if (isList(value))
    return entry.kind === 'list'
      ? listOf(value, { name, entry, findings })
      : notOne(value, { name, entry, findings })
  return value.kind === 'broken' ? undefined : scalarOf(value, { name, entry, findings })
}

const isList = (value: Expression | readonly Expression[]): value is readonly Expression[] =>
  Array.isArray(value)

export interface Expected<E extends HyperparameterEntry = HyperparameterEntry> {
  readonly name: Name
  readonly entry: E
  readonly findings: Findings
}

/** One value of a hyperparameter, as it is set or tuned; reported when it is none. */
export function scalarOf(value: Expression, expected: Expected): Value | undefined {
  const { entry, findings, name } = expected
  switch (entry.kind) {
    case 'int':
    case 'float':
      return numberIn(value, { ...expected, entry })
    case 'bool':
      if (value.kind === 'literal' && typeof value.value === 'boolean') return value.value
      findings.report('SLIP201', value.span, `Expected \`true\` or \`false\` for \`${name.text}\`.`)
      return undefined
    case 'choice':
      return choiceIn(value, { name, choices: entry.choices, findings })
    case 'list':
      findings.report('SLIP201', value.span, `Expected a list of whole numbers for \`${name.text}\`.`, {
        hint: `For example \`${name.text} = [${entry.default.join(', ')}]\`.`,
        ...(numberOf(value) !== undefined && {
          fixes: [findings.replace(value.span, `[${numberOf(value)}]`, `Change to \`[${numberOf(value)}]\``)],
        }),
      })
      return undefined
  }
}

/** A number within the limits of a hyperparameter. */
export function numberIn(
  value: Expression,
  { name, entry, findings }: Expected<NumberHyperparameter>,
): number | undefined {
  const number = numberOf(value)
  const whole = entry.kind === 'float' || (number !== undefined && Number.isSafeInteger(number))
  if (number === undefined || !whole) {
    if (value.kind === 'broken' || isInvalidLiteral(value, findings)) return undefined
    const what = entry.kind === 'int' ? 'a whole number' : 'a number'
    findings.report('SLIP201', value.span, `Expected ${what} for \`${name.text}\`.`, {
      ...(number !== undefined && {
        fixes: [findings.replace(value.span, String(Math.round(number)), `Change to ${Math.round(number)}`)],
      }),
    })
    return undefined
  }
  if (isAllowed(entry, number)) return number
  const nearest = clamped(entry, number)
  findings.report(
    'SLIP306',
    value.span,
    `Expected \`${name.text}\` to be ${describeLimits(entry)}, got ${number}.`,
    {
      fixes: [findings.replace(value.span, String(nearest), `Change to ${nearest}`)],
    },
  )
  return undefined
}

/** The nearest allowed value, or the default where there is no nearest. */
function clamped(entry: NumberHyperparameter, value: number): number {
  const { min, max = Infinity, aboveMin, belowMax, default: usual } = entry
  if (value > max) return belowMax ? usual : max
  if (value < min) return aboveMin ? usual : min
  return usual
}

/** A literal that stands for no value, which is said here. */
function isInvalidLiteral(value: Expression, findings: Findings): boolean {
  if (value.kind !== 'literal' || value.value !== undefined) return false
  findings.report('SLIP005', value.span, `Expected a number that can be held exactly, got \`${value.text}\`.`)
  return true
}

interface Choices {
  readonly name: Name
  readonly choices: readonly string[]
  readonly findings: Findings
}

/** One of a few words. */
function choiceIn(value: Expression, { name, choices, findings }: Choices): string | undefined {
  const quoted = value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined
  if (value.kind === 'name' && choices.includes(value.name.text)) return value.name.text
  const written = value.kind === 'name' ? value.name.text : quoted
  const meant = written === undefined ? undefined : suggest(written, choices)
  findings.report(
    'SLIP131',
    value.span,
    `Expected ${list(choices)} for \`${name.text}\`${written === undefined ? '' : `, got \`${written}\``}.`,
    {
      ...(meant !== undefined && {
        hint: quoted === meant ? 'It is written without quotes.' : `Did you mean \`${meant}\`?`,
        fixes: [findings.replace(value.span, meant, `Change to \`${meant}\``)],
      }),
    },
  )
  return undefined
}

function listOf(
  values: readonly Expression[],
  { name, entry, findings }: Expected<ListHyperparameter>,
): readonly number[] | undefined {
  if (values.length === 0 || values.length > entry.maxLength) {
    const span = values.length === 0 ? name.span : around(values)
    findings.report(
      'SLIP306',
      span,
      `Expected ${describeLimits(entry)} for \`${name.text}\`, got ${values.length}.`,
    )
    return undefined
  }
  const each: NumberHyperparameter = {
    kind: 'int',
    default: entry.default[0]!,
    min: entry.min,
    max: entry.max,
    doc: '',
  }
  const numbers = values.map(value => numberIn(value, { name, entry: each, findings }))
  return numbers.every(number => number !== undefined) ? numbers : undefined
}

function notOne(values: readonly Expression[], { name, entry, findings }: Expected): undefined {
  const what = entry.kind === 'choice' ? list(entry.choices) : 'one value'
  findings.report(
    'SLIP201',
    values.length === 0 ? name.span : around(values),
    `Expected ${what} for \`${name.text}\`, got a list.`,
    {
      hint: 'Several values to try stand in `tune`.',
    },
  )
  return undefined
}

/** From the first value to the last. */
export function around(values: readonly { readonly span: Span }[]): Span {
  return { start: values[0]!.span.start, end: values.at(-1)!.span.end }
}
