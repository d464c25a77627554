/** The label, the weight of rows and the balance of classes. */
import { type AlgorithmEntry, algorithms } from '../../algorithms.ts'
import type { Expr } from '../../plan.ts'
import type { Expression, ModelDeclaration } from '../../syntax/ast.ts'
import type { Span } from '../../syntax/tokens.ts'
import { list } from '../../syntax/parse-items.ts'
import {
  type Type,
  describeType,
  isClasses,
  isNumeric,
  isUnknown,
  unknownType,
  valueType,
} from '../../type-rules.ts'
import { type ExpressionScope, checkExpression, numberOf } from '../expression.ts'
import { wrap } from '../fixes.ts'
import type { CheckedFeature, ModelContext } from '../model-features.ts'
import type { CheckedAlgorithm, CheckedLabel } from './context.ts'
import { observedScope } from './scope.ts'

export function checkLabel({ label }: ModelDeclaration, context: ModelContext): CheckedLabel | undefined {
  if (!label) return undefined
  const { findings, model } = context
  const columns = new Map<string, Span>()
  const scope = observedScope(
    context,
    ({ text, span }) => void (columns.has(text) || columns.set(text, span)),
  )
  const { type, expr } = label.value ? checkExpression(label.value, scope, findings) : { type: unknownType }
  const name = label.name?.text ?? ''
  if (label.name) findings.define(label.name.span, { kind: 'label', name, container: model }, type)
  const planned = valueType(type)
  return {
    name,
    ...(label.name && { span: label.name.span }),
    columns,
    type,
    ...(expr && planned && { plan: { name, expr, type: planned } }),
  }
}

/** Whether nothing is wrong with what is learned: it varies, can be learned at all, and by this algorithm. */
export function acceptLabel(
  { label: item, algorithm: chosen }: ModelDeclaration,
  { findings, label, algorithm }: ModelContext & { label?: CheckedLabel; algorithm?: CheckedAlgorithm },
): boolean {
  if (!item?.value || !label || isUnknown(label.type)) return true
  const { span } = item.value
  const got = `got \`${describeType(label.type)}\``
  const fitting = Object.entries(algorithms).filter(([, entry]) => takes(entry, label.type))
  if (fitting.length === 0) {
    findings.report('SLIP205', span, `Expected a bool, a number or a category as the label, ${got}.`, {
      hint: learnable(label.type),
    })
    return false
  }
  if (label.plan && label.columns.size === 0) {
    findings.report(
      'SLIP337',
      span,
      'Expected a label that differs from row to row, got one that reads no column.',
      {
        hint: 'For example `label late = delay > 15`.',
      },
    )
    return false
  }
  if (!algorithm || takes(algorithm.entry, label.type)) return true
  const { name } = chosen!
  const wanted = list(algorithm.entry.labels)
  const asClass = label.type.kind === 'int' && algorithm.entry.labels.includes('category')
  findings.report('SLIP205', span, `Expected a label of type ${wanted} for \`${algorithm.name}\`, ${got}.`, {
    hint: `A label of this type is learned by ${list(fitting.map(([other]) => other))}.`,
    related: [{ path: findings.path, span: name!.span, message: 'The algorithm is chosen here.' }],
    fixes: [
      ...(asClass ? [wrap(findings, span, 'category')] : []),
      // Random effects cannot be guessed.
      ...fitting.flatMap(([other, { random }]) =>
        random ? [] : findings.replace(name!.span, other, `Change to \`${other}\``),
      ),
    ],
  })
  return false
}

function takes(entry: AlgorithmEntry, { kind }: Type): boolean {
  return (entry.labels as readonly string[]).includes(kind)
}

function learnable({ kind }: Type): string {
  if (kind === 'timestamp')
    return 'Learn an amount of time, for example `hours_between(ordered, delivered)`, or a part of it.'
  if (kind === 'vector') return 'Learn one number of it, for example `element(v, 1)`.'
  return 'For example `label late = delay > 15`.'
}

/** A label and a feature must not have one name. */
export function checkLabelName(
  { label }: ModelDeclaration,
  { features, findings, label: checked }: LabelContext & { features: readonly CheckedFeature[] },
): void {
  const twin = features.find(({ name }) => name === label?.name?.text)
  // A column that is feature and label at once is leakage, and that is said.
  const leaks = twin?.item.value === undefined && checked?.columns.has(twin?.name ?? '')
  if (twin && label?.name && !leaks)
    findings.report('SLIP109', label.name.span, `The label is called \`${twin.name}\`, like a feature.`, {
      related: [{ path: findings.path, span: twin.item.name.span, message: 'The feature is here.' }],
    })
}

type LabelContext = ModelContext & { readonly label?: CheckedLabel }

/** How much a row counts: a number over the columns of what is observed; the label may be read, also by its name. */
export function checkWeight({ weight }: ModelDeclaration, context: LabelContext): Expr | undefined {
  if (!weight?.value) return undefined
  const { findings } = context
  const { type, expr } = checkExpression(weight.value, weightScope(context), findings)
  if (isUnknown(type)) return undefined
  const { span } = weight.value
  if (!isNumeric(type)) {
    findings.report(
      'SLIP201',
      span,
      `Expected a number for the weight of a row, got \`${describeType(type)}\`.`,
      {
        ...(type.kind === 'bool' && {
          hint: 'Write `if(condition, 2, 1)` to let some rows count more than others.',
          fixes: [wrap(findings, span, 'float')],
        }),
      },
    )
    return undefined
  }
  const wrong = resultsOf(weight.value).find(result => {
    const value = numberOf(result)
    return value !== undefined && (value < 0 || (value === 0 && result === weight.value))
  })
  if (wrong)
    findings.report('SLIP210', wrong.span, `Expected a weight above 0, got ${numberOf(wrong)}.`, {
      hint: 'A row of weight 0 is left out of training; to leave rows out of everything, write `observe … where …`.',
    })
  return wrong ? undefined : expr
}

function weightScope(context: LabelContext): ExpressionScope {
  const { label, source, findings, model } = context
  const scope = observedScope(context)
  return {
    ...scope,
    name: name => {
      if (!label || name.text !== label.name || source?.columns?.has(name.text)) return scope.name(name)
      findings.refer(name.span, { kind: 'label', name: label.name, container: model }, label.type)
      return { type: label.type, ...(label.plan && { expr: label.plan.expr }) }
    },
  }
}

/** The expressions one of which is the value: the branches of `if`, the arguments of `coalesce`. */
function resultsOf(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'call') return [expression]
  const { callee, args } = expression
  if (callee.text === 'if') return args.slice(1).flatMap(resultsOf)
  return callee.text === 'coalesce' ? args.flatMap(resultsOf) : [expression]
}

/** Whether the classes are balanced; reported when the label has none. */
export function checkBalance({ balance }: ModelDeclaration, context: LabelContext): 'classes' | undefined {
  if (!balance) return undefined
  const { label, findings } = context
  if (!label || isUnknown(label.type) || isClasses(label.type)) return 'classes'
  findings.report(
    'SLIP211',
    balance.span,
    `Expected a label of classes to balance, got \`${describeType(label.type)}\`.`,
    {
      hint: 'A bool, a category and a text have classes; the rows of a number are weighed by `weight`.',
      fixes: [findings.replace(balance.span, '', 'Remove `balance classes`')],
    },
  )
  return undefined
}
