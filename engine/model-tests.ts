/** The tests of a plan, run against a fitted model by the way that requests are scored. */
import type { ExpectationPlan, Plan, Row, Scalar, TestOperand, TestPlan, Value } from '../language/index.ts'
import type { Scorer } from './onnx/scorer.ts'
import { compare } from './rows/expression.ts'
import type { Scored } from './types.ts'

export interface ExpectationResult {
  /** As it was written. */
  readonly text: string
  readonly passed: boolean
  /** What stood on either side; null where missing. */
  readonly left: Scalar
  readonly right: Scalar
}

export interface ModelTestResult {
  readonly name: string
  readonly passed: boolean
  readonly expectations: readonly ExpectationResult[]
  /** Why the rows could not be scored; then nothing was compared. */
  readonly error?: string
}

/** The rows of one test are scored together, so that ranks are among them. */
export async function runTests(
  plan: Plan,
  scorer: Pick<Scorer, 'score'>,
): Promise<readonly ModelTestResult[]> {
  const results: ModelTestResult[] = []
  for (const test of plan.tests) results.push(await runTest(plan, test, scorer))
  return results
}

async function runTest(plan: Plan, test: TestPlan, scorer: Pick<Scorer, 'score'>): Promise<ModelTestResult> {
  let scored: readonly Scored[]
  try {
    scored = await scorer.score(test.given.map(({ values }) => givenRow(plan, values)))
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown)
    return { name: test.name, passed: false, expectations: [], error }
  }
  const outputs = new Map(test.given.map(({ name }, i) => [name, scored[i]!]))
  const expectations = test.expect.map(expectation => judge(expectation, outputs))
  return { name: test.name, passed: expectations.every(e => e.passed), expectations }
}

/** A catalog feature that is not given has its default. */
function givenRow(plan: Plan, values: Readonly<Record<string, Value>>): Row {
  const defaults = plan.features.flatMap(({ name, value }): [string, Scalar][] =>
    value.kind === 'catalog' ? [[name, plan.catalogFeatures[value.feature]!.default]] : [],
  )
  return { ...Object.fromEntries(defaults), ...values }
}

function judge(
  { left, op, right, text }: ExpectationPlan,
  outputs: ReadonlyMap<string, Scored>,
): ExpectationResult {
  const [a, b] = [valueOf(left, outputs), valueOf(right, outputs)]
  return { text, passed: holds(a, op, b), left: a, right: b }
}

function valueOf(operand: TestOperand, outputs: ReadonlyMap<string, Scored>): Scalar {
  if (operand.kind === 'value') return operand.value
  return outputs.get(operand.row)?.[operand.output] ?? null
}

/** What is missing equals only what is missing, and has no order. */
function holds(a: Scalar, op: ExpectationPlan['op'], b: Scalar): boolean {
  if (a === null || b === null) return op === '==' ? a === b : op === '!=' && a !== b
  const order = compare(a, b)
  switch (op) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}
