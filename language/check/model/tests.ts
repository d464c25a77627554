/** The tests of a model: rows that are given, and what is expected of the outputs for them. */
import type { ExpectationPlan, TestOperand, TestPlan } from '../../plan.ts'
import type { Expression, ModelDeclaration, Name, TestGiven, TestItem, Text } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { writeInstant } from '../../syntax/literals.ts'
import type { Span } from '../../syntax/tokens.ts'
import {
  type Type,
  describeType,
  isNumeric,
  isText,
  isUnknown,
  unify,
  unknownType,
} from '../../type-rules.ts'
import type { Scalar } from '../../types.ts'
import { numberOf } from '../expression.ts'
import { insert } from '../fixes.ts'
import { type PartContext } from './context.ts'
import { type GivenContext, checkGiven } from './given.ts'
import type { CheckedOutput } from './outputs.ts'

export type TestContext = PartContext & { readonly outputs: readonly CheckedOutput[] }

/** The row of a test that gives one without a name. */
export const onlyRow = 'row'

export function checkTests({ tests }: ModelDeclaration, context: TestContext): readonly TestPlan[] {
  const { findings } = context
  const seen = new Map<string, Span>()
  return tests.flatMap(test => {
    const { name } = test
    const first = name && seen.get(name.value)
    if (first)
      findings.report('SLIP109', name.span, `There is already a test ${JSON.stringify(name.value)}.`, {
        related: [{ path: findings.path, span: first, message: 'The first one is here.' }],
      })
    else if (name) seen.set(name.value, name.span)
    return checkTest(test, context) ?? []
  })
}

