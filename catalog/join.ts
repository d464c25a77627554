/**
 * Catalog features joined to observations, point in time: SQL text that gives every observation exactly once,
 * duplicates included, with the values that were known at its time and nothing from after it. Pure.
 *
 * A derived feature is computed from its inputs' values for the same key and time; a window that several features
 * read is computed once.
 */
import { expressionSql } from '../engine/sql/expression.ts'
import { canonicalColumn } from '../engine/sql/source.ts'
import { literal, quoteName, sqlTypes, timestampLiteral } from '../engine/sql/text.ts'
import { windowSql } from '../engine/sql/window.ts'
import type { DerivedFeaturePlan, FeaturePlan, ScalarKind } from '../language/index.ts'
import { canonicalJson } from '../language/canonical-json.ts'
import { CatalogError } from './errors.ts'
import { inputOf, windowOf, windowsOf, type FeatureDefinition, type WindowDefinition } from './feature.ts'
import { relationOf } from './sources/relation.ts'

export interface JoinedFeature extends FeatureDefinition {
  /** Columns of the observations that carry the key, one per key part, in order. */
  readonly keys: readonly string[]
  /** The name of the new column. */
  readonly as: string
}

export interface JoinOptions {
  /** The project's root: sources' paths start there. */
  readonly root: string
  /** A query whose rows are observed. */
  readonly observations: string
  /** Column of the observations that says when each happened. */
  readonly time: string
  readonly features: readonly JoinedFeature[]
  /** No observation is earlier than this, in microseconds: older rows of a source than its window are not read. */
  readonly fromUs?: number
}

/** Names of ours in the query, which no column of an observation is likely to have. */
const rowColumn = 'slipway row'
const observed = 'slipway observed'

/**
 * A query for the observations' columns followed by one column per feature.
 * @throws CAT007 when the keys do not fit a feature
 */
export function joinSql(options: JoinOptions): string {
  const { observations, features } = options
  for (const feature of features) checkKeys(feature)
  const steps = stepsOf(features)
  const windows = steps.windows.map(
    step => `${step.relation} AS MATERIALIZED (\n${windowQuery(step, options)}\n)`,
  )
  const values = steps.windows.map(
    ({ column, relation, plan }) => `, coalesce(${relation}.value, ${defaultOf(plan)}) AS ${column}`,
  )
  const joins = steps.windows.map(
    ({ relation }) => `\nLEFT JOIN ${relation} ON ${relation}.row_id = o.${quoteName(rowColumn)}`,
  )
  const windowed = `SELECT o.*${values.join('')}\nFROM ${quoteName(observed)} o${joins.join('')}`
  const all = steps.layers.reduce(
    (inner, layer) => `SELECT *, ${layer.map(derivedSql).join(', ')} FROM (\n${inner}\n)`,
    windowed,
  )
  const helpers = [rowColumn, ...[...steps.windows, ...steps.layers.flat()].map(step => step.name)]
  const results = steps.results.map((step, i) => `, ${step.column} AS ${quoteName(features[i]!.as)}`)
  // The row's number is given once and kept, so that every window sees the same rows.
  return `WITH ${quoteName(observed)} AS MATERIALIZED (
  SELECT row_number() OVER () AS ${quoteName(rowColumn)}, * FROM (${observations}\n)
)${windows.map(part => `,\n${part}`).join('')}
SELECT * EXCLUDE (${helpers.map(quoteName).join(', ')})${results.join('')}
FROM (\n${all}\n)
ORDER BY ${quoteName(rowColumn)}`
}

/** How many parts a feature's key has, when its plan tells. */
export function nKeysOf(definition: FeatureDefinition): number {
  return windowsOf(definition)[0]?.plan.by.length ?? 1
}

function checkKeys(feature: JoinedFeature): void {
  const { plan, keys } = feature
  const nKeys = nKeysOf(feature)
  if (keys.length !== nKeys)
    throw new CatalogError(
      'CAT007',
      `Expected ${nKeys} key column(s) for ${plan.name} of ${plan.entity}, got ${keys.length}: ` +
        `${keys.join(', ') || 'none'}.`,
    )
}

/** One value per observation: a column of the query. */
interface Step {
  readonly name: string
  /** `name`, quoted. */
  readonly column: string
}

interface WindowStep extends Step, WindowDefinition {
  readonly keys: readonly string[]
  readonly relation: string
}

