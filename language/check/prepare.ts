/** Checks how features are prepared: a rule per type, and rules for single features that override it. */
import type { Preparation } from '../plan.ts'
import type { ModelDeclaration, PrepareRule, PrepareStep } from '../syntax/ast.ts'
import { isNumeric } from '../type-rules.ts'
import type { CheckedFeature, ModelContext } from './model-features.ts'

export type Prepare = (feature: CheckedFeature) => Preparation

type FeatureClass = 'numeric' | 'category'

/** What a model does that says nothing. */
export const defaultPreparation: Readonly<Record<FeatureClass, Preparation>> = {
  numeric: { kind: 'numeric', impute: 'median', scale: 'standardize' },
  category: { kind: 'one_hot', max: 100 },
}

/** How each feature is prepared; reports rules that fit nothing. */
export function checkPrepare(
  declaration: ModelDeclaration,
  context: ModelContext & { features: readonly CheckedFeature[] },
): Prepare {
  const { findings, features, model } = context
  const rules = new Map<string, Preparation>()
  const seen = new Set<string>()
  for (const rule of declaration.prepare) {
    const { target } = rule
    const general = !target.quoted && (target.text === 'numeric' || target.text === 'category')
    const feature = features.find(({ name }) => name === target.text)
    const key = general ? target.text : `feature ${target.text}`
    if (seen.has(key))
      findings.report('SLIP109', target.span, `The rule for \`${target.text}\` is there twice.`)
    seen.add(key)
    if (!general && !feature)
      findings.unknownName('SLIP103', target, `The model has no feature \`${target.text}\` to prepare.`, {
        among: ['numeric', 'category', ...features.map(({ name }) => name)],
      })
    if (!general && feature)
      findings.refer(
        target.span,
        { kind: 'modelFeature', name: feature.name, container: model },
        feature.type,
      )
    const wanted = general ? (target.text as FeatureClass) : feature && classOf(feature)
    const preparation = checkRule(rule, { wanted, findings })
    if (preparation) rules.set(key, preparation)
  }
  return feature => {
    const wanted = classOf(feature) ?? 'numeric'
    return rules.get(`feature ${feature.name}`) ?? rules.get(wanted) ?? defaultPreparation[wanted]
  }
}

function classOf({ type }: CheckedFeature): FeatureClass | undefined {
  if (isNumeric(type) || type.kind === 'bool') return 'numeric'
  return type.kind === 'category' ? 'category' : undefined
}

interface RuleContext {
  readonly wanted: FeatureClass | undefined
  readonly findings: ModelContext['findings']
}

function checkRule(rule: PrepareRule, { wanted, findings }: RuleContext): Preparation | undefined {
  let result: Preparation | undefined
  const seen = new Set<string>()
  for (const step of rule.steps) {
    const fits: FeatureClass = step.step === 'one_hot' ? 'category' : 'numeric'
    if (seen.has(step.step))
      findings.report('SLIP109', step.span, `The step \`${step.step}\` is there twice.`)
    seen.add(step.step)
    if (wanted && fits !== wanted) {
      findings.report(
        'SLIP207',
        step.span,
        `The step \`${step.step}\` is for ${inWords[fits]}, and \`${rule.target.text}\` is not one of them.`,
        {
          hint:
            wanted === 'numeric' ? 'Numbers take `impute` and `standardize`.' : 'Categories take `one_hot`.',
        },
      )
      return undefined
    }
    result = applyStep(step, { result, findings })
  }
  return result
}

const inWords: Readonly<Record<FeatureClass, string>> = { numeric: 'numbers', category: 'categories' }

interface StepContext {
  readonly result: Preparation | undefined
  readonly findings: ModelContext['findings']
}

function applyStep(
  { step, argument, argumentSpan }: PrepareStep,
  { result, findings }: StepContext,
): Preparation {
  if (step === 'one_hot') {
    const max = argument === undefined ? 100 : Number(argument)
    const allowed = Number.isSafeInteger(max) && max >= 1 && max <= 100_000
    if (!allowed)
      findings.report('SLIP207', argumentSpan!, `Expected 1 to 100000 columns at most, got ${argument}.`)
    return { kind: 'one_hot', max }
  }
  // A rule that is given says all of it: what it does not name is not done.
  const numeric =
    result?.kind === 'numeric' ? result : ({ kind: 'numeric', impute: 'none', scale: 'none' } as const)
  if (step === 'standardize') return { ...numeric, scale: 'standardize' }
  const impute = (['median', 'mean', 'zero', 'none'] as const).find(word => word === argument) ?? 'none'
  return { ...numeric, impute }
}
