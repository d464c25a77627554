/** `slipway train`: a model on a sample of its data, here and now, to see what comes of it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { displayModel } from '../../library/display/model.ts'
import { modelMime } from '../../library/display/messages.ts'
import { loadProject } from '../../library/project.ts'
import type { CommandContext } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import { describeOrigin, trainModel } from '../fitted-model.ts'
import type { AddCommand } from '../program.ts'
import { chooseModel, planOf } from '../models.ts'

interface TrainOptions {
  readonly rows: number | 'all'
  readonly save?: string
}

export const addTrain: AddCommand = (program, run) => {
  program
    .command('train')
    .argument('[model]', 'a model or a .slip file; may be left out when there is only one model')
    .option('--rows <n>', 'how many rows are drawn from the data, or `all`', parseRows, 50_000)
    .option('--save <folder>', 'write the model there: model.onnx, card.json, fitted.json')
    .description('train a model on a sample and show how good it is; nothing is registered')
    .action(run(train))
}

/** A whole number of at least 1, or `all`. @throws CliError CLI006 */
export function parseRows(text: string): number | 'all' {
  if (text === 'all') return 'all'
  const rows = Number(text.replaceAll(/[,_]/g, ''))
  if (Number.isSafeInteger(rows) && rows > 0) return rows
  throw new CliError('CLI006', `Expected a number of rows or \`all\` after --rows, got ${text}.`, {
    exitCode: exitCodes.usage,
  })
}

async function train(context: CommandContext, given: string | undefined, { rows, save }: TrainOptions) {
  const { output, signal } = context
  const project = await loadProject(context.projectRoot())
  const { name } = chooseModel(context, project, given)
  const plan = planOf(context, project.workspace, name)
  const fitted = await trainModel(plan, { root: project.root, rows, signal, output })
  const { card } = fitted.model
  const folder = save === undefined ? undefined : context.path(save)
  if (folder !== undefined) {
    mkdirSync(join(folder, '..'), { recursive: true })
    await fitted.model.save(folder)
  }
  const shown = displayModel(card)
  output.document({
    model: name,
    rows: card.rows,
    metrics: card.metrics,
    intervals: card.intervals,
    groups: card.groups,
    groupIntervals: card.groupIntervals,
    ...(card.crossValidation && { crossValidation: card.crossValidation }),
    ...(card.tuning && { tuning: card.tuning }),
    requirements: card.requirements,
    display: shown[modelMime],
    ...(folder !== undefined && { folder }),
  })
  output.text(`${name}: ${describeOrigin(fitted)}\n`)
  output.text(String(shown['text/plain']))
  if (folder !== undefined) output.text(`\nWrote ${folder}.`)
}