function checkTest(test: TestItem, context: TestContext): TestPlan | undefined {
  const { findings, declaration } = context
  const { name, given, expect } = test
  const word = { start: test.span.start, end: test.span.start + 'test'.length }
  const lacking = [given.length === 0 ? 'given' : '', expect.length === 0 ? 'expect' : ''].filter(Boolean)
  if (lacking.length > 0 && !declaration.broken)
    findings.report('SLIP009', word, `The test lacks ${lacking.map(item => `\`${item}\``).join(' and ')}.`, {
      hint: 'For example `given { distance = 400 }` and `expect late_probability < 0.5`.',
    })
  checkRowNames(test, context)
  const rowContext: GivenContext = { ...context, ranked: isRanked(test, context) }
  const values = given.map(row => checkGiven(row, rowContext))
  const expectations = expect.map(item =>
    item.value ? checkExpectation(item.value, { ...context, given, test: name }) : undefined,
  )
  if (!name || lacking.length > 0) return undefined
  if (values.some(row => !row) || expectations.some(item => !item)) return undefined
  return {
    name: name.value,
    given: given.map((row, i) => ({ name: row.name?.text ?? onlyRow, values: values[i]! })),
    expect: expectations as ExpectationPlan[],
  }
}

function checkRowNames({ given, name: test }: TestItem, { findings, model }: TestContext): void {
  const seen = new Map<string, Name>()
  for (const { name, span } of given) {
    if (name) findings.define(name.span, { kind: 'row', name: name.text, container: rowsOf(model, test) })
    else if (given.length > 1) {
      const word = { start: span.start, end: span.start + 'given'.length }
      findings.report('SLIP009', word, 'Expected a name for each row of a test with several, got none.', {
        hint: 'For example `given near { … }` and `given far { … }`.',
      })
    }
    const first = name && seen.get(name.text)
    if (first)
      findings.report('SLIP109', name.span, `The row \`${name.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
      })
    if (name && !first) seen.set(name.text, name)
  }
}

/** Whether a ranking is expected of the row, so that it has to say its groups. */
function isRanked({ expect }: TestItem, { outputs }: TestContext): boolean {
  const ranks = outputs.filter(({ kind }) => kind === 'rank').map(({ name }) => name.text)
  return expect.some(
    ({ value }) => value !== undefined && sidesOf(value).some(side => ranks.includes(outputName(side) ?? '')),
  )
}

const sidesOf = (value: Expression): readonly Expression[] =>
  value.kind === 'binary' ? [value.left, value.right] : [value]

function outputName(side: Expression): string | undefined {
  if (side.kind === 'name') return side.name.text
  return side.kind === 'column' ? side.column?.text : undefined
}

type ExpectContext = TestContext & {
  readonly given: readonly TestGiven[]
  /** The name of the test. */
  readonly test: Text | undefined
}

/** Rows are private to their test. */
const rowsOf = (model: string, test: Text | undefined): string =>
  `${model} ${JSON.stringify(test?.value ?? '')}`

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const

function checkExpectation(value: Expression, context: ExpectContext): ExpectationPlan | undefined {
  const { findings } = context
  if (value.kind === 'broken') return undefined
  const op = value.kind === 'binary' ? comparisons.find(known => known === value.operator.kind) : undefined
  if (value.kind !== 'binary' || !op) {
    const joined = value.kind === 'binary' && value.operator.text === 'and'
    findings.report('SLIP201', value.span, 'Expected a comparison, for example `late_probability < 0.5`.', {
      ...(joined && { hint: 'Write each comparison as an `expect` of its own.' }),
    })
    return undefined
  }
  const left = checkOperand(value.left, context)
  const right = checkOperand(value.right, context)
  if (!left || !right) return undefined
  if (left.plan.kind === 'value' && right.plan.kind === 'value') {
    findings.report('SLIP113', value.span, 'Expected an output of the model on one side, got two values.', {
      hint: outputsHint(context),
    })
    return undefined
  }
  if (!checkSides([left, right], { op, context })) return undefined
  const text = `${left.text} ${op} ${right.text}`
  return { left: left.plan, op, right: right.plan, text }
}

interface Operand {
  readonly plan: TestOperand
  readonly type: Type
  readonly span: Span
  readonly text: string
  readonly output?: CheckedOutput
}

function checkOperand(expression: Expression, context: ExpectContext): Operand | undefined {
  const { findings } = context
  const { span } = expression
  if (expression.kind === 'broken') return undefined
  if (expression.kind === 'name') return checkOutputOperand(expression.name, undefined, context)
  if (expression.kind === 'column')
    return expression.column && checkOutputOperand(expression.column, expression.source, context)
  const literal = literalOperand(expression)
  if (literal === 'invalid') {
    findings.report('SLIP005', span, 'Expected a value that exists.')
    return undefined
  }
  if (literal) return literal
  findings.report('SLIP201', span, 'Expected an output or a plain value, got an expression.', {
    hint: 'Compare outputs with each other or with values; compute in outputs or features.',
  })
  return undefined
}

function literalOperand(expression: Expression): Operand | 'invalid' | undefined {
  const { span } = expression
  const number = numberOf(expression)
  if (number !== undefined) {
    const kind = Number.isInteger(number) && !isFloat(expression) ? 'int' : 'float'
    return {
      plan: { kind: 'value', value: number },
      type: { kind, nullable: false },
      span,
      text: String(number),
    }
  }
  if (expression.kind !== 'literal') return undefined
  const { value, literal } = expression
  if (value === undefined) return 'invalid'
  const type: Type = { kind: literal, nullable: value === null }
  return { plan: { kind: 'value', value }, type, span, text: writeValue(value, type) }
}

function isFloat(expression: Expression): boolean {
  if (expression.kind === 'unary') return isFloat(expression.operand)
  return expression.kind === 'literal' && expression.literal === 'float'
}

function writeValue(value: Scalar, { kind }: Type): string {
  if (value === null) return 'missing'
  if (kind === 'timestamp') return writeInstant(value as number)
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function checkOutputOperand(name: Name, row: Name | undefined, context: ExpectContext): Operand | undefined {
  const { findings, model, outputs, given } = context
  const output = outputs.find(other => other.name.text === name.text)
  const known = output ?? defaultOutputOf(name, context)
  if (!known) {
    const among = outputs.map(other => other.name.text)
    findings.unknownName('SLIP113', name, `The model has no output \`${name.text}\`.`, {
      among: among.length === 1 ? [name.text === among[0] ? '' : among[0]!] : among,
      hint: outputsHint(context),
    })
    return undefined
  }
  findings.refer(name.span, { kind: 'output', name: name.text, container: model }, known.type)
  const of = checkRow(name, row, context)
  if (of === undefined) return undefined
  const span = row ? { start: row.span.start, end: name.span.end } : name.span
  const written = writeName(name.text)
  return {
    plan: { kind: 'output', row: of, output: name.text },
    type: known.type,
    span,
    text: given.length > 1 ? `${writeName(of)}.${written}` : written,
    ...(output && { output }),
  }
}

