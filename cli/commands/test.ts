/** `slipway test`: what models must answer, asked of fitted models. */
import {
  type ast,
  declarationsOf,
  type ModelSymbol,
  type Plan,
  type Workspace,
} from '../../language/index.ts'
import { messageOf } from '../../library/errors.ts'
import { runModelTests, type TestOutcome } from '../../library/model/run-tests.ts'
import { loadProject, type Project } from '../../library/project.ts'
import type { CommandContext } from '../context.ts'
import { CliError, isCancellation } from '../errors.ts'
import { describeOrigin, fittedModel, type Fitted } from '../fitted-model.ts'
import { placeFrame, positionAt } from '../frame.ts'
import type { AddCommand } from '../program.ts'
import { chooseModels, planOf } from '../models.ts'
import type { Output } from '../output.ts'
import { parseRows } from './train.ts'

interface TestOptions {
  readonly rows: number | 'all'
  readonly name?: string
}

export const addTest: AddCommand = (program, run) => {
  program
    .command('test')
    .argument('[model]', 'a model or a .slip file; without it, all models of the project')
    .option(
      '--rows <n>',
      'how many rows a model is trained on that has to be trained, or `all`',
      parseRows,
      50_000,
    )
    .option('--name <text>', 'only tests whose name has this text in it, or that match /it/')
    .description('run the tests that models declare, against the registered model or one trained on a sample')
    .action(run(test))
}

/** The tests of one model that were asked for. */
interface Suite {
  readonly model: ModelSymbol
  /** As they stand in the text; more than one may have a name. */
  readonly items: readonly { readonly index: number; readonly item: ast.TestItem; readonly name: string }[]
}

/** What came of one test, with the places of its expectations. */
interface PlacedOutcome extends TestOutcome {
  readonly model: string
  readonly path: string
  readonly item: ast.TestItem
}

async function test(context: CommandContext, given: string | undefined, options: TestOptions) {
  const { output } = context
  const project = await loadProject(context.projectRoot())
  const suites = chooseModels(context, project, given)
    .map(model => suiteOf(project.workspace, model, matcher(options.name)))
    .filter(({ items }) => items.length > 0)
  if (suites.length === 0) throw noTest(given, options)
  const outcomes: PlacedOutcome[] = []
  const origins: Record<string, unknown> = {}
  for (const suite of suites) {
    const { name, path } = suite.model
    const ran = await runSuite(context, project, { suite, rows: options.rows })
    if (ran.fitted) origins[name] = ran.fitted.origin
    output.text(`${name} (${path})${ran.fitted ? `, ${describeOrigin(ran.fitted)}` : ''}`)
    for (const outcome of ran.outcomes)
      printOutcome(output, project.workspace, { ...outcome, ofAll: ran.problem })
    if (ran.problem !== undefined) output.text(`\n${ran.problem}`)
    output.text()
    outcomes.push(...ran.outcomes)
  }
  output.document({ tests: outcomes.map(o => document(project.workspace, o)), models: origins })
  output.text(summary(outcomes))
  if (outcomes.some(({ state }) => state !== 'passed')) process.exitCode = 1
}

/** @throws CliError CLI006 when it is no regular expression */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  const expression = /^\/(.*)\/$/s.exec(pattern)?.[1]
  if (expression === undefined) return name => name.toLowerCase().includes(pattern.toLowerCase())
  try {
    const compiled = new RegExp(expression, 'iu')
    return name => compiled.test(name)
  } catch (cause) {
    throw new CliError('CLI006', `Expected a regular expression after --name: ${messageOf(cause)}`, { cause })
  }
}

function suiteOf(workspace: Workspace, model: ModelSymbol, matches: (name: string) => boolean): Suite {
  const tree = workspace.tree(model.path)
  const declaration = (tree ? declarationsOf(tree) : []).find(
    (each): each is ast.ModelDeclaration => each.kind === 'model' && each.name?.text === model.name,
  )
  const items = (declaration?.tests ?? []).map((item, index) => ({
    index,
    item,
    name: item.name?.value ?? '',
  }))
  return { model, items: items.filter(({ name }) => matches(name)) }
}

