/** The prepared rows of a plan: encoded in the database, numbers imputed and scaled. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { algorithms } from '../../language/algorithms.ts'
import type { Plan } from '../../language/index.ts'
import {
  fitEncoding,
  readEncoded,
  type EncodedPart,
  type FittedEncoding,
  type Paging,
} from '../duckdb/encode.ts'
import type { QueryOptions } from '../duckdb/query.ts'
import { EngineError } from '../errors.ts'
import { isPaged, mapPages, type EncodedRows, type Rows } from '../estimators/dataset.ts'
import { takesPages } from '../estimators/index.ts'
import { applyNumber, fitNumber, type FittedNumber } from '../estimators/prepare-numbers.ts'
import type { Dataset } from '../sql/dataset.ts'
import type { NumberColumn } from '../sql/prepare.ts'
import { splitNames, type Partition } from '../sql/split.ts'
import type { FittedColumns, NumberSource } from '../types.ts'
import { checkMemory, type HeldSize } from './memory.ts'

export interface Prepared {
  /** Rows by part: those that are trained on, those that are judged on, and the last. */
  readonly parts: readonly Rows[]
  readonly encoding: FittedEncoding
  /** One per numeric column that is no indicator. */
  readonly numbers: readonly FittedNumber[]
  readonly columns: FittedColumns
  /** Where what is too much to be held goes. */
  readonly paging?: Paging
  /** Removes what lies on disk; the parts cannot be read afterwards. */
  dispose(): void
}

export interface PrepareRequest {
  readonly connection: DuckDBConnection
  readonly plan: Plan
  readonly dataset: Dataset
  /** Absent: rows are held, however many. */
  readonly paging?: Paging
}

/** Fitted on the rows that the partition trains on, applied to all of them. @throws ENG005 ENG006 ENG013 ENG014 */
export async function prepare(
  { connection, plan, dataset, paging }: PrepareRequest,
  options: QueryOptions & { readonly partition?: Partition },
): Promise<Prepared> {
  const encoding = await fitEncoding(connection, plan, dataset, options)
  const encoded = await readEncoded(connection, plan, dataset, {
    ...options,
    fitted: encoding,
    indicated: indicatorColumns(encoding.numbers),
    ...(paging && takesPages(plan.algorithm.name)
      ? { paging }
      : { onHeld: (size: HeldSize) => checkMemory(plan, size) }),
  })
  const { dispose } = encoded
  try {
    const prepared = prepareNumbers(plan, encoded.parts, encoding)
    return { encoding, columns: columnsOf(plan, encoding), ...prepared, ...(paging && { paging }), dispose }
  } catch (thrown) {
    dispose()
    throw thrown
  }
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

/** Fits on the training rows, applies to all: to those on disk whenever they are read. @throws ENG006 */
function prepareNumbers(
  plan: Plan,
  parts: readonly EncodedPart[],
  { numbers: columns, medians }: FittedEncoding,
): Pick<Prepared, 'parts' | 'numbers'> {
  const splitsOnMissing = algorithms[plan.algorithm.name].nativeCategories
  const numbers = columns.map(({ name, prepare }, j) => {
    if (prepare.impute === 'none' && !splitsOnMissing) checkNothingMissing(name, parts, j)
    return fitNumber(prepare, () => parts[0]!.numbers(j), medians[j]!)
  })
  const apply = (rows: EncodedRows): EncodedRows => {
    numbers.forEach((fitted, j) => applyNumber(fitted, rows.numbers[j]!))
    return rows
  }
  return { numbers, parts: parts.map(({ rows }) => (isPaged(rows) ? mapPages(rows, apply) : apply(rows))) }
}

/** Of every feature that asks for one: its first column, which is missing where the feature is. */
function indicatorColumns(columns: readonly NumberColumn[]): readonly number[] {
  return columns.flatMap(({ feature, prepare }, j) =>
    prepare.indicator && columns[j - 1]?.feature !== feature ? [j] : [],
  )
}

function checkNothingMissing(name: string, parts: readonly EncodedPart[], j: number): void {
  for (const [i, part] of parts.entries()) {
    let nMissing = 0
    for (const page of part.numbers(j)) for (const x of page) if (Number.isNaN(x)) nMissing++
    if (nMissing > 0)
      throw new EngineError(
        'ENG006',
        `Expected a value of \`${name}\` on every row, because the plan says \`impute none\`; it is missing on ${nMissing} ${splitNames[i]} rows. Impute it, or leave those rows out with \`where\`.`,
        { details: { name } },
      )
  }
}
