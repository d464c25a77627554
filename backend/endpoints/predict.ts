/** One request to an endpoint: check the rows, look the catalog features up, score. */
import type { Card } from '../../engine/types.ts'
import { lookUpFeature, type LookedUp } from '../../catalog/online/lookup.ts'
import type { Expr, Row, Scalar } from '../../language/index.ts'
import type { ServedFeature } from '../api/index.ts'
import { checkRows, type RowShape } from './rows.ts'
import type { LoadedScorer, OnlineLookup } from './serving.ts'

export interface ServedModel {
  readonly card: Card
  readonly shape: RowShape
  readonly scorer: LoadedScorer
  /** Absent when the model uses no catalog feature. */
  readonly online?: OnlineLookup
}

export interface Prediction {
  readonly row: Row
  readonly outputs: Readonly<Record<string, Scalar>>
  readonly features: readonly ServedFeature[]
}

/** @throws BCK012 */
export async function predict(
  served: ServedModel,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly Prediction[]> {
  const sent = checkRows(served.shape, rows)
  const features = sent.map(row => serveFeatures(served, row))
  const complete = sent.map((row, i) => completeRow(served.card, row, features[i]!))
  const outputs = await served.scorer.score(complete)
  return complete.map((row, i) => ({ row, outputs: outputs[i]!, features: features[i]! }))
}

function serveFeatures({ card, online }: ServedModel, row: Row): readonly ServedFeature[] {
  const { catalogFeatures } = card.plan
  return card.plan.features.flatMap(({ name, value }): ServedFeature[] => {
    if (value.kind !== 'catalog') return []
    const key = value.keys.map(expr => keyPart(expr, row))
    const head = { name, feature: value.feature, key }
    if (name in row) return [{ ...head, value: scalarOf(row, name), source: 'sent' as const }]
    return [{ ...head, ...lookedUp(lookUpFeature(value.feature, key, { store: online, catalogFeatures })) }]
  })
}

function lookedUp({ value, asOfUs }: LookedUp) {
  if (asOfUs === undefined) return { value, source: 'default' as const }
  return {
    value,
    source: 'online' as const,
    asOf: instantOfUs(asOfUs),
    ageSeconds: Math.max(0, Math.round(Date.now() / 1000 - asOfUs / 1e6)),
  }
}

/** Keys are columns of the observation. */
function keyPart(expr: Expr, row: Row): Scalar {
  if (expr.op === 'column') return scalarOf(row, expr.name)
  if (expr.op === 'literal') return expr.value
  throw new Error(`a key is a column or a literal, not ${expr.op}`)
}

/** A key and a catalog feature are no vectors. */
function scalarOf(row: Row, name: string): Scalar {
  const value = row[name] ?? null
  if (typeof value === 'object' && value !== null) throw new TypeError(`${name} is a vector`)
  return value
}

/** What the scorer knows, and nothing else. */
function completeRow(card: Card, row: Row, features: readonly ServedFeature[]): Row {
  const served = new Map(features.map(feature => [feature.name, feature.value]))
  return Object.fromEntries(
    card.inputs.map(({ name }) => [name, served.has(name) ? served.get(name)! : (row[name] ?? null)]),
  )
}

/** ISO 8601, to the millisecond. */
function instantOfUs(us: number): string {
  return new Date(us / 1000).toISOString()
}
