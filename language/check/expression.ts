/** Types an expression and translates it into the plan's terms. What names mean comes in as a scope. */
import { type FunctionEntry, type Parameter, functionEntry, functions, operatorEntry } from '../functions.ts'
import type { Expr } from '../plan.ts'
import { list } from '../syntax/parse-items.ts'
import type { CallExpression, Expression, LiteralExpression, Name, Pin } from '../syntax/ast.ts'
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
import { wrap } from './fixes.ts'
import type { Findings } from './findings.ts'

export interface Checked {
  readonly type: Type
  /** Undefined when something in it is wrong or unknown. */
  readonly expr?: Expr
}

export const unknownValue: Checked = { type: unknownType }

/** What names mean where an expression stands. Each reports what it does not know. */
export interface ExpressionScope {
  /** `pin` is there only where the language allows one on a name: in derived features. */
  readonly name: (name: Name, pin?: Pin) => Checked
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
      return scope.name(expression.name, expression.pin)
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

/** Checks the arguments' kinds, units and agreement, then what they are, then builds the call. */
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
  const values = args.map(literalOf)
  const type = entry.result(
    args.map(arg => arg.type),
    common,
    values,
  )
  if (!checkValues(entry, { args, values, findings })) return { type }
  const resultType = valueType(type)
  if (!resultType) return { type }
  const exprs = args.map((arg, i) =>
    argumentExpr(arg, {
      common,
      convert: unified.includes(arg) && entry.convert === true,
      asText: parameterAt(entry, i).asText === true,
    }),
  )
  if (exprs.some(expr => expr === undefined)) return { type }
  return { type, expr: { op: 'call', function: entry.function, args: exprs as Expr[], type: resultType } }
}

const literalOf = ({ expr }: Argument): Scalar | undefined =>
  expr?.op === 'literal' ? expr.value : undefined

interface Values {
  readonly args: readonly Argument[]
  readonly values: readonly (Scalar | undefined)[]
  readonly findings: Findings
}

/** Whether arguments that have to be plain values are some, and such as the function takes; reports the first that is not. */
function checkValues(entry: FunctionEntry, { args, values, findings }: Values): boolean {
  const computed = args.findIndex((_, i) => parameterAt(entry, i).literal && values[i] === undefined)
  if (computed >= 0) {
    const { name, kinds } = parameterAt(entry, computed)
    const what = kinds.includes('float') ? 'a plain number' : 'a plain whole number'
    findings.report(
      'SLIP208',
      args[computed]!.span,
      `Expected ${what} as \`${name}\` of \`${entry.name}\`, got an expression.`,
      { hint: `\`${entry.signature}\`` },
    )
    return false
  }
  const violation = entry.constraint?.(args.map((arg, i) => ({ type: arg.type, value: values[i] })))
  if (!violation) return true
  const { argument, expected, hint } = violation
  const { name } = parameterAt(entry, argument)
  findings.report(
    'SLIP208',
    args[argument]!.span,
    `Expected ${expected}, as \`${name}\` of \`${entry.name}\`, got ${String(values[argument])}.`,
    hint === undefined ? {} : { hint },
  )
  return false
}

function parameterAt(entry: FunctionEntry, position: number): Parameter {
  return entry.parameters[Math.min(position, entry.parameters.length - 1)]!
}

function unifying(entry: FunctionEntry, args: readonly Argument[]): readonly Argument[] {
  return args.filter((_, i) => entry.unify === 'all' || (entry.unify as readonly number[]).includes(i))
}

/** The type of what went wrong: known where the function gives one kind whatever it gets. */
function failed(entry: FunctionEntry, args: readonly Argument[]): Checked {
  const types = args.map(arg => arg.type)
  const depends = entry.convert === true || ['add', 'subtract', 'multiply', 'modulo'].includes(entry.function)
  return depends ? unknownValue : { type: { ...entry.result(types, unknownType, []), nullable: true } }
}

function accepts(entry: FunctionEntry, position: number, { kind }: Type): boolean {
  if (kind === 'unknown') return true
  // `missing` goes where it can take the type of something beside it, and where that makes sense.
  if (kind === 'missing')
    return entry.convert === true && (entry.unify === 'all' || entry.unify?.includes(position) === true)
  const { kinds, asText } = parameterAt(entry, position)
  return kinds.includes(kind) || (asText === true && (kind === 'int' || kind === 'bool'))
}

