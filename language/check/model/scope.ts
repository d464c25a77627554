/** What names mean in the expressions of a model. */
import { foreignName, functions } from '../../functions.ts'
import type { Expr, ModelFeature } from '../../plan.ts'
import type { CallExpression, Expression, FeatureItem, Name } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { valueType } from '../../type-rules.ts'
import { isFeature, unknownCall } from '../catalog.ts'
import { type Environment, sourceSymbol } from '../declarations.ts'
import { type ExpressionScope, unknownValue } from '../expression.ts'
import { columnOf, unknownFunction, unknownSource } from '../feature.ts'
import type { CheckedFeature, FeatureContext, ModelContext } from '../model-features.ts'
import { checkLabelUse, checkLeak } from './leakage.ts'

/** Columns of what is observed, by their bare name or with the source's. Nothing else. */
export function observedScope(
  context: ModelContext,
  onRead: (name: Name) => void = () => {},
): ExpressionScope {
  const { env, findings, source } = context
  return {
    name: name => {
      onRead(name)
      return source ? columnOf(source, name, findings, featureHint(name, env)) : unknownValue
    },
    column: ({ source: sourceName, column }) => {
      const named = env.source(sourceName.text)
      if (!named) {
        if (!isPartOf(sourceName, column, context)) unknownSource(sourceName, env, findings)
        return unknownValue
      }
      findings.refer(sourceName.span, sourceSymbol(named))
      if (source && (named.name !== source.name || named.path !== source.path)) {
        findings.report(
          'SLIP309',
          sourceName.span,
          `Expected a column of \`${source.name}\`, which is observed, got one of \`${named.name}\`.`,
          { hint: 'Columns of other sources are reached through windowed features.' },
        )
        return unknownValue
      }
      if (!column) return unknownValue
      onRead(column)
      return columnOf(named, column, findings)
    },
    call: call => {
      if (isFeature(call, env)) refuseFeature(call, context)
      else unknownFunction(call, findings)
      return unknownValue
    },
  }
}

/** Reports `date.hour`, which is a function of a column here. */
function isPartOf(of: Name, part: Name | undefined, { source, findings }: ModelContext): boolean {
  if (!part || !source?.columns?.has(of.text)) return false
  const meant = foreignName(part.text)?.name ?? part.text
  const span = { start: of.span.start, end: part.span.end }
  const call = `${meant}(${writeName(of.text)})`
  const known = functions.get(meant)?.parameters.length === 1
  findings.report('SLIP101', span, `\`${of.text}\` is a column, not a source.`, {
    hint: known ? `Write \`${call}\`.` : 'Nothing stands after a column; functions take it in brackets.',
    ...(known && { fixes: [findings.replace(span, call, `Change to \`${call}\``)] }),
  })
  return true
}

function featureHint(name: Name, env: Environment): string | undefined {
  if (!isFeature({ callee: name }, env)) return undefined
  return `\`${name.text}\` is a feature of an entity: call it with its key, for example \`${name.text}(key)\`.`
}

/** What to write for the words that other languages have for a missing value. */
function missingHint({ text, quoted }: Name): string | undefined {
  if (quoted || !/^(?:null|none|nil|undefined|nan|na)$/i.test(text)) return undefined
  return 'A missing value is `missing`; whether a value is missing says `is_missing(x)`.'
}

interface RefuseContext extends ModelContext {
  /** The feature whose value it stands in, where there could be another above it. */
  readonly item?: FeatureItem
  readonly taken?: ReadonlySet<string>
}

function refuseFeature(call: CallExpression, { findings, item, taken = new Set() }: RefuseContext): void {
  const { callee, span } = call
  const written = writeCall(call)
  const name = taken.has(callee.text) ? `${callee.text}_value` : callee.text
  const { path } = findings
  findings.report('SLIP311', span, `The feature \`${callee.text}\` cannot stand inside an expression.`, {
    hint: `Give it a line of its own in \`features\` (\`name = ${callee.text}(…)\`) and use that name.`,
    ...(item &&
      written !== undefined && {
        fixes: [
          {
            title: `Give \`${callee.text}\` a line of its own`,
            edits: [
              {
                path,
                span: { start: item.span.start, end: item.span.start },
                text: `${writeName(name)} = ${written}\n    `,
              },
              { path, span, text: writeName(name) },
            ],
          },
        ],
      }),
  })
}

/** The call as text, when its keys are plain columns. */
function writeCall({ callee, pin, args }: CallExpression): string | undefined {
  const keys = args.map(writeKey)
  if (keys.length === 0 || keys.some(key => key === undefined)) return undefined
  return `${writeName(callee.text)}${pin?.version === undefined ? '' : `@${pin.version}`}(${keys.join(', ')})`
}

function writeKey(key: Expression): string | undefined {
  if (key.kind === 'name') return writeName(key.name.text)
  if (key.kind !== 'column' || !key.column) return undefined
  return `${writeName(key.source.text)}.${writeName(key.column.text)}`
}

/** Columns, then features above; what knows of the label is reported. */
export function rowScope(item: FeatureItem, context: FeatureContext): ExpressionScope {
  const { above, below, source, findings, env, model } = context
  const leak = { ...context, feature: item.name }
  const observed = observedScope(context, name => checkLeak(name, leak))
  return {
    ...observed,
    name: name => {
      const feature = above.findLast(other => other.name === name.text)
      if (source?.columns?.has(name.text)) return observed.name(name)
      if (feature) {
        const symbol = { kind: 'modelFeature', name: feature.name, container: model } as const
        findings.refer(name.span, symbol, feature.type)
        return { type: feature.type, ...(feature.plan && { expr: featureReference(feature, feature.plan) }) }
      }
      if (checkLabelUse(name, leak)) return unknownValue
      if (!source?.columns) return observed.name(name)
      const hint = below.has(name.text)
        ? `\`${name.text}\` is declared further down; an expression sees only what stands above it.`
        : (missingHint(name) ?? featureHint(name, env))
      findings.unknownName('SLIP102', name, `There is no column or feature \`${name.text}\` here.`, {
        among: [...source.columns.keys(), ...above.map(other => other.name)],
        hint,
      })
      return unknownValue
    },
    call: call => {
      const taken = new Set([...above.map(({ name }) => name), ...below])
      if (isFeature(call, env)) refuseFeature(call, { ...context, item, taken })
      else unknownCall(call, env, findings)
      return unknownValue
    },
  }
}

/** A bool feature is 0 or 1 in the plan, so a reference asks whether it is not 0. */
function featureReference(feature: CheckedFeature, plan: Omit<ModelFeature, 'prepare'>): Expr {
  const reference: Expr = { op: 'feature', name: feature.name, type: plan.type }
  if (feature.type.kind !== 'bool') return reference
  const zero: Expr = { op: 'literal', type: { kind: 'float', nullable: false }, value: 0 }
  return { op: 'call', function: 'not_equal', args: [reference, zero], type: valueType(feature.type)! }
}
