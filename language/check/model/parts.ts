/** The parts that a model cannot do without. */
import type { ModelDeclaration } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { childOfKind } from '../../syntax/tree.ts'
import { isNumeric } from '../../type-rules.ts'
import type { ColumnSchema } from '../../types.ts'
import { append } from '../fixes.ts'
import type { ModelContext } from '../model-features.ts'
import type { CheckedLabel } from './context.ts'

const required = {
  observe: 'ObserveItem',
  features: 'FeaturesItem',
  label: 'LabelItem',
  split: 'SplitItem',
  algorithm: 'AlgorithmItem',
} as const

type Part = keyof typeof required

type PartsContext = ModelContext & { readonly label: CheckedLabel | undefined }

/** Reports the parts that are missing, all at once, with a fix that adds what can be added. */
export function checkParts(declaration: ModelDeclaration, context: PartsContext): void {
  const { name, has, broken, features, node } = declaration
  const { findings } = context
  if (!name || broken) return
  const lacking = (Object.keys(required) as Part[]).filter(part => !has.has(required[part]))
  const quoted = (parts: readonly Part[]) => parts.map(part => `\`${part}\``).join(', ')
  if (lacking.length > 0) {
    const added = lacking.flatMap(part => {
      const lines = linesOf(part, { ...context, declaration })
      return lines ? [{ part, lines }] : []
    })
    const title = `Add ${quoted(added.map(({ part }) => part))}`
    const lines = added.flatMap(part => part.lines)
    const fix = lines.length > 0 ? append(findings, node, { lines, title }) : undefined
    findings.report('SLIP009', name.span, `The model \`${name.text}\` lacks ${quoted(lacking)}.`, {
      hint: 'A model needs `observe`, `features`, `label`, `split` and `algorithm`.',
      ...(fix && { fixes: [fix] }),
    })
  }
  if (features && features.items.length === 0) {
    const lines = featureLines({ ...context, declaration })
    const featuresNode = childOfKind(childOfKind(node, 'Block'), 'FeaturesItem')
    const fix =
      lines && featuresNode && append(findings, featuresNode, { lines, indent: 4, title: 'Add the columns' })
    findings.report(
      'SLIP009',
      { start: features.span.start, end: features.span.start + 'features'.length },
      'Expected at least one feature, got none.',
      fix ? { fixes: [fix] } : {},
    )
  }
}

type LinesContext = PartsContext & { readonly declaration: ModelDeclaration }

/** A part to begin with, as the formatter writes it; undefined when too little is known to write one. */
function linesOf(part: Part, context: LinesContext): readonly string[] | undefined {
  switch (part) {
    case 'observe': {
      const [source, ...others] = context.env.names('source')
      return source === undefined || others.length > 0 ? undefined : [`observe ${writeName(source)}`]
    }
    case 'features': {
      const lines = featureLines(context)
      return lines && ['features {', ...lines.map(line => `  ${line}`), '}']
    }
    case 'label': {
      const column = labelColumn(context)
      return column && [`label outcome = ${writeName(column.name)}`]
    }
    case 'split':
      return ['split by random seed 7 { train 0.7  validation 0.15  test 0.15 }']
    case 'algorithm':
      return [`algorithm ${algorithmFor(context)}`]
  }
}

/** The columns that can be features as they are, but those that the label reads. */
function featureLines(context: LinesContext): readonly string[] | undefined {
  const { source, label, declaration } = context
  const read = label?.columns ?? new Map([[labelColumn({ ...context, declaration })?.name ?? '', undefined]])
  const usable = [...(source?.columns?.values() ?? [])].filter(
    ({ name, type }) => type.kind !== 'timestamp' && type.kind !== 'vector' && !read.has(name),
  )
  return usable.length > 0 ? usable.slice(0, 20).map(({ name }) => writeName(name)) : undefined
}

/** A column that no feature is, a bool before a number before a text. */
function labelColumn({ source, declaration }: LinesContext): ColumnSchema | undefined {
  const used = new Set(declaration.features?.items.map(({ name }) => name.text))
  const free = [...(source?.columns?.values() ?? [])].filter(({ name }) => !used.has(name))
  const rank = ({ type }: ColumnSchema) => ['bool', 'int', 'float', 'category', 'string'].indexOf(type.kind)
  return free.filter(column => rank(column) >= 0).sort((a, b) => rank(a) - rank(b))[0]
}

function algorithmFor(context: LinesContext): string {
  const type = context.label?.type ?? labelColumn(context)?.type
  return type && isNumeric(type) ? 'linear_regression' : 'logistic_regression'
}
