/** Types an expression and translates it into the plan's terms. What names mean comes in as a scope. */
import { type FunctionEntry, functionEntry, functions, operatorEntry } from '../functions.ts'
import type { Expr } from '../plan.ts'
import { list } from '../syntax/parse-items.ts'
import type { CallExpression, Expression, LiteralExpression, Name } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import {
  type Type,
  describeType,
  isUnknown,
  missingType,
  unify,
  unknownType,
  valueType,
} from '../type-rules.ts'
import type { Scalar } from '../types.ts'
import type { Findings } from './findings.ts'

export interface Checked {
  readonly type: Type
  /** Undefined when something in it is wrong or unknown. */
  readonly expr?: Expr
}

export const unknownValue: Checked = { type: unknownType }

/** What names mean where an expression stands. Each reports what it does not know. */
export interface ExpressionScope {
  readonly name: (name: Name) => Checked
  readonly column: (expression: Extract<Expression, { kind: 'column' }>) => Checked
  /** A call of something that is no function. */
  readonly call: (call: CallExpression) => Checked
}

interface Argument extends Checked {
  readonly span: Span
  readonly source: Expression
}

/** Reports what is wrong with the expression, each mistake once, and gives its type and meaning. */
export function checkExpression(expression: Expression, scope: ExpressionScope, findings: Findings): Checked {
  const checked = checkAny(expression, scope, findings)
  findings.typed(expression.span, checked.type)
  return checked
}

function checkAny(expression: Expression, scope: ExpressionScope, findings: Findings): Checked {
  switch (expression.kind) {
    case 'broken':
      return unknownValue
    case 'literal':
      return checkLiteral(expression, findings)
    case 'name':
      return scope.name(expression.name)
    case 'column':
      return scope.column(expression)
    case 'call':
      return checkCall(expression, scope, findings)
    case 'unary':
      return checkUnary(expression, scope, findings)
    case 'binary': {
      const args = checkArguments([expression.left, expression.right], scope, findings)
      const entry = operatorEntry(expression.operator.text)!
      return (
        compareWithMissing(entry, args, { expression, findings }) ??
        apply(entry, args, { span: expression.span, findings })
      )
    }
  }
}

function checkArguments(
  expressions: readonly Expression[],
  scope: ExpressionScope,
  findings: Findings,
): Argument[] {
  return expressions.map(source => ({
    ...checkExpression(source, scope, findings),
    span: source.span,
    source,
  }))
}

function checkLiteral({ span, literal, value, text }: LiteralExpression, findings: Findings): Checked {
  if (value === undefined) {
    const what = literal === 'timestamp' ? 'a date that exists' : 'a number that can be held exactly'
    findings.report('SLIP005', span, `Expected ${what}, got \`${text}\`.`)
    return unknownValue
  }
  if (literal === 'missing') return { type: missingType }
  return literalValue(value, { kind: literal, nullable: false })
}

function literalValue(value: Scalar, type: Type): Checked {
  return { type, expr: { op: 'literal', type: valueType(type)!, value } }
}

function checkUnary(
  { operator, operand, span }: Extract<Expression, { kind: 'unary' }>,
  scope: ExpressionScope,
  findings: Findings,
): Checked {
  const args = checkArguments([operand], scope, findings)
  const { type, expr } = args[0]!
  // A negative number is a number, not a computation.
  if (
    operator.kind === '-' &&
    expr?.op === 'literal' &&
    typeof expr.value === 'number' &&
    type.kind !== 'timestamp'
  )
    return literalValue(expr.value === 0 ? 0 : -expr.value, type)
  return apply(functionEntry(operator.kind === '-' ? 'negate' : 'not'), args, { span, findings })
}

function checkCall(call: CallExpression, scope: ExpressionScope, findings: Findings): Checked {
  const entry = call.callee.quoted || call.pin ? undefined : functions.get(call.callee.text)
  if (!entry) return scope.call(call)
  findings.refer(call.callee.span, { kind: 'function', name: entry.name })
  const args = checkArguments(call.args, scope, findings)
  const few = args.length < entry.parameters.length
  if (few || (args.length > entry.parameters.length && !entry.variadic)) {
    const n = entry.parameters.length
    const expected = `${entry.variadic ? 'at least ' : ''}${n} argument${n === 1 ? '' : 's'}`
    findings.report('SLIP203', call.span, `Expected ${expected} for \`${entry.name}\`, got ${args.length}.`, {
      hint: `\`${entry.signature}\``,
    })
    return unknownValue
  }
  return apply(entry, args, { span: call.span, findings })
}

interface ApplyOptions {
  readonly span: Span
  readonly findings: Findings
}

/** Checks the arguments' kinds, units and agreement, then builds the call. */
function apply(entry: FunctionEntry, args: readonly Argument[], { findings }: ApplyOptions): Checked {
  const wrong = args.findIndex((arg, i) => !accepts(entry, i, arg.type))
  if (wrong >= 0) {
    reportKind(entry, args[wrong]!, { position: wrong, findings })
    return failed(entry, args)
  }
  const unified = entry.unify ? unifying(entry, args) : []
  const { type: common, conflict, unitConflict } = unify(unified.map(arg => arg.type))
  if (conflict !== undefined || unitConflict !== undefined) {
    reportConflict(entry, unified, { conflict, unitConflict, findings })
    return failed(entry, args)
  }
  if (args.some(arg => isUnknown(arg.type))) return failed(entry, args)
  const type = entry.result(
    args.map(arg => arg.type),
    common,
  )
  const resultType = valueType(type)
  if (!resultType) return { type }
  const exprs = args.map(arg =>
    argumentExpr(arg, { common, convert: unified.includes(arg) && entry.convert === true }),
  )
  if (exprs.some(expr => expr === undefined)) return { type }
  return { type, expr: { op: 'call', function: entry.name, args: exprs as Expr[], type: resultType } }
}

