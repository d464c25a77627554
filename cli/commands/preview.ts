/** `slipway preview | dataset`: what the features of a model are and what they make of the data. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { viewMessage } from '../../library/display/table/bundle.ts'
import type { TableView } from '../../library/display/table/view.ts'
import { loadProject, type Project } from '../../library/project.ts'
import type { Engine, FeaturePreview, Preview } from '../../engine/index.ts'
import type { Plan } from '../../language/index.ts'
import type { CommandContext } from '../context.ts'
import type { AddCommand } from '../program.ts'
import { chooseModel, planOf } from '../models.ts'
import { table } from '../output.ts'
import { parseRows } from './train.ts'

export const addPreview: AddCommand = (program, run) => {
  program
    .command('preview')
    .argument('[model]', 'a model or a .slip file; may be left out when there is only one model')
    .option('--rows <n>', 'of how many rows the features are computed', parseRows, 5)
    .description('show what every feature of a model is, and its values on the first rows of the data')
    .action(run(preview))

  program
    .command('dataset')
    .argument('[model]', 'a model or a .slip file; may be left out when there is only one model')
    .requiredOption('--out <file>', 'the file to write: .parquet, .arrow or .feather')
    .option('--rows <n>', 'how many rows are drawn from the data, or `all`', parseRows, 'all' as const)
    .description("write a model's features, label and split, a row per observation")
    .action(run(writeDataset))
}

async function preview(
  context: CommandContext,
  given: string | undefined,
  options: { readonly rows: number | 'all' },
) {
  const { project, plan, name } = await asked(context, given)
  const { output, signal } = context
  const rows = options.rows === 'all' ? Number.MAX_SAFE_INTEGER : options.rows
  const found = await withEngine(project, engine => engine.preview(plan, { rows, signal }))
  output.document({ model: name, ...found, display: viewMessage(previewTable(plan, found)) })
  output.text(table(['feature', 'type', 'of'], found.features.map(described)))
  output.text('')
  const names = plan.features.map(feature => feature.name)
  const values = found.rows.map(row => [...names.map(n => shown(row.features[n])), shown(row.label)])
  output.text(table([...names, plan.label.name], values))
}

/** The features as a grid shows them, the label last. */
function previewTable(plan: Plan, { features, rows }: Preview): TableView {
  const valueOf = (value: unknown) => (Array.isArray(value) ? JSON.stringify(value) : value)
  return {
    nRows: rows.length,
    columns: [
      ...features.map(feature => {
        const [, type, detail] = described(feature)
        const value = (row: number) => valueOf(rows[row]?.features[feature.name])
        return { name: feature.name, type: feature.type.kind, detail: `${type} of ${detail}`, value }
      }),
      {
        name: `${plan.label.name} (label)`,
        type: plan.label.type.kind,
        value: row => valueOf(rows[row]?.label),
      },
    ],
  }
}

function described({ name, type, sources, columns, catalog }: FeaturePreview): readonly string[] {
  const size = type.size === undefined ? '' : `[${type.size}]`
  const kind = `${type.kind}${size}${type.nullable ? '?' : ''}`
  const windows = catalog?.windows.map(window => `${window.function} over ${duration(window.windowUs)}`) ?? []
  const of = `${sources.join(', ')}: ${columns.join(', ')}`
  return [name, kind, catalog ? `${catalog.feature} (${windows.join('; ')}) of ${of}` : of]
}

/** In the largest unit that divides it. */
function duration(us: number): string {
  const units = [
    [86_400e6, 'd'],
    [3600e6, 'h'],
    [60e6, 'min'],
    [1e6, 's'],
  ] as const
  const [size, unit] = units.find(([each]) => us % each === 0) ?? [1, 'µs']
  return `${us / size} ${unit}`
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function writeDataset(
  context: CommandContext,
  given: string | undefined,
  options: { readonly out: string; readonly rows: number | 'all' },
) {
  const { project, plan, name } = await asked(context, given)
  const { output, signal } = context
  const file = context.path(options.out)
  mkdirSync(dirname(file), { recursive: true })
  const { rows } = await withEngine(project, engine =>
    engine.writeDataset(plan, file, { rows: options.rows, signal }),
  )
  output.document({ model: name, file, rows })
  output.text(`Wrote ${rows} rows of ${name} to ${file}.`)
}

async function asked(context: CommandContext, given: string | undefined) {
  const project = await loadProject(context.projectRoot())
  const { name } = chooseModel(context, project, given)
  const plan: Plan = planOf(context, project.workspace, name)
  return { project, plan, name }
}

async function withEngine<T>({ root }: Project, work: (engine: Engine) => Promise<T>): Promise<T> {
  // The database is loaded by commands that need it alone.
  const { openEngine } = await import('../../engine/index.ts')
  const engine = await openEngine({ root })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
