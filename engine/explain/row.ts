/** Contributions to the scores of a row as it is sent for scoring. */
import type { Plan } from '../../language/index.ts'
import { checkRow } from '../rows/normalize.ts'
import { featureRows, rowReader } from '../rows/score.ts'
import type { Card, FittedModel } from '../types.ts'
import { explainExample, type Explanation } from './contributions.ts'

/** @throws EngineError for a value of the wrong type, an unknown column, or a model without a background */
export function explainRow(
  plan: Plan,
  { fitted, card }: { readonly fitted: FittedModel; readonly card: Pick<Card, 'inputs' | 'background'> },
  given: unknown,
): readonly Explanation[] {
  const row = checkRow(given, card.inputs, 0)
  const [values] = featureRows(plan, [row])
  return explainExample(fitted, card, { values: values!, row: rowReader(plan)(row), label: NaN })
}
