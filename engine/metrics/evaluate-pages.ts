/**
 * The metrics over rows that come in pages: the same values and intervals as over rows that are held, from sums that are
 * taken page by page and from an order that is made on disk.
 */
import type { MetricPlan, Plan } from '../../language/index.ts'
import { rowsPerPage, type EncodedRows, type PagedRows } from '../estimators/dataset.ts'
import type { FittedLabel } from '../estimators/estimator.ts'
import { createTieSorter, type TieSorter } from '../pages/sorted-ties.ts'
import {
  bootstrapOrder,
  bootstrapUnits,
  nTiesDrawn,
  unitsOf,
  wholeResampling,
  type Units,
} from './bootstrap.ts'
import { evaluate, isRanking, type EvaluateOptions, type Evaluation } from './evaluate.ts'
import { judgedOf, widthOf, type Judged } from './judged.ts'
import { finite, type Measured } from './metrics.ts'
import { coarsening, orderMetrics, type TieSum } from './order.ts'
import { sumMetric, type SumMetric } from './sums.ts'

export interface PagedEvaluation extends EvaluateOptions {
  /** Predictions of a page's rows, as `predictionsOf` gives them. */
  readonly predict: (page: EncodedRows) => Float64Array
  /** For what is sorted. */
  readonly folder: string
  readonly signal?: AbortSignal
}

/**
 * Everything that the plan evaluates or requires. Metrics per group and rankings need the rows of a group together: for them
 * predictions, labels and groups of all rows are held.
 * @throws EngineError ENG014; the signal's reason
 */
export async function evaluatePages(
  plan: Plan,
  rows: PagedRows,
  options: PagedEvaluation,
): Promise<Evaluation> {
  const asked = [...plan.evaluate, ...plan.require]
  if (rows.nRows === 0 || asked.some(metric => metric.per !== undefined || isRanking(metric)))
    return evaluateHeld(plan, rows, options)
  const names = [...new Set(asked.map(({ metric }) => metric))]
  const measured = await measurePages(names, rows, options)
  const wanted = options.intervals ?? true
  return {
    metrics: Object.fromEntries(measured.map(([name, { value }]) => [name, value])),
    intervals: wanted ? Object.fromEntries(measured.map(([name, { interval }]) => [name, interval])) : {},
    groups: {},
    groupIntervals: {},
  }
}

/** After so many pages others have the thread. */
const pagesAtOnce = 4

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  signal?.throwIfAborted()
}

type MetricName = MetricPlan['metric']

async function measurePages(
  names: readonly MetricName[],
  rows: PagedRows,
  options: PagedEvaluation,
): Promise<readonly (readonly [MetricName, Measured])[]> {
  const { label = { kind: 'bool' }, intervals: wanted = true } = options
  const meanActual = names.includes('r2') ? meanLabel(rows) : 0
  const ordered = names.filter(name => isOrdered(name, label))
  const sorter = ordered.length > 0 ? createTieSorter(options.folder) : undefined
  const sums = new Map<MetricName, PagedSum>()
  try {
    let first = 0
    for (const page of rows.pages()) {
      if ((first / rowsPerPage) % pagesAtOnce === 0) await pause(options.signal)
      const judged = { ...judgedOf(label, options.predict(page), page.label), meanActual }
      for (const name of names) {
        if (ordered.includes(name)) continue
        if (!sums.has(name)) sums.set(name, startSum(sumOf(name, judged), rows.nRows, wanted))
        sums.get(name)!.add(sumOf(name, judged), { first, n: page.nRows })
      }
      sorter?.add(judged.predicted, judged.actual)
      first += page.nRows
    }
    const inOrder = sorter ? measureOrder(ordered, sorter, wanted) : new Map<MetricName, Measured>()
    return names.map(name => [name, inOrder.get(name) ?? sums.get(name)!.measured()] as const)
  } finally {
    sorter?.dispose()
  }
}

function isOrdered(name: MetricName, label: FittedLabel): boolean {
  return orderMetrics[name] !== undefined && label.kind === 'bool'
}

/** As where squares lose no digits (sums.ts). */
function meanLabel(rows: PagedRows): number {
  let mean = 0
  for (const { label } of rows.pages()) for (const y of label) mean += y / rows.nRows
  return mean
}

/** @throws RangeError when it is not defined for the kind of label */
function sumOf(name: MetricName, judged: Judged): SumMetric {
  const sum = sumMetric(name, judged)
  if (!sum) throw new RangeError(`${name} is not defined for a label of kind ${judged.label.kind}.`)
  return sum
}

interface PagedSum {
  /** @param metric over the page's rows */
  add(metric: SumMetric, page: { readonly first: number; readonly n: number }): void
  measured(): Measured
}

function startSum(metric: SumMetric, nRows: number, wanted: boolean): PagedSum {
  const sums = new Float64Array(metric.nSums)
  const units: Units | undefined = wanted ? unitsOf(metric.nSums, nRows, wholeResampling) : undefined
  return {
    add(of, { first, n }) {
      for (let i = 0; i < n; i++) of.add(i, sums, 0)
      if (units) for (let i = 0; i < n; i++) of.add(i, units.sums, units.place(first + i))
    },
    measured() {
      const value = finite(metric.value(sums))
      const isAsked = units !== undefined && value !== null
      return { value, interval: isAsked ? bootstrapUnits(metric, units, wholeResampling) : null }
    },
  }
}

function measureOrder(
  names: readonly MetricName[],
  sorter: TieSorter,
  wanted: boolean,
): ReadonlyMap<MetricName, Measured> {
  const coarse = coarsening(sorter, nTiesDrawn(wholeResampling))
  const sums = names.map((name): [MetricName, TieSum] => [name, orderMetrics[name]!()])
  sorter.visit([...sums.map(([, sum]) => sum), ...(wanted ? [coarse] : [])])
  const ties = coarse.ties()
  return new Map(
    sums.map(([name, sum]) => {
      const value = finite(sum.value())
      const isAsked = wanted && value !== null
      const interval = isAsked
        ? bootstrapOrder(orderMetrics[name]!, ties, { ...wholeResampling, value })
        : null
      return [name, { value, interval }]
    }),
  )
}

/** With what metrics are computed from of all rows at once. */
function evaluateHeld(plan: Plan, rows: PagedRows, options: PagedEvaluation): Evaluation {
  const { label = { kind: 'bool' }, groups } = options
  const actual = new Float64Array(rows.nRows)
  const codes = groups.map(() => new Int32Array(rows.nRows))
  let predictions = new Float64Array(0)
  let first = 0
  for (const page of rows.pages()) {
    const predicted = options.predict(page)
    // Of two classes there may be one number or two.
    const width = page.nRows === 0 ? widthOf(label) : predicted.length / page.nRows
    if (first === 0) predictions = new Float64Array(rows.nRows * width)
    predictions.set(predicted, first * width)
    actual.set(page.label, first)
    codes.forEach((column, g) => column.set(page.groups[g]!, first))
    first += page.nRows
  }
  const held = { nRows: rows.nRows, numbers: [], codes: [], label: actual, groups: codes }
  return evaluate(plan, held, predictions, options)
}