/** The output that a model has when it declares none. */
function defaultOutputOf(
  name: Name,
  { outputs, label, declaration }: ExpectContext,
): Pick<CheckedOutput, 'type'> | undefined {
  if (outputs.length > 0 || declaration.outputs.length > 0 || !label) return undefined
  const probability = label.type.kind === 'bool'
  const expected = `${label.name}_${probability ? 'probability' : 'prediction'}`
  if (name.text !== expected) return undefined
  if (probability || isNumeric(label.type)) return { type: { kind: 'float', nullable: false } }
  return { type: isText(label.type) ? { kind: 'category', nullable: false } : unknownType }
}

function outputsHint({ outputs, declaration, label }: TestContext): string {
  if (outputs.length > 0) return `It has ${outputs.map(({ name }) => `\`${name.text}\``).join(', ')}.`
  const implied = declaration.outputs.length === 0 && label
  if (!implied) return 'Add one, for example `output late_probability = probability(late)`.'
  return `It has \`${label.name}_${label.type.kind === 'bool' ? 'probability' : 'prediction'}\`.`
}

/** The row that an output is of. */
function checkRow(
  output: Name,
  row: Name | undefined,
  { given, findings, model, test }: ExpectContext,
): string | undefined {
  const names = given.map(({ name }) => name?.text ?? onlyRow)
  if (!row) {
    if (names.length < 2) return names[0] ?? onlyRow
    findings.report('SLIP132', output.span, `Expected the row that \`${output.text}\` is of, got none.`, {
      hint: `For example \`${writeName(names[0]!)}.${writeName(output.text)}\`.`,
      fixes: [...new Set(given.flatMap(({ name }) => name?.text ?? []))].slice(0, 4).map(name =>
        insert(findings, output.span.start, {
          text: `${writeName(name)}.`,
          title: `Take the row \`${name}\``,
        }),
      ),
    })
    return undefined
  }
  if (names.includes(row.text)) {
    findings.refer(row.span, { kind: 'row', name: row.text, container: rowsOf(model, test) })
    return row.text
  }
  findings.unknownName('SLIP132', row, `The test has no row \`${row.text}\`.`, {
    among: names,
    hint: names.length > 0 ? `It has ${names.map(name => `\`${name}\``).join(', ')}.` : undefined,
  })
  return undefined
}

interface Sides {
  readonly op: ExpectationPlan['op']
  readonly context: ExpectContext
}

/** Both sides are of one type, ordered when they are ordered, and a probability is compared with one. */
function checkSides([left, right]: readonly [Operand, Operand], { op, context }: Sides): boolean {
  const { findings } = context
  if (isUnknown(left.type) || isUnknown(right.type)) return true
  const value = [left, right].find(({ plan }) => plan.kind === 'value') ?? right
  const other = value === left ? right : left
  if (value.type.kind === 'missing') {
    if (op === '==' || op === '!=') return true
    findings.report('SLIP201', value.span, `Expected a value to compare with by \`${op}\`, got \`missing\`.`)
    return false
  }
  const { conflict } = unify([other.type, value.type])
  if (conflict !== undefined) {
    findings.report(
      'SLIP201',
      value.span,
      `Expected \`${describeType({ ...other.type, nullable: false })}\` to compare with \`${other.text}\`, got \`${describeType(value.type)}\`.`,
    )
    return false
  }
  if (other.type.kind === 'bool' && op !== '==' && op !== '!=') {
    findings.report('SLIP201', value.span, `Expected \`==\` or \`!=\` for a bool, got \`${op}\`.`)
    return false
  }
  return checkProbabilityBound(value, other, context)
}

function checkProbabilityBound(value: Operand, other: Operand, { findings, label }: ExpectContext): boolean {
  const implied = other.plan.kind === 'output' && !other.output && label?.type.kind === 'bool'
  if (other.output?.kind !== 'probability' && !implied) return true
  const number = value.plan.kind === 'value' ? value.plan.value : undefined
  if (typeof number !== 'number' || (number >= 0 && number <= 1)) return true
  findings.report('SLIP340', value.span, `Expected a probability from 0 to 1, got ${number}.`, {
    ...(number >= 2 &&
      number <= 100 && {
        fixes: [findings.replace(value.span, String(number / 100), `Change to ${number / 100}`)],
      }),
  })
  return false
}