interface DerivedStep extends Step {
  readonly plan: DerivedFeaturePlan
  /** Of the plan's inputs, by the name that the expression uses. */
  readonly inputs: Readonly<Record<string, Step>>
}

interface Steps {
  readonly windows: readonly WindowStep[]
  /** Each reads windows and the layers before it. */
  readonly layers: readonly (readonly DerivedStep[])[]
  /** One per joined feature. */
  readonly results: readonly Step[]
}

/** `depth` counts the layers of derived features below. */
interface Visited {
  readonly step: Step
  readonly depth: number
}

function stepsOf(features: readonly JoinedFeature[]): Steps {
  const known = new Map<string, Visited>()
  const windows: WindowStep[] = []
  const layers: DerivedStep[][] = []
  let nColumns = 0
  const nextColumn = (): Step => {
    const name = `slipway value ${++nColumns}`
    return { name, column: quoteName(name) }
  }

  function visit(definition: FeatureDefinition, keys: readonly string[]) {
    const { plan, source } = definition
    const key = canonicalJson({ plan, source, keys })
    const before = known.get(key)
    if (before) return before
    const made =
      plan.kind === 'derived' ? derivedStep(plan, definition, keys) : windowStep(windowOf(definition), keys)
    known.set(key, made)
    return made
  }

  function windowStep(definition: WindowDefinition, keys: readonly string[]) {
    const relation = quoteName(`slipway window ${windows.length + 1}`)
    const step: WindowStep = { ...nextColumn(), relation, ...definition, keys }
    windows.push(step)
    return { step, depth: 0 }
  }

  function derivedStep(
    plan: DerivedFeaturePlan,
    definition: FeatureDefinition,
    keys: readonly string[],
  ): Visited {
    const inputs = Object.keys(plan.inputs).map(name => ({ name, ...visit(inputOf(definition, name), keys) }))
    const depth = 1 + Math.max(0, ...inputs.map(input => input.depth))
    const step: DerivedStep = {
      ...nextColumn(),
      plan,
      inputs: Object.fromEntries(inputs.map(input => [input.name, input.step])),
    }
    ;(layers[depth - 1] ??= []).push(step)
    return { step, depth }
  }

  const results = features.map(feature => visit(feature, feature.keys).step)
  return { windows, layers, results }
}

function derivedSql({ plan, inputs, column }: DerivedStep): string {
  const value = expressionSql(plan.expr, {
    column: name => {
      throw new RangeError(`No column can be read here: ${name}`)
    },
    feature: name => inputs[name]!.column,
  })
  const typed = `CAST(${value} AS ${sqlTypes[scalarKind(plan.type)]})`
  return `coalesce(${typed}, ${defaultOf(plan)}) AS ${column}`
}

function defaultOf(plan: FeaturePlan): string {
  return literal(scalarKind(plan.type), plan.default)
}

/** A feature's value is one value: no aggregate gives a vector. */
function scalarKind({ kind }: FeaturePlan['type']): ScalarKind {
  if (kind === 'vector') throw new RangeError('a feature of an entity is no vector')
  return kind
}

function windowQuery(step: WindowStep, { root, time, fromUs }: JoinOptions): string {
  const { plan, source, keys } = step
  return windowSql({
    feature: plan,
    source,
    sourceRelation: eventsOf(step, root, fromUs),
    observed: quoteName(observed),
    row: rowColumn,
    time: canonicalColumn(quoteName(time), { kind: 'timestamp', nullable: true }),
    keys: keys.map((key, i) => canonicalColumn(quoteName(key), keyType(step, i))),
  })
}

/** The rows of the source that some window may reach. */
function eventsOf({ plan, source }: WindowDefinition, root: string, fromUs: number | undefined): string {
  const relation = relationOf(source, root)
  if (fromUs === undefined || source.time === undefined) return relation
  const time = canonicalColumn(quoteName(source.time), { kind: 'timestamp', nullable: true })
  return `(SELECT * FROM ${relation} WHERE ${time} >= ${timestampLiteral(fromUs - plan.windowUs)})`
}

/** Keys are compared in the type that the feature's source gives them. */
function keyType({ plan, source }: WindowDefinition, i: number) {
  const column = source.columns.find(({ name }) => name === plan.by[i])
  return column?.type ?? ({ kind: 'string', nullable: true } as const)
}