function reportKind(
  entry: FunctionEntry,
  { type, span }: Argument,
  { position, findings }: { position: number; findings: Findings },
): void {
  const { kinds, asText } = parameterAt(entry, position)
  const wanted = asText ? [...kinds, 'int', 'bool'] : kinds
  const cure = kindCure(entry, type, kinds)
  findings.report(
    'SLIP201',
    span,
    `Expected ${list(wanted)} for \`${entry.operator ?? entry.name}\`, got ${typeInWords(type)}.`,
    {
      hint: cure?.hint ?? `\`${entry.signature}\``,
      ...(cure?.call && { fixes: [wrap(findings, span, cure.call)] }),
    },
  )
}

interface Cure {
  readonly hint: string
  /** The function that makes of the argument what is asked for. */
  readonly call?: string
}

/** What makes the argument fit, where that is plain. */
function kindCure(entry: FunctionEntry, { kind }: Type, kinds: Parameter['kinds']): Cure | undefined {
  const wants = (wanted: Parameter['kinds'][number]) => kinds.includes(wanted)
  if (kind === 'missing') return { hint: 'Write `is_missing(…)` to ask whether a value is missing.' }
  if (kind === 'bool' && wants('float'))
    return { hint: 'Write `float(…)` to count true as 1 and false as 0.', call: 'float' }
  if (kind === 'float' && entry.name === 'category')
    return { hint: 'Write `round(…)` first, or `bucket(…)`: a float takes too many values.', call: 'round' }
  if (kind === 'timestamp' && entry.function === 'subtract')
    return {
      hint: 'Write `days_between(from, to)`, `hours_between(from, to)` or `minutes_between(from, to)`.',
    }
  if (kind === 'timestamp' && wants('float'))
    return { hint: 'Take a part of it, for example `hour(t)`, or the time between two.' }
  if ((kind === 'int' || kind === 'bool') && wants('string') && !wants('int'))
    return { hint: 'Write `string(…)` for its text.', call: 'string' }
  if (kind === 'float' && wants('string'))
    return { hint: 'Write `string(round(…))` for the text of a whole number.' }
  if (kind === 'float' && wants('int')) return { hint: 'Write `int(…)` or `round(…)` for a whole number.' }
  if ((kind === 'string' || kind === 'category') && entry.function === 'add')
    return { hint: 'Write `concat(…)` to join texts.' }
  if (kind === 'vector')
    return { hint: 'Write `element(v, 1)`, `norm(v)`, `dot(v, w)` or `cosine(v, w)` for a number.' }
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

interface Conversion {
  readonly common: Type
  readonly convert: boolean
  readonly asText?: boolean
}

/** The argument as the plan has it: converted to the common type, or to text, where the function asks for that. */
function argumentExpr(arg: Argument, { common, convert, asText = false }: Conversion): Expr | undefined {
  const target = valueType({ kind: common.kind, nullable: true })
  if (arg.type.kind === 'missing') return target && { op: 'literal', type: target, value: null }
  const { expr } = arg
  if (!expr) return undefined
  if (asText && (expr.type.kind === 'int' || expr.type.kind === 'bool')) {
    const type = { kind: 'category' as const, nullable: expr.type.nullable }
    return { op: 'call', function: 'category', args: [expr], type }
  }
  if (!convert || common.kind !== 'float' || expr.type.kind !== 'int') return expr
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
  if (at < 0 || !entry.parameters[0]!.kinds.includes('timestamp') || !entry.operator) return undefined
  const other = args[1 - at]!
  const asks = { equal: 'is_missing', not_equal: 'not is_missing' }[entry.name as 'equal' | 'not_equal']
  const title = `Change to \`${asks}(…)\``
  const { path } = findings
  const edits = [
    { path, span: { start: expression.span.start, end: other.span.start }, text: `${asks}(` },
    { path, span: { start: other.span.end, end: expression.span.end }, text: ')' },
  ]
  findings.report(
    'SLIP206',
    expression.span,
    `Comparing with \`missing\` gives missing, whatever the value is.`,
    {
      hint: 'Write `is_missing(x)`, or `not is_missing(x)`.',
      ...(asks && { fixes: [{ title, edits }] }),
    },
  )
  const type: Type = { kind: 'bool', nullable: true }
  if (other.type.kind === 'missing' || !other.expr) return { type }
  const missing = argumentExpr(args[at]!, { common: other.type, convert: false })
  const exprs = at === 0 ? [missing, other.expr] : [other.expr, missing]
  return {
    type,
    expr: { op: 'call', function: entry.function, args: exprs as Expr[], type: valueType(type)! },
  }
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
