/** `slipway explain`: what a fitted model goes by, or why it says what it does of one row. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { metricName } from '../../engine/metrics/evaluate.ts'
import { metricNames } from '../../language/metrics.ts'
import type { MetricPlan, SplitName } from '../../language/index.ts'
import { setContext } from '../../library/context.ts'
import { dependenceText, explanationText, importanceText } from '../../library/model/explanations.ts'
import {
  loadTrainedModel,
  modelFiles,
  type InputValue,
  type TrainedModel,
} from '../../library/model/trained-model.ts'
import { loadProject } from '../../library/project.ts'
import { closeSession } from '../../library/session.ts'
import type { CommandContext } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import { describeOrigin, fittedModel } from '../fitted-model.ts'
import type { AddCommand } from '../program.ts'
import { chooseModel, planOf } from '../models.ts'
import { count, table, type Output } from '../output.ts'
import { parseRows } from './train.ts'

interface ExplainOptions {
  readonly row?: string
  readonly feature?: string
  readonly metric?: string
  readonly split?: SplitName
  readonly rows: number | 'all'
}

export const addExplain: AddCommand = (program, run) => {
  program
    .command('explain')
    .argument('[model]', 'a model, a .slip file, or the folder that `train --save` wrote')
    .option('--row <json>', 'what each feature adds to the score of this row, an object of columns')
    .option('--feature <name>', 'the mean prediction by the values of this feature')
    .option('--metric <name>', 'the metric whose loss is a feature’s importance, e.g. auc or ndcg@10')
    .option('--split <name>', 'the rows that are looked at: train, validation or test')
    .option(
      '--rows <n>',
      'how many rows a model is trained on that has to be trained, or `all`',
      parseRows,
      50_000,
    )
    .description('show what a model goes by: importance of its features, or why it scores one row as it does')
    .action(run(explain))
}

async function explain(context: CommandContext, given: string | undefined, options: ExplainOptions) {
  const { output } = context
  const row = parseRow(options.row)
  checkSplit(options.split)
  const root = context.projectRoot()
  setContext({ root })
  try {
    const { model, origin } = await findModel(context, given, { root, rows: options.rows })
    output.text(`${model.name}: ${origin}\n`)
    if (row !== undefined) await explainRow(output, model, row)
    else if (options.feature !== undefined) await explainFeature(context, model, options)
    else await explainModel(context, model, options)
  } finally {
    await closeSession()
  }
}

interface Found {
  readonly model: TrainedModel
  readonly origin: string
}

async function findModel(
  context: CommandContext,
  given: string | undefined,
  { root, rows }: { readonly root: string; readonly rows: number | 'all' },
): Promise<Found> {
  const { output, signal } = context
  const folder = given === undefined ? undefined : context.path(given)
  if (folder !== undefined && existsSync(join(folder, modelFiles.card)))
    return { model: await loadTrainedModel(folder), origin: `from ${given}` }
  const project = await loadProject(root)
  const { name } = chooseModel(context, project, given)
  const fitted = await fittedModel(planOf(context, project.workspace, name), { root, rows, signal, output })
  return { model: fitted.model, origin: describeOrigin(fitted) }
}

async function explainRow(output: Output, model: TrainedModel, row: Readonly<Record<string, InputValue>>) {
  const explanation = await model.explain(row)
  const [scored] = await model.score([row])
  output.document({ model: model.name, outputs: scored, explanations: explanation.all })
  for (const [name, value] of Object.entries(scored!)) output.text(`${name}: ${String(value)}`)
  output.text(`\n${explanationText(explanation)}`)
}

async function explainFeature(
  { output, signal }: CommandContext,
  model: TrainedModel,
  { feature, split }: ExplainOptions,
) {
  const dependence = await model.partialDependence(feature!, { ...(split && { split }), signal })
  output.document({ model: model.name, dependence })
  output.text(dependenceText(dependence))
}

const shownCoefficients = 15

async function explainModel(
  { output, signal }: CommandContext,
  model: TrainedModel,
  { metric, split }: ExplainOptions,
) {
  output.progress('Permuting features …')
  const importance = await model.importance({
    ...(metric !== undefined && { metric: parseMetric(metric, model) }),
    ...(split && { split }),
    signal,
  })
  output.endProgress()
  const { gain, ...permuted } = importance
  const { coefficients } = model.card
  output.document({ model: model.name, importance: permuted, ...(gain && { gain }), coefficients })
  output.text(importanceText(importance))
  if (gain) {
    const rows = gain.map(({ name, share, nSplits }) => [
      name,
      `${(100 * share).toFixed(1)} %`,
      count(nSplits),
    ])
    output.text(`\nGain of the splits\n${table(['feature', 'share', 'splits'], rows)}`)
  }
  if (coefficients.length > 0) output.text(`\nLargest coefficients\n${coefficientTable(model)}`)
}

function coefficientTable({ card }: TrainedModel): string {
  const rows = [...card.coefficients]
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, shownCoefficients)
    .map(({ name, class: of, value }) => [of === undefined ? name : `${name} (${of})`, value.toPrecision(4)])
  return table(['name', 'value'], rows)
}

/** `auc`, `ndcg@10`; of a ranking with the groups that the model evaluates it per. @throws CliError CLI006 */
function parseMetric(text: string, { card }: TrainedModel): MetricPlan {
  const [, name, k] = /^(\w+)(?:@(\d+))?$/.exec(text.trim()) ?? []
  const metric = metricNames.find(known => known === name)
  const evaluated = [...card.plan.evaluate, ...card.plan.require]
  if (metric === undefined)
    throw new CliError(
      'CLI006',
      `Expected a metric after --metric (${evaluated.map(metricName).join(', ')}), got ${text}.`,
      { exitCode: exitCodes.usage },
    )
  const same = evaluated.find(each => each.metric === metric && (k === undefined || each.k === Number(k)))
  const isRanking = metric === 'ndcg' || metric === 'precision'
  const per = isRanking ? (same ?? evaluated.find(each => each.k !== undefined))?.per : undefined
  const cutoff = k === undefined ? same?.k : Number(k)
  return { metric, ...(cutoff !== undefined && { k: cutoff }), ...(per !== undefined && { per }) }
}

/** @throws CliError CLI006 */
function parseRow(text: string | undefined): Readonly<Record<string, InputValue>> | undefined {
  if (text === undefined) return undefined
  try {
    const row: unknown = JSON.parse(text)
    if (typeof row === 'object' && row !== null && !Array.isArray(row))
      return row as Record<string, InputValue>
  } catch {
    // Said below.
  }
  throw new CliError(
    'CLI006',
    `Expected an object of columns after --row, like '{"distance": 500}', got ${text}.`,
    { exitCode: exitCodes.usage },
  )
}

function checkSplit(split: string | undefined): void {
  if (split === undefined || ['train', 'validation', 'test'].includes(split)) return
  throw new CliError('CLI006', `Expected train, validation or test after --split, got ${split}.`, {
    exitCode: exitCodes.usage,
  })
}