function noTest(given: string | undefined, { name }: TestOptions): CliError {
  const where = given ?? 'the project'
  const advice = 'Declare one in a model: test "what it shows" { given { … } expect output < 0.5 }.'
  return new CliError(
    'CLI014',
    name === undefined ? `No test in ${where}. ${advice}` : `No test in ${where} is called like ${name}.`,
  )
}

interface Ran {
  readonly outcomes: readonly PlacedOutcome[]
  readonly fitted?: Fitted
  /** Why none of the tests could be judged. */
  readonly problem?: string
}

async function runSuite(
  context: CommandContext,
  { root, workspace }: Project,
  { suite, rows }: { readonly suite: Suite; readonly rows: number | 'all' },
): Promise<Ran> {
  const { output, signal } = context
  const placed = (outcome: TestOutcome, item: ast.TestItem): PlacedOutcome => ({
    ...outcome,
    model: suite.model.name,
    path: suite.model.path,
    item,
  })
  let plan: Plan
  let fitted: Fitted
  try {
    plan = planOf(context, workspace, suite.model.name)
    fitted = await fittedModel(plan, { root, rows, signal, output })
  } catch (error) {
    if (isCancellation(error)) throw error
    const problem = messageOf(error)
    const errored = (name: string): TestOutcome => ({
      name,
      state: 'errored',
      durationMs: 0,
      expectations: [],
      problem,
    })
    return { outcomes: suite.items.map(({ name, item }) => placed(errored(name), item)), problem }
  }
  const tests = suite.items.map(({ index }) => plan.tests[index]!)
  const outcomes = await runModelTests(fitted.model, tests)
  return { outcomes: outcomes.map((outcome, i) => placed(outcome, suite.items[i]!.item)), fitted }
}

const marks = { passed: '✓', failed: '✗', errored: '!' } as const

/** What concerns the whole model is said once, below its tests. */
function printOutcome(
  output: Output,
  workspace: Workspace,
  {
    state,
    name,
    path,
    item,
    expectations,
    problem,
    ofAll,
  }: PlacedOutcome & { readonly ofAll: string | undefined },
): void {
  const { colors } = output
  const paint = state === 'passed' ? colors.green : colors.red
  output.text(`  ${paint(marks[state])} ${name}`)
  const text = workspace.text(path) ?? ''
  expectations.forEach(({ met, actual, expected }, i) => {
    if (met) return
    const span = item.expect[i]?.span ?? item.span
    const title = `${paint('not met')}: got ${actual}, expected ${expected}`
    output.text(indent(placeFrame(text, { path, span, title, notes: [], paint }, colors)))
  })
  if (problem !== undefined && problem !== ofAll) output.text(`    ${problem}`)
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}

function document(workspace: Workspace, { item, ...outcome }: PlacedOutcome) {
  const text = workspace.text(outcome.path) ?? ''
  const place = ({ start, end }: ast.TestItem['span']) => ({
    start: positionAt(text, start),
    end: positionAt(text, end),
  })
  return {
    ...outcome,
    ...place(item.span),
    expectations: outcome.expectations.map((expectation, i) => ({
      ...expectation,
      ...place(item.expect[i]?.span ?? item.span),
    })),
  }
}

function summary(outcomes: readonly TestOutcome[]): string {
  const counts = (['passed', 'failed', 'errored'] as const).flatMap(state => {
    const n = outcomes.filter(outcome => outcome.state === state).length
    return n > 0 ? [`${n} ${state}`] : []
  })
  return `${outcomes.length} ${outcomes.length === 1 ? 'test' : 'tests'}: ${counts.join(', ')}`
}
