/** The algorithm of a model, its hyperparameters and its random effects. */
import {
  type AlgorithmEntry,
  algorithmNamed,
  algorithmNames,
  familyOf,
  withDefaults,
} from '../../algorithms.ts'
import type { AlgorithmName, AlgorithmPlan, RandomEffectPlan } from '../../plan.ts'
import { suggest } from '../../suggest.ts'
import type { ModelDeclaration, Name, RandomEffect } from '../../syntax/ast.ts'
import { list } from '../../syntax/parse-items.ts'
import { describeType, isNumeric, isUnknown } from '../../type-rules.ts'
import type { Scalar } from '../../types.ts'
import type { CheckedFeature, ModelContext } from '../model-features.ts'
import { type CheckedAlgorithm, type CheckedLabel, columnOrFeature } from './context.ts'
import { type Given, checkHyperparameters } from './hyperparameters.ts'

export type AlgorithmContext = ModelContext & {
  readonly label: CheckedLabel | undefined
  readonly features: readonly CheckedFeature[]
}

export function checkAlgorithm(
  declaration: ModelDeclaration,
  context: AlgorithmContext,
): CheckedAlgorithm | undefined {
  const { algorithm } = declaration
  const name = algorithm?.name
  if (!name) return undefined
  const { findings } = context
  const entry = algorithmNamed(name.text)
  if (!entry) {
    reportUnknown(name, context)
    return undefined
  }
  const known = name.text as AlgorithmName
  findings.refer(name.span, { kind: 'algorithm', name: known })
  const before = findings.diagnostics.length
  const owner = {
    owner: `The algorithm \`${known}\``,
    algorithm: known,
    entries: entry.hyperparameters,
    findings,
  }
  const given = checkHyperparameters(algorithm.hyperparameters, owner)
  const family = checkFamily(declaration, { ...context, entry, given })
  const random = checkRandom(declaration, { ...context, entry, name: known })
  if (findings.diagnostics.slice(before).some(({ severity }) => severity === 'error'))
    return { name: known, entry }
  const plan: AlgorithmPlan = {
    name: known,
    hyperparameters: withDefaults(
      entry.hyperparameters,
      family ? new Map([...given, ['family', family]]) : given,
    ),
    ...(random.length > 0 && { random }),
  }
  return { name: known, entry, plan }
}

/** What other libraries call them. */
const foreign: Readonly<Record<string, AlgorithmName>> = {
  logistic: 'logistic_regression',
  logit: 'logistic_regression',
  softmax: 'logistic_regression',
  multinomial: 'logistic_regression',
  linear: 'linear_regression',
  ols: 'linear_regression',
  ridge: 'linear_regression',
  lasso: 'linear_regression',
  elastic_net: 'linear_regression',
  poisson: 'poisson_regression',
  glmm: 'mixed_effects',
  mixed: 'mixed_effects',
  mixed_effect: 'mixed_effects',
  random_effects: 'mixed_effects',
  hierarchical: 'mixed_effects',
  xgboost: 'gradient_boosted_trees',
  lightgbm: 'gradient_boosted_trees',
  catboost: 'gradient_boosted_trees',
  gbt: 'gradient_boosted_trees',
  gbm: 'gradient_boosted_trees',
  gbdt: 'gradient_boosted_trees',
  boosted_trees: 'gradient_boosted_trees',
  gradient_boosting: 'gradient_boosted_trees',
  random_forest: 'gradient_boosted_trees',
  decision_tree: 'gradient_boosted_trees',
  trees: 'gradient_boosted_trees',
  mlp: 'neural_network',
  neural_net: 'neural_network',
  nn: 'neural_network',
  deep_learning: 'neural_network',
}

function reportUnknown(name: Name, { findings }: ModelContext): void {
  const meant = foreign[name.text.toLowerCase()] ?? suggest(name.text, algorithmNames)
  findings.report('SLIP106', name.span, `Expected ${list(algorithmNames)}, got \`${name.text}\`.`, {
    ...(meant !== undefined && {
      hint: `Did you mean \`${meant}\`?`,
      fixes: [findings.replace(name.span, meant, `Change to \`${meant}\``)],
    }),
  })
}

type FamilyContext = AlgorithmContext & { readonly entry: AlgorithmEntry; readonly given: Given }

/** The family: the given one, held against the label, else the one that the label asks for. */
function checkFamily(
  { algorithm }: ModelDeclaration,
  { entry, given, label, findings }: FamilyContext,
): string | undefined {
  if (!entry.families || !label || isUnknown(label.type)) return undefined
  const asked = familyOf(entry, label.type.kind)
  const chosen = given.get('family')
  if (typeof chosen !== 'string') return asked
  const kinds: readonly string[] = entry.families[chosen]!
  // A label that no family learns is reported at the label.
  if (asked === undefined || kinds.includes(label.type.kind)) return chosen
  const item = algorithm!.hyperparameters.find(({ name }) => name.text === 'family')!
  const { span } = item.value as { span: Name['span'] }
  findings.report(
    'SLIP205',
    span,
    `Expected a label of type ${list(kinds)} for the family \`${chosen}\`, got \`${describeType(label.type)}\`.`,
    { fixes: [findings.replace(span, asked, `Change to \`${asked}\``)] },
  )
  return undefined
}

