/** What a model has to reach before it may be deployed. */
import { describeRange, metrics } from '../../metrics.ts'
import type { RequirementPlan, SplitName } from '../../plan.ts'
import type { ModelDeclaration, Requirement } from '../../syntax/ast.ts'
import { numberOf } from '../expression.ts'
import type { PartContext } from './context.ts'
import { checkDirection, checkMetric } from './metrics.ts'

export function checkRequire(
  { require }: ModelDeclaration,
  context: PartContext,
): readonly RequirementPlan[] {
  const seen = new Map<string, Requirement>()
  return require.flatMap(requirement => {
    const plan = checkRequirement(requirement, context)
    if (!plan) return []
    const { metric, k, per, split, op } = plan
    const key = JSON.stringify([metric, k, per, split, op[0]])
    const first = seen.get(key)
    seen.set(key, first ?? requirement)
    if (!first) return [plan]
    const { findings } = context
    findings.report('SLIP109', requirement.span, `\`${metric}\` is already required on \`${split}\`.`, {
      related: [{ path: findings.path, span: first.span, message: 'The first requirement is here.' }],
    })
    return []
  })
}

function checkRequirement(requirement: Requirement, context: PartContext): RequirementPlan | undefined {
  const { findings } = context
  const plan = checkMetric(requirement, context)
  const { op, value, span } = requirement
  if (!op || !value || value.kind === 'broken') return undefined
  const number = numberOf(value)
  if (number === undefined) {
    findings.report('SLIP201', value.span, 'Expected a number.')
    return undefined
  }
  if (!plan || !checkPart(requirement, context)) return undefined
  const { min = -Infinity, max = Infinity, better } = metrics[plan.metric]
  if (number < min || number > max) {
    findings.report(
      'SLIP313',
      value.span,
      `Expected a value ${describeRange(metrics[plan.metric])} for \`${plan.metric}\`, got ${number}.`,
      {
        ...(max === 1 &&
          number >= 2 &&
          number <= 100 && {
            fixes: [findings.replace(value.span, String(number / 100), `Change to ${number / 100}`)],
          }),
      },
    )
    return undefined
  }
  const { per, k, metric } = requirement
  const between = { start: (per ?? k ?? metric).span.end, end: value.span.start }
  if (span.end >= between.end) checkDirection({ between, op, better, what: plan.metric }, findings)
  return { ...plan, split: (requirement.on?.text ?? 'test') as SplitName, op, value: number }
}

/** Whether the split has the part that a requirement is judged on. */
function checkPart({ on }: Requirement, { split, findings }: PartContext): boolean {
  if (!on || !split || split.parts.some(({ name }) => name === on.text)) return true
  findings.report('SLIP331', on.span, `Expected a part that the split has, got \`${on.text}\`.`, {
    hint: `The split has ${split.parts.map(({ name }) => `\`${name}\``).join(', ')}.`,
  })
  return false
}
