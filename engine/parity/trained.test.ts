/** Models that were really trained, of every algorithm and kind of label: their executions agree on odd rows. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { algorithms } from '../../language/algorithms.ts'
import { withDefaults } from '../../language/algorithms/hyperparameter.ts'
import type {
  AlgorithmName,
  Expr,
  ModelFeature,
  OutputPlan,
  Plan,
  Row,
  Scalar,
} from '../../language/index.ts'
import type { Engine } from '../index.ts'
import { call, column, literal, oneHot, planOver, rowFeature, typeOf } from '../plan/build.ts'
import { parityRow } from './cases.ts'
import { differenceOf } from './differences.ts'
import { rowsSql } from './executions.ts'
import { kinds } from './expressions.ts'
import { openParityEngine } from './open.ts'
import { printCase } from './print.ts'
import { vectorSize } from './values.ts'

const nRows = 400
const typeOfKind = (name: string) => ({
  ...typeOf(kinds[name]!),
  ...(kinds[name] === 'vector' && { size: vectorSize }),
})
const source = {
  name: 'data',
  format: 'parquet' as const,
  path: 'data.parquet',
  knownAfterUs: 0,
  columns: [
    ...Object.keys(kinds).map(name => ({ name, type: typeOfKind(name) })),
    { name: 'outcome', type: typeOf('int') },
  ],
}
const read = (name: string): Expr => ({ op: 'column', name, type: typeOfKind(name) })
const outcome = column('outcome', 'int')
const label = {
  number: call('float', 'float', outcome),
  bool: call('greater', 'bool', outcome, literal('int', 1)),
  'two classes': call('category', 'category', call('greater', 'bool', outcome, literal('int', 1))),
  'four classes': call('category', 'category', outcome),
} as const
type LabelName = keyof typeof label

interface Trained {
  readonly algorithm: AlgorithmName
  readonly label: LabelName
  readonly given?: Readonly<Record<string, Scalar | readonly number[]>>
}

const models: readonly Trained[] = [
  { algorithm: 'linear_regression', label: 'number' },
  { algorithm: 'logistic_regression', label: 'bool' },
  { algorithm: 'logistic_regression', label: 'two classes' },
  { algorithm: 'logistic_regression', label: 'four classes' },
  { algorithm: 'poisson_regression', label: 'number' },
  { algorithm: 'mixed_effects', label: 'number' },
  { algorithm: 'mixed_effects', label: 'bool', given: { family: 'logistic' } },
  ...(
    [
      ['number', 'gaussian'],
      ['number', 'poisson'],
      ['bool', 'logistic'],
      ['two classes', 'multinomial'],
      ['four classes', 'multinomial'],
    ] as const
  ).map(([of, family]): Trained => ({
    algorithm: 'gradient_boosted_trees',
    label: of,
    given: { trees: 8, min_rows: 3, family },
  })),
  ...(['number', 'bool', 'four classes'] as const).map((of, i): Trained => ({
    algorithm: 'neural_network',
    label: of,
    given: { hidden: [6, 3], epochs: 2, activation: ['gelu', 'tanh', 'relu'][i]! },
  })),
]

function planFor({ algorithm, label: of, given = {} }: Trained): Plan {
  const isTrees = algorithm === 'gradient_boosted_trees'
  const prepared = (feature: ModelFeature): ModelFeature => ({
    ...feature,
    type: feature.value.kind === 'row' ? feature.value.expr.type : feature.type,
    prepare:
      feature.prepare.kind === 'one_hot'
        ? isTrees
          ? { kind: 'native', max: 20 }
          : oneHot(20)
        : isTrees
          ? { kind: 'numeric', impute: 'none', scale: 'none' }
          : { kind: 'numeric', impute: 'median', scale: 'standardize', indicator: true },
  })
  const outputs: OutputPlan[] = [{ name: 'likely', kind: 'prediction' }]
  if (of === 'bool') outputs.unshift({ name: 'probability', kind: 'probability' })
  if (of === 'two classes')
    outputs.unshift(
      { name: 'p false', kind: 'probability', class: 'false' },
      { name: 'p', kind: 'probability', class: 'true' },
    )
  if (of === 'four classes')
    outputs.unshift(
      ...['0', '1', '2', '3'].map(c => ({ name: `p ${c}`, kind: 'probability' as const, class: c })),
    )
  return planOver(source, {
    features: [
      rowFeature('x', call('clip', 'float', read('x'), literal('float', -50), literal('float', 50))),
      rowFeature('n', call('clip', 'int', read('n'), literal('int', -50), literal('int', 50))),
      rowFeature('flag', read('flag')),
      rowFeature('label', call('category', 'category', read('label'))),
      rowFeature('hour', call('category', 'category', call('hour', 'int', read('part')))),
      rowFeature('month', call('month', 'int', read('part'))),
      rowFeature('embedding', read('embedding')),
    ].map(prepared),
    label: { name: 'y', expr: label[of], type: label[of].type },
    algorithm: {
      name: algorithm,
      hyperparameters: withDefaults(algorithms[algorithm].hyperparameters, new Map(Object.entries(given))),
      ...(algorithm === 'mixed_effects' && {
        random: [
          { per: 'label', intercept: true, slopes: ['x'], hyperparameters: { l2: 1, min_rows: 1 } },
          { per: 'hour', intercept: true, slopes: [], hyperparameters: { l2: 1, min_rows: 1 } },
        ],
      }),
    },
    evaluate: [{ metric: of === 'number' ? 'rmse' : 'log_loss' }],
    outputs,
  })
}

test('trained models score alike in SQL, TypeScript and ONNX', async t => {
  const { engine, connection } = await openParityEngine(t)
  const drawn = fc.sample(fc.array(parityRow, { minLength: nRows, maxLength: nRows }), {
    seed: 5,
    numRuns: 1,
  })[0]!
  await writeData(
    engine,
    drawn.map(({ past_value: _, ...row }) => row),
  )
  for (const model of models)
    await t.test(
      `${model.algorithm} of ${model.label} ${String(model.given?.['family'] ?? '')}`,
      async () => {
        const plan = planFor(model)
        const { model: fitted } = await engine.train(plan)
        const parityCase = { plan, fitted, rows: drawn.slice(0, 100) }
        const found = await differenceOf(connection, parityCase)
        if (found) assert.fail(`${found.message}\n${printCase({ ...parityCase, rows: [] }, found)}`)
      },
    )
})

/** The outcome, 0 to 3, depends on what features see, and on chance. */
async function writeData({ connection: connect, root }: Engine, rows: readonly Row[]): Promise<void> {
  const connection = await connect()
  await connection.run(
    `COPY (SELECT * EXCLUDE ("row index"), CAST((coalesce(CAST(flag AS INTEGER), 0) + CASE WHEN x > 0 THEN 1 ELSE 0 END + "row index" % 2) AS BIGINT) AS outcome
     FROM (${rowsSql({ sources: { data: source } }, rows)})) TO '${join(root, source.path)}' (FORMAT parquet)`,
  )
  connection.disconnectSync()
}
