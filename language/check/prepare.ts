/** Checks how features are prepared: a rule per type, and rules for single features that override it. */
import { algorithms } from '../algorithms.ts'
import type { Preparation } from '../plan.ts'
import type { ModelDeclaration, PrepareRule, PrepareStep } from '../syntax/ast.ts'
import { isNumeric, isText } from '../type-rules.ts'
import { removeAfter } from './fixes.ts'
import type { CheckedFeature, ModelContext } from './model-features.ts'
import { checkManyValues } from './model/categories.ts'
import type { CheckedAlgorithm } from './model/context.ts'

export type Prepare = (feature: CheckedFeature) => Preparation

export type FeatureClass = 'numeric' | 'category'

export type PrepareContext = ModelContext & {
  readonly features: readonly CheckedFeature[]
  readonly algorithm: CheckedAlgorithm | undefined
}

/** How each feature is prepared; reports rules that fit nothing. */
export function checkPrepare(declaration: ModelDeclaration, context: PrepareContext): Prepare {
  const { findings, features } = context
  const rules = new Map<string, Preparation>()
  const written = new Map<string, PrepareRule>()
  for (const rule of declaration.prepare) {
    const { target } = rule
    const key = keyOf(rule)
    const first = written.get(key)
    if (first)
      findings.report('SLIP109', target.span, `The rule for \`${target.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first.target.span, message: 'The first one is here.' }],
      })
    else written.set(key, rule)
    const preparation = checkRule(rule, { ...context, ...checkTarget(rule, context) })
    if (preparation && !first) rules.set(key, preparation)
  }
  const defaults = (context.algorithm?.entry ?? algorithms.logistic_regression).preparation
  const prepare: Prepare = feature => {
    const wanted = classOf(feature) ?? 'numeric'
    return rules.get(`feature ${feature.name}`) ?? rules.get(wanted) ?? defaults[wanted]
  }
  const ruleOf = ({ name }: CheckedFeature) => written.get(`feature ${name}`) ?? written.get('category')
  for (const feature of features)
    checkManyValues(feature, { ...context, declaration, prepare, rule: ruleOf(feature) })
  return prepare
}

/** A rule for all of a type has the type's name; backticks make the name of a feature of it. */
function isGeneral({ target }: PrepareRule): boolean {
  return !target.quoted && (target.text === 'numeric' || target.text === 'category')
}

const keyOf = (rule: PrepareRule): string =>
  isGeneral(rule) ? rule.target.text : `feature ${rule.target.text}`

interface Target {
  /** What the rule prepares; undefined when that is not known. */
  readonly wanted: FeatureClass | undefined
  readonly feature?: CheckedFeature
}

function checkTarget(rule: PrepareRule, { features, findings, model }: PrepareContext): Target {
  const { target } = rule
  if (isGeneral(rule)) return { wanted: target.text as FeatureClass }
  const feature = features.find(({ name }) => name === target.text)
  if (!feature) {
    findings.unknownName('SLIP103', target, `The model has no feature \`${target.text}\` to prepare.`, {
      among: ['numeric', 'category', ...features.map(({ name }) => name)],
    })
    return { wanted: undefined }
  }
  findings.refer(target.span, { kind: 'modelFeature', name: feature.name, container: model }, feature.type)
  return { wanted: classOf(feature), feature }
}

export function classOf({ type }: CheckedFeature): FeatureClass | undefined {
  // Each number of a vector is prepared on its own.
  if (isNumeric(type) || type.kind === 'bool' || type.kind === 'vector') return 'numeric'
  return isText(type) ? 'category' : undefined
}

type RuleContext = PrepareContext & Target

function checkRule(rule: PrepareRule, context: RuleContext): Preparation | undefined {
  const { findings } = context
  let result: Preparation | undefined
  const seen = new Map<string, PrepareStep>()
  for (const [i, step] of rule.steps.entries()) {
    const kind = kindOf(step)
    const first = seen.get(kind)
    const before = rule.steps[i - 1]
    if (first && before) {
      const same = first.step === step.step
      findings.report(
        'SLIP109',
        step.span,
        same
          ? `The step \`${step.step}\` is there twice.`
          : `\`${first.step}\` and \`${step.step}\` exclude one another.`,
        {
          related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
          fixes: [removeAfter(findings, before.span, { item: step.span, title: `Remove \`${step.step}\`` })],
        },
      )
      continue
    }
    seen.set(kind, step)
    if (!fits(step, { ...context, rule })) return undefined
    result = applyStep(step, result, context)
  }
  return result
}

