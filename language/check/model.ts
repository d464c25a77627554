/** Checks a model and, when all of it is right, makes its plan. */
import type { ObservePlan, Plan } from '../plan.ts'
import type { ModelDeclaration } from '../syntax/ast.ts'
import { type Analysis, type Declared, type Environment, sourceSymbol } from './declarations.ts'
import { checkCondition, unknownSource } from './feature.ts'
import { Findings } from './findings.ts'
import { type CheckedFeature, type ModelContext, checkFeatures } from './model-features.ts'
import { checkAlgorithm } from './model/algorithm.ts'
import { type Parts, assemble } from './model/assemble.ts'
import type { PartContext } from './model/context.ts'
import { checkHealth } from './model/health.ts'
import { acceptLabel, checkBalance, checkLabel, checkLabelName, checkWeight } from './model/label.ts'
import { checkEvaluate } from './model/metrics.ts'
import { checkOutputs } from './model/outputs.ts'
import { checkParts } from './model/parts.ts'
import { checkRequire } from './model/require.ts'
import { observedScope } from './model/scope.ts'
import { checkTests } from './model/tests.ts'
import { checkTune } from './model/tune.ts'
import { checkPrepare } from './prepare.ts'
import { checkSplit } from './split.ts'

export function checkModel(
  { declaration, path }: Declared<ModelDeclaration>,
  env: Environment,
): Analysis<'model'> {
  const findings = new Findings(path)
  const model = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, { kind: 'model', name: model })
  const source = checkObserved(declaration, { env, findings })
  const { features, plan } = checkAll(declaration, { env, findings, model, source })
  const info = {
    declaration,
    path,
    name: model,
    features: features.map(({ name, type, item }) => ({ name, type, declared: item.span.end })),
  }
  return { info: { ...info, ...(plan && { plan }) }, findings }
}

interface Checked {
  readonly features: readonly CheckedFeature[]
  readonly plan: Plan | undefined
}

/** Every part, each after those that it is held against. */
function checkAll(declaration: ModelDeclaration, context: ModelContext): Checked {
  const observe = checkObserve(declaration, context)
  const label = checkLabel(declaration, context)
  checkParts(declaration, { ...context, label })
  const features = checkFeatures(declaration, { ...context, ...(label && { label }) })
  const algorithm = checkAlgorithm(declaration, { ...context, label, features })
  const labelRefused = !acceptLabel(declaration, { ...context, label, algorithm })
  checkLabelName(declaration, { ...context, features, label })
  const weight = checkWeight(declaration, { ...context, label })
  const balance = checkBalance(declaration, { ...context, label: labelRefused ? undefined : label })
  const split = checkSplit(declaration, context)
  const prepare = checkPrepare(declaration, { ...context, features, algorithm })
  const part: PartContext = { ...context, declaration, label, labelRefused, features, algorithm, split }
  const tune = checkTune(declaration, part)
  const evaluate = checkEvaluate(declaration, part)
  const checkedOutputs = checkOutputs(declaration, part)
  const outputs = checkedOutputs.flatMap(output => output.plan ?? [])
  const require = checkRequire(declaration, part)
  const tests = checkTests(declaration, { ...part, outputs: checkedOutputs })
  const health = checkHealth(declaration, part)
  const plan = planOf(
    {
      ...{
        declaration,
        source: context.source?.plan,
        observe,
        features,
        label: label?.plan,
        weight,
        balance,
      },
      ...{ prepare, split, algorithm: algorithm?.plan, tune, evaluate, outputs, require, tests, health },
    },
    context,
  )
  return { features, plan }
}

type Possible = { readonly [K in keyof Parts]: Parts[K] | undefined }

/** The plan, when nothing stands against one: what can be ignored is judged where plans are given. */
function planOf(parts: Possible, { findings }: ModelContext): Plan | undefined {
  const { declaration, features, source, observe, label, split, algorithm } = parts
  if (!declaration || declaration.broken || findings.hasErrors) return undefined
  if (!source || !observe || !label || !split || !algorithm) return undefined
  if (!features || features.length === 0 || !features.every(({ plan }) => plan)) return undefined
  return assemble(parts as Parts)
}

function checkObserved(
  declaration: ModelDeclaration,
  { env, findings }: { env: Environment; findings: Findings },
) {
  const name = declaration.observe?.source
  if (!name) return undefined
  const source = env.source(name.text)
  if (source) findings.refer(name.span, sourceSymbol(source))
  else unknownSource(name, env, findings)
  return source
}

function checkObserve({ observe }: ModelDeclaration, context: ModelContext): ObservePlan | undefined {
  if (!observe) return undefined
  const where = observe.where && checkCondition(observe.where, observedScope(context), context.findings)
  if (!context.source || (observe.where && !where)) return undefined
  return { source: context.source.name, ...(where && { where }) }
}
