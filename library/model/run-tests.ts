/** Runs the tests that a model declares against a fitted model: what it answers for given rows, and whether it should. */
import { lookUpFeature } from '../../catalog/online/lookup.ts'
import type { Card, Scored } from '../../engine/types.ts'
import type { ExpectationPlan, Scalar, TestOperand, TestPlan, Value } from '../../language/index.ts'
import { messageOf } from '../errors.ts'

/** Scores rows together, in order: TrainedModel does. */
export interface ScoringModel {
  readonly card: Card
  score(rows: readonly Readonly<Record<string, Value>>[]): Promise<readonly Scored[]>
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
 * @returns one outcome per test, in order; a test without expectations is no pass
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
  if (test.given.length === 0 || test.expect.length === 0)
    return timed({ state: 'errored', expectations: [], problem: 'It gives no row or expects nothing.' })
  try {
    const scored = await model.score(test.given.map(given => completeRow(model.card, given.values)))
    const answers = new Map(test.given.map(({ name }, i) => [name, scored[i]!]))
    const expectations = test.expect.map(expectation => judge(expectation, answers))
    return timed({ state: expectations.every(({ met }) => met) ? 'passed' : 'failed', expectations })
  } catch (thrown) {
    return timed({ state: 'errored', expectations: [], problem: messageOf(thrown) })
  }
}

/** What the model reads: as given, else a feature's value for a key that nobody has seen, else missing. */
function completeRow(card: Card, given: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const { catalogFeatures } = card.plan
  return Object.fromEntries(
    card.inputs.map(({ name, kind, feature }): [string, Value] => {
      if (Object.hasOwn(given, name)) return [name, given[name]!]
      if (kind !== 'catalog' || feature === undefined) return [name, null]
      return [name, lookUpFeature(feature, [], { store: undefined, catalogFeatures }).value]
    }),
  )
}

type Answers = ReadonlyMap<string, Scored>

function judge({ left, op, right, text }: ExpectationPlan, answers: Answers): ExpectationOutcome {
  const actual = valueOf(left, answers)
  const wanted = valueOf(right, answers)
  return {
    text,
    met: holds(actual, op, wanted),
    actual: describe(actual),
    expected: `${op} ${right.kind === 'value' ? describe(wanted) : `${nameOf(right, answers)} (${describe(wanted)})`}`,
  }
}

function valueOf(operand: TestOperand, answers: Answers): Scalar {
  if (operand.kind === 'value') return operand.value
  const value = answers.get(operand.row)?.[operand.output]
  if (value === undefined) throw new Error(`The model has no output ${operand.output}.`)
  return value
}

/** A test with one row has no name for it in its text. */
function nameOf({ row, output }: TestOperand & { kind: 'output' }, answers: Answers): string {
  return answers.size === 1 ? output : `${row}.${output}`
}

/** A missing value equals itself alone, and is neither less nor greater than anything. */
function holds(a: Scalar, op: ExpectationPlan['op'], b: Scalar): boolean {
  if (op === '==') return a === b
  if (op === '!=') return a !== b
  if (a === null || b === null || typeof a !== typeof b) return false
  switch (op) {
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

function describe(value: Scalar): string {
  if (value === null) return 'missing'
  if (typeof value !== 'number') return JSON.stringify(value)
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}
