/** What the checks of windowed and of derived features share, and checks of names that models use too. */
import type { FeaturePlan } from '../plan.ts'
import type { CallExpression, Expression, FeatureDeclaration, Name } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import { type Type, describeType, isText, isUnknown } from '../type-rules.ts'
import type { Scalar } from '../types.ts'
import {
  type EntityInfo,
  type Environment,
  type FeatureInfo,
  type SourceInfo,
  columnSymbol,
} from './declarations.ts'
import { type Checked, type ExpressionScope, checkExpression, unknownValue } from './expression.ts'
import type { Findings } from './findings.ts'
import { unknownColumn } from './source.ts'
import { reportUnknown } from './unknown.ts'
import { reportUnknownCall } from './unknown-function.ts'

export interface FeatureContext {
  readonly declaration: FeatureDeclaration
  readonly path: string
  readonly env: Environment
  readonly findings: Findings
  readonly entity: EntityInfo | undefined
}

/** What the two kinds of features find out; the rest of a plan is the same for both. */
export interface CheckedValue extends Pick<FeatureInfo, 'reads' | 'source' | 'inputs'> {
  readonly type: Type
  /** Undefined when something about it is wrong or unknown. */
  readonly plan?: FeaturePlan
}

/** What a plan says of every feature, in the order in which plans are written. */
export function documentation({ doc, owner, tags }: FeatureDeclaration) {
  return {
    ...(doc !== undefined && { doc }),
    ...(owner && { owner: owner.value }),
    tags: tags.map(tag => tag.value),
  }
}

/** The unit of the value: the declared one, which has to be that of what it is computed from. */
export function withDeclaredUnit({ unit }: FeatureDeclaration, type: Type, findings: Findings): Type {
  if (!unit || isUnknown(type)) return type
  if (type.kind !== 'int' && type.kind !== 'float')
    findings.report(
      'SLIP202',
      unit.span,
      `A unit is for numbers, and the feature is a \`${describeType({ ...type, nullable: false })}\`.`,
    )
  else if (type.unit !== undefined && unit.value !== type.unit)
    findings.report(
      'SLIP202',
      unit.span,
      `Expected the unit "${type.unit}" of what it is computed from, got "${unit.value}".`,
      {
        fixes: [
          findings.replace(unit.span, JSON.stringify(type.unit), `Change to ${JSON.stringify(type.unit)}`),
        ],
      },
    )
  return { ...type, unit: unit.value }
}

/** What stands for a missing value or an empty window; undefined when the feature does not say. */
export function checkDefault(
  { defaultValue }: FeatureDeclaration,
  type: Type,
  findings: Findings,
): Scalar | undefined {
  if (!defaultValue || defaultValue.kind === 'broken') return undefined
  const { type: given, expr } = checkExpression(defaultValue, constantScope(findings), findings)
  if (given.kind === 'missing') return null
  if (isUnknown(given)) return undefined
  if (expr?.op !== 'literal') {
    findings.report(
      'SLIP201',
      defaultValue.span,
      'Expected a plain value for the default, got an expression.',
    )
    return undefined
  }
  const fits = isUnknown(type) || sameKind(type, given) || (type.kind === 'float' && given.kind === 'int')
  if (fits) return expr.value
  findings.report(
    'SLIP201',
    defaultValue.span,
    `Expected \`${type.kind}\` for the default, got \`${given.kind}\`.`,
    {
      ...(type.kind === 'int' && given.kind === 'float' && { hint: 'The feature counts in whole numbers.' }),
    },
  )
  return undefined
}

/** Nothing but literals. */
export function constantScope(findings: Findings): ExpressionScope {
  const refuse = ({ span }: { span: Name['span'] }): Checked => {
    findings.report('SLIP201', span, 'Expected a plain value, got a name.')
    return unknownValue
  }
  return { name: refuse, column: refuse, call: refuse }
}

/** Whether two kinds of key can be the same value. */
export function sameKind(a: Type, b: Type): boolean {
  return isUnknown(a) || isUnknown(b) || a.kind === b.kind || (isText(a) && isText(b))
}

/** A column of a source by its name; reported when there is none. Silent when the columns are unknown. */
export function columnOf(source: SourceInfo, name: Name, findings: Findings, hint?: string): Checked {
  const column = source.columns?.get(name.text)
  findings.refer(name.span, columnSymbol(source, name.text), column?.type)
  if (source.columns && !column) {
    unknownColumn(name, { columns: source.columns, source: source.name, findings, hint })
    return unknownValue
  }
  if (!column) return unknownValue
  return { type: column.type, expr: { op: 'column', name: column.name, type: column.type } }
}

export function unknownSource(name: Name, env: Environment, findings: Findings): void {
  reportUnknown('source', name, { env, findings })
}

/** Reports a call of something that is no function, where no feature can stand. */
export function unknownFunction(call: CallExpression, findings: Findings): void {
  reportUnknownCall(call, {
    findings,
    code: 'SLIP105',
    message: `There is no function \`${call.callee.text}\`.`,
  })
}

/** Checks what has to be true or false. */
export function checkCondition(condition: Expression, scope: ExpressionScope, findings: Findings) {
  const { type, expr } = checkExpression(condition, scope, findings)
  if (type.kind === 'bool' || isUnknown(type)) return expr
  const message = `Expected a condition (\`bool\`), got \`${describeType(type)}\`.`
  const cure = type.kind === 'missing' ? undefined : conditionHint(condition, type)
  findings.report('SLIP201', condition.span, message, { ...(cure !== undefined && { hint: cure }) })
  return undefined
}

function conditionHint(condition: Expression, { kind }: Type): string | undefined {
  const name = condition.kind === 'name' || condition.kind === 'column' ? writtenAs(condition) : undefined
  if (name === undefined) return undefined
  return kind === 'int' || kind === 'float'
    ? `Compare it, for example \`${name} > 0\`.`
    : kind === 'string' || kind === 'category'
      ? `Compare it, for example \`${name} == "…"\`.`
      : undefined
}

function writtenAs(expression: Extract<Expression, { kind: 'name' | 'column' }>): string | undefined {
  if (expression.kind === 'name') return writeName(expression.name.text)
  const { source, column } = expression
  return column && `${writeName(source.text)}.${writeName(column.text)}`
}
