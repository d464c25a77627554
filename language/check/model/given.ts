/** The values that a test gives for a row. */
import type { Expression, Name, TestGiven } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { type Type, describeType, isText, isUnknown } from '../../type-rules.ts'
import type { Value } from '../../types.ts'
import { columnSymbol } from '../declarations.ts'
import { checkExpression, numberOf } from '../expression.ts'
import { constantScope, sameKind } from '../feature.ts'
import { insert } from '../fixes.ts'
import type { CheckedFeature } from '../model-features.ts'
import type { PartContext } from './context.ts'
import { around } from './hyperparameters.ts'
import { ranksOf } from './metrics.ts'
import { rowColumnsOf } from './reads.ts'

/** `ranked`: whether a ranking is expected of the row. */
export type GivenContext = PartContext & { readonly ranked: boolean }

export function checkGiven(
  given: TestGiven,
  context: GivenContext,
): Readonly<Record<string, Value>> | undefined {
  const { findings } = context
  const before = findings.diagnostics.length
  const values: Record<string, Value> = {}
  const seen = new Map<string, Name>()
  for (const { name, value } of given.values) {
    const first = seen.get(name.text)
    if (first)
      findings.report('SLIP109', name.span, `The value of \`${name.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
      })
    else seen.set(name.text, name)
    const type = checkName(name, context)
    const checked = value === undefined ? undefined : checkValue(value, { name, type, context })
    if (checked !== undefined && !first) values[name.text] = checked
  }
  checkComplete(given, new Set(seen.keys()), context)
  return findings.diagnostics.length === before ? values : undefined
}

/** The type of what a name stands for: a column, or a feature of the catalog in place of what is looked up. */
function checkName(name: Name, context: GivenContext): Type | undefined {
  const { findings, source, features, model } = context
  const column = source?.columns?.get(name.text)
  const feature = features.find(other => other.name === name.text)
  if (column) {
    findings.refer(name.span, columnSymbol(source!, name.text), column.type)
    return column.type
  }
  if (feature?.isCall) {
    findings.refer(name.span, { kind: 'modelFeature', name: name.text, container: model }, feature.type)
    return feature.type
  }
  if (!source?.columns) return undefined
  const computed = feature && `\`${name.text}\` is computed by the model: give the columns that it reads.`
  const calls = features.filter(({ isCall }) => isCall).map(other => other.name)
  if (computed)
    findings.report('SLIP102', name.span, `Expected a column, got the feature \`${name.text}\`.`, {
      hint: computed,
    })
  else
    findings.unknownName('SLIP102', name, `There is no column or looked-up feature \`${name.text}\`.`, {
      among: [...source.columns.keys(), ...calls],
    })
  return undefined
}

interface ValueContext {
  readonly name: Name
  readonly type: Type | undefined
  readonly context: GivenContext
}

function checkValue(
  value: Expression | readonly Expression[],
  { name, type, context }: ValueContext,
): Value | undefined {
  const { findings } = context
  if (isList(value)) return checkVector(value, { name, type, context })
  if (value.kind === 'broken') return undefined
  if (value.kind === 'name' && type && isText(type)) {
    const text = JSON.stringify(value.name.text)
    findings.report('SLIP201', value.span, `Expected a text in quotes for \`${name.text}\`, got a name.`, {
      fixes: [findings.replace(value.span, text, `Change to \`${text}\``)],
    })
    return undefined
  }
  const { type: given, expr } = checkExpression(value, constantScope(findings), findings)
  if (given.kind === 'missing') return checkMissing(value, { name, type, context })
  if (isUnknown(given)) return undefined
  if (expr?.op !== 'literal') {
    findings.report('SLIP201', value.span, `Expected a plain value for \`${name.text}\`, got an expression.`)
    return undefined
  }
  const fits = !type || sameKind(type, given) || (type.kind === 'float' && given.kind === 'int')
  if (fits) return expr.value
  findings.report(
    'SLIP201',
    value.span,
    `Expected \`${describeType(type)}\` for \`${name.text}\`, got \`${describeType(given)}\`.`,
    quotedNumber(value, type, context) ?? {},
  )
  return undefined
}

/** A number where a text is wanted is likely a code. */
function quotedNumber(value: Expression, type: Type, { findings }: GivenContext) {
  const number = numberOf(value)
  if (!isText(type) || number === undefined || value.kind !== 'literal') return undefined
  const text = JSON.stringify(value.text)
  return { fixes: [findings.replace(value.span, text, `Change to \`${text}\``)] }
}

const isList = (value: Expression | readonly Expression[]): value is readonly Expression[] =>
  Array.isArray(value)

function checkMissing(value: Expression, { name, type, context }: ValueContext): null | undefined {
  if (!type || type.nullable) return null
  context.findings.report(
    'SLIP201',
    value.span,
    `Expected a value for \`${name.text}\`, which is never missing.`,
  )
  return undefined
}

function checkVector(
  values: readonly Expression[],
  { name, type, context }: ValueContext,
): readonly number[] | undefined {
  const { findings } = context
  if (values.some(({ kind }) => kind === 'broken')) return undefined
  const span = values.length > 0 ? around(values) : name.span
  if (type && type.kind !== 'vector') {
    findings.report('SLIP201', span, `Expected \`${describeType(type)}\` for \`${name.text}\`, got a list.`)
    return undefined
  }
  if (type?.size !== undefined && values.length !== type.size) {
    findings.report(
      'SLIP201',
      span,
      `Expected ${type.size} numbers for \`${name.text}\`, got ${values.length}.`,
    )
    return undefined
  }
  const wrong = values.find(value => numberOf(value) === undefined)
  if (wrong) findings.report('SLIP201', wrong.span, `Expected a number in \`${name.text}\`.`)
  return wrong ? undefined : values.map(value => numberOf(value)!)
}

/** Reports once what the features of the row need and the test does not give. */
function checkComplete(given: TestGiven, has: ReadonlySet<string>, context: GivenContext): void {
  const { findings, features, source } = context
  if (!source?.columns || features.some(({ plan }) => !plan)) return
  const lacking = [...neededColumns(context), ...neededFeatures(features)].filter(
    ({ name }) => !has.has(name),
  )
  if (lacking.length === 0) return
  const word = { start: given.span.start, end: given.span.start + 'given'.length }
  const names = lacking.map(({ name }) => `\`${name}\``).join(', ')
  findings.report(
    'SLIP336',
    word,
    `The row lacks ${names}, which ${lacking.length === 1 ? 'is' : 'are'} never missing and needed by the model.`,
    {
      fixes: addition(given, lacking, context),
    },
  )
}

interface Needed {
  readonly name: string
  readonly type: Type
}

/** In the order of the source: columns that are never missing and that features, effects or rankings read. */
function neededColumns({
  features,
  source,
  algorithm,
  ranked,
  declaration,
}: GivenContext): readonly Needed[] {
  const read = new Set(rowColumnsOf(features))
  for (const { per } of algorithm?.plan?.random ?? []) read.add(per)
  if (ranked) for (const { per } of ranksOf(declaration)) for (const { text } of per) read.add(text)
  return [...source!.columns!.values()].filter(({ name, type }) => read.has(name) && !type.nullable)
}

function neededFeatures(features: readonly CheckedFeature[]): readonly Needed[] {
  return features.filter(({ isCall, type }) => isCall && !type.nullable)
}

function addition(given: TestGiven, lacking: readonly Needed[], { findings, declaration }: GivenContext) {
  const items = lacking.map(({ name, type }) => `${writeName(name)} = ${sampleOf(type)}`)
  const title = `Add ${lacking.map(({ name }) => `\`${name}\``).join(', ')}`
  const last = given.values.at(-1)
  if (last) return [insert(findings, last.span.end, { text: `, ${items.join(', ')}`, title })]
  // Without a value the row is `given { }`.
  return declaration.broken
    ? []
    : [insert(findings, given.span.end - 1, { text: ` ${items.join(', ')} `, title })]
}

/** A value of the type to begin with. */
function sampleOf({ kind, size = 1 }: Type): string {
  if (kind === 'bool') return 'false'
  if (kind === 'timestamp') return '2001-01-01'
  if (kind === 'vector') return `[${Array.from({ length: size }, () => 0).join(', ')}]`
  return kind === 'string' || kind === 'category' ? '""' : '0'
}
