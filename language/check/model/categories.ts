/** Categories of so many values that one column for each says little, as far as the data's statistics are known. */
import type { Fix } from '../../diagnostics.ts'
import type { ColumnStatistics } from '../../host.ts'
import type { Expr } from '../../plan.ts'
import type { ModelDeclaration, PrepareRule } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { childOfKind } from '../../syntax/tree.ts'
import { append, insert, wrap } from '../fixes.ts'
import type { CheckedFeature } from '../model-features.ts'
import type { Prepare, PrepareContext } from '../prepare.ts'

export type ManyContext = PrepareContext & {
  readonly declaration: ModelDeclaration
  readonly prepare: Prepare
  /** The rule that holds for the feature. */
  readonly rule: PrepareRule | undefined
}

/** More values than this are no columns of their own, whatever the rule says. */
const manyColumns = 1000

/**
 * Warns of a category under `one_hot` that has more values than the default keeps, and of one that has a value of its
 * own in nearly every row.
 */
export function checkManyValues(feature: CheckedFeature, context: ManyContext): void {
  const { source, env, findings, prepare, rule } = context
  const column = feature.plan?.value.kind === 'row' ? columnUnder(feature.plan.value.expr) : undefined
  if (column === undefined || !source?.plan) return
  // A rule that is wrong is reported; what would hold in its place is nothing to judge.
  if (rule && !rule.steps.some(({ step }) => step === 'one_hot')) return
  const preparation = prepare(feature)
  if (preparation.kind !== 'one_hot') return
  const statistics = env.host.statistics?.(source.plan)
  const known = statistics?.columns.get(column)
  const distinct = known?.distinct
  if (!statistics || !known || distinct === undefined || distinct <= preparation.max) return
  const nearlyAll = distinct > manyColumns && distinct > 0.5 * present(known, statistics.statisticsRows)
  const asked = rule?.steps.some(({ step, argument }) => step === 'one_hot' && argument !== undefined)
  if (asked && !nearlyAll) return
  const value = feature.item.value
  const hashed = `category(hash(${writeName(column)}, 256))`
  findings.report(
    'SLIP335',
    feature.item.name.span,
    nearlyAll
      ? `\`${feature.name}\` has a value of its own in nearly every row (about ${distinct}), from which nothing is learned.`
      : `\`${feature.name}\` has about ${distinct} values; \`one_hot\` keeps the ${preparation.max} most frequent.`,
    {
      hint: nearlyAll
        ? `Leave it out, or use a windowed feature by it; \`${hashed}\` has at most 256 values.`
        : `Say how many are kept, or make fewer of it: \`${hashed}\`.`,
      fixes: [
        ...(nearlyAll || distinct > manyColumns ? [] : keepAll(feature, distinct, context)),
        value
          ? hashing(feature, context)
          : insert(findings, feature.item.span.end, {
              text: ` = ${hashed}`,
              title: `Change to \`${hashed}\``,
            }),
      ],
    },
  )
}

const present = ({ nullShare }: ColumnStatistics, rows: number): number => (1 - nullShare) * rows

/** The column whose values a category has, through functions that do not make more of them. */
function columnUnder(expr: Expr): string | undefined {
  if (expr.op === 'column') return expr.name
  const keeps = ['category', 'string', 'lower', 'upper', 'trim']
  return expr.op === 'call' && keeps.includes(expr.function) ? columnUnder(expr.args[0]!) : undefined
}

function hashing({ item }: CheckedFeature, { findings }: ManyContext): Fix {
  const { span } = item.value!
  const inner = wrap(findings, span, 'category(hash')
  const [open, close] = inner.edits
  return { title: 'Change to `category(hash(…, 256))`', edits: [open!, { ...close!, text: ', 256))' }] }
}

/** Keeps every value: in the rule that holds, else in one of its own. */
function keepAll(
  feature: CheckedFeature,
  distinct: number,
  { findings, rule, declaration }: ManyContext,
): readonly Fix[] {
  const step = rule?.steps.find(one => one.step === 'one_hot')
  const title = `Keep ${distinct} values`
  if (step) return [insert(findings, step.span.end, { text: ` max ${distinct}`, title })]
  const line = `${writeName(feature.name)}: one_hot max ${distinct}`
  const block = childOfKind(declaration.node, 'Block')
  const prepare = childOfKind(block, 'PrepareItem')
  const fix = prepare
    ? append(findings, prepare, { lines: [line], indent: 4, title })
    : append(findings, declaration.node, { lines: ['prepare {', `  ${line}`, '}'], title })
  return fix ? [fix] : []
}