/** What a step decides: only one of each kind may stand in a rule. */
function kindOf({ step }: PrepareStep): string {
  if (step === 'standardize' || step === 'min_max') return 'scale'
  return isEncoding(step) ? 'encoding' : step
}

const isEncoding = (step: string): boolean => step === 'one_hot' || step === 'native'

const inWords: Readonly<Record<FeatureClass, string>> = { numeric: 'numbers', category: 'categories' }
const stepsFor: Readonly<Record<FeatureClass, string>> = {
  numeric: 'Numbers, bools and vectors take `impute`, `indicator`, `standardize` and `min_max`.',
  category: 'Categories take `one_hot` and `native`.',
}

function fits(
  { step, span, argument }: PrepareStep,
  { rule, wanted, feature, algorithm, findings }: RuleContext & { rule: PrepareRule },
): boolean {
  const asked: FeatureClass = isEncoding(step) ? 'category' : 'numeric'
  if (wanted && asked !== wanted) {
    const int = feature?.type.kind === 'int' && asked === 'category'
    findings.report(
      'SLIP207',
      span,
      `The step \`${step}\` is for ${inWords[asked]}, and \`${rule.target.text}\` is not one of them.`,
      { hint: int ? `Make a category of it: \`${feature.name} = category(…)\`.` : stepsFor[wanted] },
    )
    return false
  }
  if (step === 'native' && algorithm && !algorithm.entry.nativeCategories) {
    const instead = argument === undefined ? 'one_hot' : `one_hot max ${argument}`
    findings.report(
      'SLIP207',
      span,
      `The algorithm \`${algorithm.name}\` cannot take categories as they are.`,
      {
        hint: 'Trees split on categories themselves; other algorithms take a column for each value.',
        fixes: [findings.replace(span, instead, `Change to \`${instead}\``)],
      },
    )
    return false
  }
  hintWithout(rule, { step, span }, { feature, algorithm, findings })
  return true
}

interface Effect {
  readonly feature?: CheckedFeature
  readonly algorithm: CheckedAlgorithm | undefined
  readonly findings: ModelContext['findings']
}

/** Steps that change nothing. */
function hintWithout(
  rule: PrepareRule,
  { step, span }: Pick<PrepareStep, 'step' | 'span'>,
  { feature, algorithm, findings }: Effect,
): void {
  if ((step === 'standardize' || step === 'min_max') && algorithm?.entry.nativeCategories)
    findings.report(
      'SLIP341',
      span,
      `\`${step}\` changes nothing for \`${algorithm.name}\`, which only asks what is more and what is less.`,
    )
  if (step === 'indicator' && feature && !feature.type.nullable && feature.type.kind !== 'unknown')
    findings.report(
      'SLIP341',
      span,
      `\`${rule.target.text}\` is never missing, so \`indicator\` is always 0.`,
    )
}

function applyStep(
  { step, argument, argumentSpan }: PrepareStep,
  result: Preparation | undefined,
  { findings }: PrepareContext,
): Preparation {
  if (step === 'one_hot' || step === 'native') {
    const max = argument === undefined ? defaultMax[step] : Number(argument)
    const allowed = Number.isSafeInteger(max) && max >= 1 && max <= 100_000
    if (!allowed) {
      const nearest = max > 100_000 ? 100_000 : 1
      findings.report('SLIP207', argumentSpan!, `Expected at most 1 to 100000 values, got ${argument}.`, {
        fixes: [findings.replace(argumentSpan!, String(nearest), `Change to ${nearest}`)],
      })
    }
    return { kind: step, max }
  }
  // A rule that is given says all of it: what it does not name is not done.
  const numeric =
    result?.kind === 'numeric' ? result : ({ kind: 'numeric', impute: 'none', scale: 'none' } as const)
  if (step === 'standardize' || step === 'min_max') return { ...numeric, scale: step }
  if (step === 'indicator') return { ...numeric, indicator: true }
  const impute = (['median', 'mean', 'zero', 'none'] as const).find(word => word === argument) ?? 'none'
  return { ...numeric, impute }
}

/** How many values a category keeps when the rule does not say. */
export const defaultMax = { one_hot: 100, native: 255 } as const
