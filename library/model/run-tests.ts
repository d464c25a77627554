/** Runs the tests that a model declares against a fitted model, and says what came of them as a person reads it. */
import { lookUpFeature } from '../../catalog/online/lookup.ts'
import { runTests, type ExpectationResult } from '../../engine/model-tests.ts'
import type { Card, Scored } from '../../engine/types.ts'
import type { ExpectationPlan, Plan, Row, Scalar, TestPlan } from '../../language/index.ts'

/** Scores rows together, in order: TrainedModel does. */
export interface ScoringModel {
  readonly card: Card
  score(rows: readonly Row[]): Promise<Scored[]>
}

export interface ExpectationOutcome {
  /** As it is written in the model. */
  readonly text: string
  readonly met: boolean
  /** What stands on the left side, e.g. `0.4312`. */
  readonly actual: string
  /** What it should have been, e.g. `< 0.5`, `< far.late_probability (0.61)`. */
  readonly expected: string
}

export interface TestOutcome {
  readonly name: string
  /** `errored`: the rows could not be scored, so that nothing is known. */
  readonly state: 'passed' | 'failed' | 'errored'
  readonly durationMs: number
  readonly expectations: readonly ExpectationOutcome[]
  /** Why it could not be judged. */
  readonly problem?: string
}

/**
 * @param tests those to run, of the card's plan or of a later one that trains the same model
 * @returns one outcome per test, in order; a test without rows or expectations is no pass
 */
export async function runModelTests(
  model: ScoringModel,
  tests: readonly TestPlan[],
): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = []
  for (const test of tests) outcomes.push(await runTest(model, test))
  return outcomes
}

async function runTest(model: ScoringModel, test: TestPlan): Promise<TestOutcome> {
  const started = performance.now()
  const timed = (outcome: Omit<TestOutcome, 'name' | 'durationMs'>): TestOutcome => ({
    name: test.name,
    durationMs: performance.now() - started,
    ...outcome,
  })
  const errored = (problem: string) => timed({ state: 'errored', expectations: [], problem })
  if (test.given.length === 0 || test.expect.length === 0)
    return errored('It gives no row or expects nothing.')
  const { plan } = model.card
  const given = test.given.map(row => ({ ...row, values: { ...unseenFeatures(plan), ...row.values } }))
  const [result] = await runTests({ ...plan, tests: [{ ...test, given }] }, model)
  if (result!.error !== undefined) return errored(result!.error)
  const expectations = result!.expectations.map((expectation, i) =>
    describe(test.expect[i]!, expectation, test.given.length),
  )
  return timed({ state: result!.passed ? 'passed' : 'failed', expectations })
}

/** What a key that nobody has seen has of the catalog's features: what a test does not give. */
function unseenFeatures({ features, catalogFeatures }: Plan): Row {
  return Object.fromEntries(
    features.flatMap(({ name, value }) =>
      value.kind === 'catalog'
        ? [[name, lookUpFeature(value.feature, [], { store: undefined, catalogFeatures }).value]]
        : [],
    ),
  )
}

function describe(
  { op, right }: ExpectationPlan,
  { text, passed, left, right: wanted }: ExpectationResult,
  nRows: number,
): ExpectationOutcome {
  // A test with one row has no name for it in its text.
  const name = right.kind === 'output' && (nRows === 1 ? right.output : `${right.row}.${right.output}`)
  const expected = name === false ? write(wanted) : `${name} (${write(wanted)})`
  return { text, met: passed, actual: write(left), expected: `${op} ${expected}` }
}

function write(value: Scalar): string {
  if (value === null) return 'missing'
  if (typeof value !== 'number') return JSON.stringify(value)
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}
