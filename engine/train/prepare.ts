/** The prepared rows of a plan: encoded in the database, numbers imputed and scaled. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { algorithms } from '../../language/algorithms.ts'
import type { Plan } from '../../language/index.ts'
import { fitEncoding, readEncoded, type FittedEncoding } from '../duckdb/encode.ts'
import type { QueryOptions } from '../duckdb/query.ts'
import { EngineError } from '../errors.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import { applyNumber, fitNumber, indicatorOf, type FittedNumber } from '../estimators/prepare-numbers.ts'
import type { Dataset } from '../sql/dataset.ts'
import type { NumberColumn } from '../sql/prepare.ts'
import { splitNames, type Partition } from '../sql/split.ts'
import type { FittedColumns, NumberSource } from '../types.ts'

export interface Prepared {
  /** Rows by part: those that are trained on, those that are judged on, and the last. */
  readonly parts: readonly EncodedRows[]
  readonly encoding: FittedEncoding
  /** One per numeric column that is no indicator. */
  readonly numbers: readonly FittedNumber[]
  readonly columns: FittedColumns
}

export interface PrepareRequest {
  readonly connection: DuckDBConnection
  readonly plan: Plan
  readonly dataset: Dataset
}

/** Fitted on the rows that the partition trains on, applied to all of them. @throws ENG005 ENG006 */
export async function prepare(
  { connection, plan, dataset }: PrepareRequest,
  options: QueryOptions & { readonly partition?: Partition },
): Promise<Prepared> {
  const encoding = await fitEncoding(connection, plan, dataset, options)
  const encoded = await readEncoded(connection, plan, dataset, { ...options, fitted: encoding })
  return { encoding, columns: columnsOf(plan, encoding), ...prepareNumbers(plan, encoded, encoding) }
}

/** Columns that say what was missing come last. */
function columnsOf(plan: Plan, { numbers }: FittedEncoding): FittedColumns {
  const isVector = (feature: number) => plan.features[feature]!.type.kind === 'vector'
  const values = numbers.map(({ feature }, j): NumberSource => {
    if (!isVector(feature)) return { feature }
    return { feature, element: j - numbers.findIndex(column => column.feature === feature) }
  })
  const indicators = indicatorColumns(numbers).map((j): NumberSource => {
    return { feature: numbers[j]!.feature, indicator: true }
  })
  const codes = plan.features.flatMap(({ prepare }, i) => (prepare.kind === 'numeric' ? [] : [i]))
  return { numbers: [...values, ...indicators], codes }
}

/** Fits on the training rows, applies to all. @throws ENG006 */
function prepareNumbers(
  plan: Plan,
  parts: readonly EncodedRows[],
  { numbers: columns, medians }: FittedEncoding,
): Pick<Prepared, 'parts' | 'numbers'> {
  const splitsOnMissing = algorithms[plan.algorithm.name].nativeCategories
  const indicators = indicatorColumns(columns).map(j => parts.map(part => indicatorOf(part.numbers[j]!)))
  const numbers = columns.map(({ name, prepare }, j) => {
    if (prepare.impute === 'none' && !splitsOnMissing) checkNothingMissing(name, parts, j)
    const fitted = fitNumber(prepare, parts[0]!.numbers[j]!, medians[j]!)
    for (const part of parts) applyNumber(fitted, part.numbers[j]!)
    return fitted
  })
  const extended = parts.map((part, i) => ({
    ...part,
    numbers: [...part.numbers, ...indicators.map(perPart => perPart[i]!)],
  }))
  return { numbers, parts: extended }
}

/** Of every feature that asks for one: its first column, which is missing where the feature is. */
function indicatorColumns(columns: readonly NumberColumn[]): readonly number[] {
  return columns.flatMap(({ feature, prepare }, j) =>
    prepare.indicator && columns[j - 1]?.feature !== feature ? [j] : [],
  )
}

function checkNothingMissing(name: string, parts: readonly EncodedRows[], j: number): void {
  for (const [i, part] of parts.entries()) {
    const nMissing = part.numbers[j]!.reduce((n, x) => n + (Number.isNaN(x) ? 1 : 0), 0)
    if (nMissing > 0)
      throw new EngineError(
        'ENG006',
        `Expected a value of \`${name}\` on every row, because the plan says \`impute none\`; it is missing on ${nMissing} ${splitNames[i]} rows. Impute it, or leave those rows out with \`where\`.`,
        { details: { name } },
      )
  }
}
