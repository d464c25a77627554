/** `slipway sql`: what a model or a feature becomes in the database's language. */
import { planSql } from '../../engine/sql/dataset.ts'
import { definitionSql } from '../../catalog/definition-sql.ts'
import { featureId, parseFeatureId, windowsOf, type FeatureDefinition } from '../../catalog/index.ts'
import { loadProject, type Project } from '../../library/project.ts'
import type { CommandContext } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { chooseModel, planOf } from '../models.ts'

const targets = ['duckdb'] as const

export const addSql: AddCommand = (program, run) => {
  program
    .command('sql')
    .argument('[name]', 'a model, a .slip file, or a feature (`name` or `name@version`)')
    .option('--target <engine>', `for which engine: ${targets.join(', ')}`, 'duckdb')
    .description("print the SQL that makes a model's dataset, or that computes a feature")
    .action(run(printSql))
}

async function printSql(context: CommandContext, given: string | undefined, options: { target: string }) {
  if (!targets.some(target => target === options.target))
    throw new CliError('CLI006', `Expected --target ${targets.join(' or ')}, got ${options.target}.`, {
      exitCode: exitCodes.usage,
    })
  const project = await loadProject(context.projectRoot())
  const feature = given === undefined ? undefined : findFeature(project, given)
  const { kind, name, sql } = feature ? featureText(feature) : modelText(context, project, given)
  context.output.document({ kind, name, target: options.target, sql })
  context.output.text(sql)
}

function modelText(context: CommandContext, project: Project, given: string | undefined) {
  const { name } = chooseModel(context, project, given)
  return { kind: 'model', name, sql: planSql(planOf(context, project.workspace, name)) }
}

interface FoundFeature {
  readonly definition: FeatureDefinition
  /** Names of the entity's key parts. */
  readonly keys: readonly string[]
}

/** A feature that the project declares, unless a model has the name or a version is said; else the catalog's. */
function findFeature({ workspace, catalog }: Project, given: string): FoundFeature | undefined {
  if (workspace.models().some(({ name }) => name === given)) return undefined
  const declared = workspace.features().find(({ name }) => name === given)
  if (declared?.plan) {
    const { plan, source, inputs, entity } = declared
    const keys = entity?.keys.map(({ name }) => name) ?? []
    return { definition: { plan, ...(source && { source }), ...(inputs && { inputs }) }, keys }
  }
  const { name, version } = parseFeatureId(given)
  const definition = catalog?.feature(name, version)
  if (!definition) return undefined
  // The catalog's view does not say what the entity's keys are called.
  const by = windowsOf(definition)[0]?.plan.by ?? []
  return { definition, keys: by.map((_, i) => (by.length === 1 ? 'key' : `key_${i + 1}`)) }
}

function featureText({ definition, keys }: FoundFeature) {
  const { plan } = definition
  const name = plan.version > 0 ? featureId(plan) : plan.name
  return { kind: 'feature', name, sql: definitionSql(definition, keys) }
}
