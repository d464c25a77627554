/** What the rows must be like for a fit to have a chance. */
import type { Plan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { pagesOf, type Rows } from '../estimators/dataset.ts'
import type { FittedLabel } from '../estimators/estimator.ts'
import type { RowCounts } from '../types.ts'

/** Before anything is prepared. @throws ENG003 ENG004 ENG005 */
export function checkCounts(plan: Plan, rows: RowCounts): void {
  const label = `the label \`${plan.label.name}\``
  if (rows.sampled > 0 && rows.labelMissing === rows.sampled)
    throw new EngineError(
      'ENG004',
      `Expected ${label} to have a value, but it is missing on all ${rows.sampled} rows. Check its expression.`,
    )
  if (rows.train === 0)
    throw new EngineError(
      'ENG003',
      `Expected training rows, found none: ${rows.sampled} observed, ${rows.labelMissing} without label, ${rows.outsideSplit} outside the split, ${rows.withoutWeight} without weight, ${rows.validation} for validation, ${rows.test} for test. Check \`where\`, \`split\` and \`weight\`.`,
    )
  if (rows.positives && (rows.positives.train === 0 || rows.positives.train === rows.train))
    throw new EngineError(
      'ENG005',
      `Expected ${label} to be true on some of the ${rows.train} training rows and false on others, but it is always ${rows.positives.train > 0}.`,
    )
}

/**
 * Before every fit.
 * @param rows that are trained on
 * @param place where they are, for the message, e.g. `fold 2`
 * @throws ENG003 ENG005
 */
export function checkLabel(plan: Plan, rows: Rows, label: FittedLabel, place = 'the model'): void {
  const { name } = plan.label
  if (rows.nRows === 0)
    throw new EngineError(
      'ENG003',
      `Expected rows to fit ${place} on, found none. Take fewer folds, or more rows.`,
    )
  const problem = problemOf(plan, rows, label)
  if (problem === undefined) return
  const hint = place === 'the model' ? '' : ' Take fewer folds, or more rows.'
  throw new EngineError('ENG005', `Expected ${problem} to fit ${place} on.${hint}`, { details: { name } })
}

function problemOf(plan: Plan, rows: Rows, label: FittedLabel): string | undefined {
  const { nRows } = rows
  const named = `the label \`${plan.label.name}\``
  switch (label.kind) {
    case 'bool': {
      let nTrue = 0
      for (const page of pagesOf(rows)) for (const y of page.label) nTrue += y
      if (nTrue > 0 && nTrue < nRows) return undefined
      return `rows of both values of ${named}, got ${nTrue} true of ${nRows},`
    }
    case 'classes':
      if (label.classes.length > 1) return undefined
      return `rows of two classes or more of ${named}, got ${label.classes.map(c => `"${c}"`).join('')} on all ${nRows},`
    case 'number': {
      if (!learnsCounts(plan)) return undefined
      let some = false
      for (const page of pagesOf(rows)) {
        const negative = page.label.find(y => y < 0)
        if (negative !== undefined) return `counts of 0 or more of ${named}, got ${negative},`
        some ||= page.label.some(y => y > 0)
      }
      return some ? undefined : `counts above 0 of ${named}, got 0 on all ${nRows} rows,`
    }
  }
}

/** Whether the label is on the scale of logarithms. */
function learnsCounts({ algorithm }: Plan): boolean {
  return algorithm.name === 'poisson_regression' || algorithm.hyperparameters['family'] === 'poisson'
}

/** A class whose probability is asked for has training rows. @throws ENG005 */
export function checkOutputs({ outputs, label: { name } }: Plan, label: FittedLabel): void {
  if (label.kind !== 'classes') return
  for (const output of outputs) {
    if (output.kind !== 'probability' || output.class === undefined) continue
    if (label.classes.includes(output.class)) continue
    const found = label.classes.slice(0, 10).map(c => `"${c}"`)
    const more = label.classes.length > found.length ? ', …' : ''
    throw new EngineError(
      'ENG005',
      `Expected training rows whose label \`${name}\` is "${output.class}", because \`${output.name}\` is its probability; found ${found.join(', ')}${more}.`,
      { details: { name: output.name } },
    )
  }
}
