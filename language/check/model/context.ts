/** What the checks of a model's parts know of one another. */
import type { AlgorithmEntry } from '../../algorithms.ts'
import type { AlgorithmName, AlgorithmPlan, LabelPlan, SplitPlan } from '../../plan.ts'
import type { ModelDeclaration, Name } from '../../syntax/ast.ts'
import type { Span } from '../../syntax/tokens.ts'
import { type Type, isUnknown } from '../../type-rules.ts'
import { columnSymbol } from '../declarations.ts'
import type { CheckedFeature, LabelReads, ModelContext } from '../model-features.ts'

export interface CheckedLabel extends LabelReads {
  readonly type: Type
  readonly plan?: LabelPlan
}

export interface CheckedAlgorithm {
  readonly name: AlgorithmName
  readonly entry: AlgorithmEntry
  /** Undefined when a hyperparameter is wrong. */
  readonly plan?: AlgorithmPlan
}

/** All that is known once label, features and algorithm are checked. */
export interface PartContext extends ModelContext {
  readonly declaration: ModelDeclaration
  readonly label: CheckedLabel | undefined
  /** Whether something was said against the label, so that what depends on its type is silent. */
  readonly labelRefused: boolean
  readonly features: readonly CheckedFeature[]
  readonly algorithm: CheckedAlgorithm | undefined
  readonly split: SplitPlan | undefined
}

/** The label's type, when other parts may be held against it. */
export function trustedLabel({ label, labelRefused }: PartContext): Type | undefined {
  return label && !labelRefused && !isUnknown(label.type) ? label.type : undefined
}

/** A column of what is observed or a feature of the model, a column before a feature. */
export interface Found {
  readonly type: Type
  readonly feature?: CheckedFeature
}

/**
 * What a name stands for outside expressions: a column, else a feature. `unknown` when nothing can be said because
 * the columns are not known; undefined when there is no such thing, which is not yet reported.
 */
export function columnOrFeature(
  name: Name,
  { source, features, findings, model }: ModelContext & { features: readonly CheckedFeature[] },
): Found | 'unknown' | undefined {
  const column = source?.columns?.get(name.text)
  if (column) {
    findings.refer(name.span, columnSymbol(source!, name.text), column.type)
    return { type: column.type }
  }
  const feature = features.find(other => other.name === name.text)
  if (feature) {
    findings.refer(name.span, { kind: 'modelFeature', name: feature.name, container: model }, feature.type)
    return { type: feature.type, feature }
  }
  return source?.columns ? undefined : 'unknown'
}

/** A column of what is observed, reported when there is none; undefined then and when the columns are not known. */
export function observedColumn(
  name: Name,
  { source, findings }: ModelContext,
  why: string,
): Type | undefined {
  if (!source?.columns) return undefined
  const column = source.columns.get(name.text)
  findings.refer(name.span, columnSymbol(source, name.text), column?.type)
  if (!column)
    findings.unknownName(
      'SLIP102',
      name,
      `The source \`${source.name}\` has no column \`${name.text}\` ${why}.`,
      {
        among: source.columns.keys(),
      },
    )
  return column?.type
}

/** A whole number from a literal within limits; reported when it is none. */
export function countOf(
  literal: { readonly value: unknown; readonly span: Span },
  { what, min, max }: { what: string; min: number; max: number },
  { findings }: ModelContext,
): number | undefined {
  const { value, span } = literal
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  if (value === undefined) {
    findings.report('SLIP005', span, 'Expected a number that can be held exactly.')
    return undefined
  }
  const nearest = typeof value === 'number' && value > max ? max : min
  findings.report('SLIP332', span, `Expected ${what} from ${min} to ${max}, got ${String(value)}.`, {
    fixes: [findings.replace(span, String(nearest), `Change to ${nearest}`)],
  })
  return undefined
}