type RandomContext = AlgorithmContext & { readonly entry: AlgorithmEntry; readonly name: AlgorithmName }

function checkRandom({ algorithm, broken }: ModelDeclaration, context: RandomContext): RandomEffectPlan[] {
  const { entry, findings, name } = context
  const { random, name: written } = algorithm!
  if (!entry.random) {
    if (random[0])
      findings.report('SLIP213', random[0].span, `The algorithm \`${name}\` takes no random effects.`, {
        hint: 'Those are for `mixed_effects`.',
        fixes: [findings.replace(written!.span, 'mixed_effects', 'Change to `mixed_effects`')],
      })
    return []
  }
  if (random.length === 0 && !broken)
    findings.report('SLIP009', written!.span, `The algorithm \`${name}\` lacks \`random\`.`, {
      hint: 'For example `random intercept per origin`: every origin has a level of its own.',
    })
  const seen = new Map<string, Name>()
  return random.flatMap(effect => {
    const { per } = effect
    const first = per && seen.get(per.text)
    if (first)
      findings.report('SLIP109', per.span, `There are random effects per \`${per.text}\` already.`, {
        hint: 'Write all effects of a key on one line: `random intercept, distance per origin`.',
        related: [{ path: findings.path, span: first.span, message: 'The first ones are here.' }],
      })
    if (per && !first) seen.set(per.text, per)
    return checkEffect(effect, { ...context, random: entry.random! }) ?? []
  })
}

function checkEffect(
  { effects, per, hyperparameters }: RandomEffect,
  context: RandomContext & { random: NonNullable<AlgorithmEntry['random']> },
): RandomEffectPlan | undefined {
  const { findings, name, random } = context
  const owner = { owner: 'A random effect', algorithm: name, entries: random, findings }
  const given = checkHyperparameters(hyperparameters, owner)
  const keyed = per && checkKey(per, context)
  const slopes = checkSlopes(effects, context)
  if (!per || !keyed || !slopes) return undefined
  const intercept = effects.some(isIntercept)
  const values = withDefaults(random, given) as Record<string, Scalar>
  return { per: per.text, intercept, slopes, hyperparameters: values }
}

const isIntercept = ({ text, quoted }: Name): boolean => text === 'intercept' && !quoted

/** A column or a feature with values that come again. */
function checkKey(per: Name, context: AlgorithmContext): boolean {
  const { findings, features, source } = context
  const found = columnOrFeature(per, context)
  if (found === 'unknown') return true
  if (!found) {
    findings.unknownName(
      'SLIP102',
      per,
      `There is no column or feature \`${per.text}\` to have effects of.`,
      {
        among: [...(source?.columns?.keys() ?? []), ...features.map(({ name }) => name)],
      },
    )
    return false
  }
  if (!['float', 'timestamp', 'vector'].includes(found.type.kind)) return true
  findings.report(
    'SLIP213',
    per.span,
    `Expected a key with values that come again, got \`${describeType(found.type)}\`.`,
    {
      hint: 'Effects are of a text, a category, an int or a bool; `bucket(…)` makes a category of a number.',
    },
  )
  return false
}

/** The features whose slopes vary; undefined when one of them is wrong. */
function checkSlopes(effects: readonly Name[], context: AlgorithmContext): readonly string[] | undefined {
  const { findings, features, model } = context
  const seen = new Set<string>()
  let right = true
  for (const effect of effects) {
    if (seen.has(effect.text)) {
      findings.report('SLIP109', effect.span, `The effect \`${effect.text}\` is there twice.`)
      right = false
    }
    seen.add(effect.text)
    if (isIntercept(effect)) continue
    const feature = features.find(({ name }) => name === effect.text)
    if (!feature) {
      findings.unknownName(
        'SLIP103',
        effect,
        `The model has no feature \`${effect.text}\` whose slope could vary.`,
        {
          among: ['intercept', ...features.map(({ name }) => name)],
          hint: 'Effects are `intercept` and numeric features of the model.',
        },
      )
      right = false
      continue
    }
    findings.refer(effect.span, { kind: 'modelFeature', name: feature.name, container: model }, feature.type)
    if (isNumeric(feature.type) || feature.type.kind === 'bool' || isUnknown(feature.type)) continue
    findings.report(
      'SLIP213',
      effect.span,
      `Expected a numeric feature whose slope varies, got \`${describeType(feature.type)}\`.`,
    )
    right = false
  }
  return right ? effects.filter(effect => !isIntercept(effect)).map(({ text }) => text) : undefined
}