function unifying(entry: FunctionEntry, args: readonly Argument[]): readonly Argument[] {
  return args.filter((_, i) => entry.unify === 'all' || (entry.unify as readonly number[]).includes(i))
}

/** The type of what went wrong: known where the function gives one kind whatever it gets. */
function failed(entry: FunctionEntry, args: readonly Argument[]): Checked {
  if (entry.unify && entry.convert) return unknownValue
  if (entry.parameters.length === 2 && entry.operator && !entry.name.match(/add|subtract|multiply/))
    return {
      type: {
        ...entry.result(
          args.map(arg => arg.type),
          unknownType,
        ),
        nullable: true,
      },
    }
  return unknownValue
}

function accepts(entry: FunctionEntry, position: number, { kind }: Type): boolean {
  if (kind === 'unknown') return true
  const parameter = entry.parameters[Math.min(position, entry.parameters.length - 1)]!
  // `missing` goes where it can take the type of something beside it, and where that makes sense.
  if (kind === 'missing')
    return entry.convert === true && (entry.unify === 'all' || entry.unify?.includes(position) === true)
  return parameter.kinds.includes(kind)
}

function reportKind(
  entry: FunctionEntry,
  { type, span }: Argument,
  { position, findings }: { position: number; findings: Findings },
): void {
  const parameter = entry.parameters[Math.min(position, entry.parameters.length - 1)]!
  const name = entry.operator ?? entry.name
  findings.report(
    'SLIP201',
    span,
    `Expected ${list(parameter.kinds)} for \`${name}\`, got ${typeInWords(type)}.`,
    {
      hint: kindHint(entry, type) ?? `\`${entry.signature}\``,
    },
  )
}

function kindHint(entry: FunctionEntry, { kind }: Type): string | undefined {
  const wantsNumber = entry.parameters[0]!.kinds.includes('float')
  if (kind === 'bool' && wantsNumber) return 'Write `float(…)` to count true as 1 and false as 0.'
  if (kind === 'float' && entry.name === 'category')
    return 'Write `round(…)` first: a float takes too many values.'
  if (kind === 'missing') return 'Write `is_missing(…)` to ask whether a value is missing.'
  return undefined
}

const typeInWords = (type: Type): string => `\`${describeType(type)}\``

function reportConflict(
  entry: FunctionEntry,
  args: readonly Argument[],
  options: { conflict?: number; unitConflict?: number; findings: Findings },
): void {
  const { conflict, unitConflict, findings } = options
  const name = entry.operator ?? entry.name
  if (conflict !== undefined) {
    const before = unify(args.slice(0, conflict).map(arg => arg.type)).type
    const { span, type } = args[conflict]!
    return findings.report(
      'SLIP201',
      span,
      `Expected ${typeInWords({ ...before, nullable: false })} for \`${name}\`, got ${typeInWords(type)}.`,
      {
        hint: 'All of them have to be of one type.',
      },
    )
  }
  const { span, type } = args[unitConflict!]!
  const before = args.slice(0, unitConflict).find(arg => arg.type.unit !== undefined)!
  findings.report(
    'SLIP202',
    span,
    `Expected the unit "${before.type.unit}" for \`${name}\`, got "${type.unit}".`,
    {
      hint: 'Multiply or divide one side by a number to convert it; the result has no unit.',
    },
  )
}

/** The argument as the plan has it: converted to the common type where the function asks for one. */
function argumentExpr(
  arg: Argument,
  { common, convert }: { common: Type; convert: boolean },
): Expr | undefined {
  const target = valueType({ kind: common.kind, nullable: true })
  if (arg.type.kind === 'missing') return target && { op: 'literal', type: target, value: null }
  const { expr } = arg
  if (!expr || !convert || common.kind !== 'float' || expr.type.kind !== 'int') return expr
  const type = { ...expr.type, kind: 'float' as const }
  if (expr.op === 'literal') return { ...expr, type }
  return { op: 'call', function: 'float', args: [expr], type }
}

/** `x == missing` is missing for every x; says so once and goes on. */
function compareWithMissing(
  entry: FunctionEntry,
  args: readonly Argument[],
  { expression, findings }: { expression: Extract<Expression, { kind: 'binary' }>; findings: Findings },
): Checked | undefined {
  const at = args.findIndex(arg => arg.type.kind === 'missing')
  if (at < 0 || !entry.parameters[0]!.kinds.includes('timestamp')) return undefined
  const other = args[1 - at]!
  findings.report(
    'SLIP206',
    expression.span,
    `Comparing with \`missing\` gives missing, whatever the value is.`,
    {
      hint: 'Write `is_missing(x)`, or `not is_missing(x)`.',
    },
  )
  const type: Type = { kind: 'bool', nullable: true }
  if (other.type.kind === 'missing' || !other.expr) return { type }
  const missing = argumentExpr(args[at]!, { common: other.type, convert: false })
  const exprs = at === 0 ? [missing, other.expr] : [other.expr, missing]
  return { type, expr: { op: 'call', function: entry.name, args: exprs as Expr[], type: valueType(type)! } }
}

/** A number as a literal expression says it, with its sign; undefined when it is something else. */
export function numberOf(expression: Expression | undefined): number | undefined {
  if (expression?.kind === 'unary' && expression.operator.kind === '-') {
    const value = numberOf(expression.operand)
    return value === undefined ? undefined : -value
  }
  if (expression?.kind !== 'literal') return undefined
  const isNumber = expression.literal === 'int' || expression.literal === 'float'
  return isNumber && typeof expression.value === 'number' ? expression.value : undefined
}
