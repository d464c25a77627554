/** `slipway apply | features`: the catalog of features. */
import {
  computeStatistics,
  featureId,
  openCatalog,
  parseFeatureId,
  type FeatureEntry,
  type FeatureStatistics,
} from '../../catalog/index.ts'
import type { SourcePlan } from '../../language/index.ts'
import { catalogFile, loadProject, readConfig, type Project } from '../../library/project.ts'
import { createSession } from '../../library/session.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import { codeFrame } from '../frame.ts'
import type { AddCommand } from '../program.ts'
import { table } from '../output.ts'

export const addFeatures: AddCommand = (program, run) => {
  program
    .command('apply')
    .option('--no-statistics', 'register only')
    .description("register the sources, entities and features of the project's .slip files in the catalog")
    .action(run(apply))

  program
    .command('features')
    .argument('[text...]', 'what to look for; without it, all features')
    .option('--tag <tag>', 'with this tag')
    .option('--owner <owner>', 'of this owner')
    .option('--entity <entity>', 'of this entity')
    .option('--limit <n>', 'at most so many', Number, 50)
    .description('search the catalog')
    .action(run(search))

  program
    .command('lineage')
    .argument('<feature>', 'a registered feature: `name` or `name@version`')
    .description('show where a registered feature comes from, and who uses it')
    .action(run(showLineage))
}

async function apply(context: CommandContext, options: { statistics: boolean }) {
  const project = await loadProject(context.projectRoot())
  const definitions = definitionsOf(project, context)
  const catalog = openCatalog(catalogFile(project.root, project.config))
  try {
    const applied = catalog.apply(definitions)
    const sources = sourcesOf(project)
    catalog.applySources(sources)
    for (const feature of applied) {
      const known = catalog.feature(feature.name, feature.version)?.statistics
      if (!options.statistics || known) continue
      context.output.progress(`Statistics of ${featureId(feature)} …`)
      const definition = catalog.feature(feature.name, feature.version)!
      catalog.recordStatistics(feature, await statisticsOf(project, definition))
    }
    context.output.endProgress()
    context.output.document({ features: applied, sources: sources.map(({ name }) => name) })
    for (const feature of applied) context.output.text(`${featureId(feature)}  ${feature.state}`)
    if (!applied.length) context.output.text('The project declares no feature.')
  } finally {
    catalog.close()
  }
}

/** @throws CliError CLI004 when a feature does not check */
function definitionsOf({ workspace }: Project, { output }: CommandContext) {
  return workspace.features().map(({ name, path, range, plan, source, entity }) => {
    if (plan && entity && (source || plan.kind === 'derived'))
      return { plan, ...(source && { source }), entity }
    const frames = workspace
      .diagnostics(path)
      .filter(d => d.severity === 'error' || (d.span.start >= range.start && d.span.end <= range.end))
      .map(d => codeFrame(workspace.text(d.path) ?? '', d, output.colors))
    throw new CliError('CLI004', `Feature ${name} cannot be registered. Nothing was.\n${frames.join('\n')}`)
  })
}

/** Those that check; of several with one name, none, because nobody could say which is meant. */
function sourcesOf({ workspace }: Project): readonly SourcePlan[] {
  const byName = Map.groupBy(workspace.sources(), ({ name }) => name)
  return [...byName.values()].flatMap(sources => {
    const plan = sources.length === 1 ? sources[0]!.plan : undefined
    return plan ? [plan] : []
  })
}

async function statisticsOf(
  { root }: Project,
  definition: Parameters<typeof computeStatistics>[1],
): Promise<FeatureStatistics> {
  const session = createSession(root)
  try {
    return await computeStatistics(session.database, definition, { root })
  } finally {
    await session.close()
  }
}

interface SearchOptions {
  readonly tag?: string
  readonly owner?: string
  readonly entity?: string
  readonly limit: number
}

async function search(context: CommandContext, words: readonly string[], options: SearchOptions) {
  const root = context.projectRoot()
  const catalog = openCatalog(catalogFile(root, await readConfig(root)))
  try {
    const hits = catalog.search(words.join(' '), options).map(hit => hit.feature)
    context.output.document({ features: hits })
    context.output.text(
      hits.length ? featureTable(hits) : 'No feature found. `slipway apply` registers those of this project.',
    )
  } finally {
    catalog.close()
  }
}

async function showLineage({ output, ...context }: CommandContext, given: string) {
  const root = context.projectRoot()
  const catalog = openCatalog(catalogFile(root, await readConfig(root)))
  try {
    const { name, version } = parseFeatureId(given)
    const found = catalog.feature(name, version)
    if (!found)
      throw new CliError(
        'CLI013',
        `The catalog has no feature ${given}. \`slipway features\` lists those there are.`,
      )
    const lineage = catalog.lineage(found)
    output.document({ feature: featureId(found), ...lineage })
    const { sources, inputs, dependents, consumers } = lineage
    const line = (title: string, items: readonly string[]) =>
      output.text(`${title.padEnd(11)}${items.join(', ') || '–'}`)
    output.text(featureId(found))
    for (const source of sources)
      line('  reads', [`${source.columns.join(', ')} of ${source.name} (${source.path})`])
    line('  from', inputs)
    line('  into', dependents)
    line(
      '  used by',
      consumers.map(({ kind, name: consumer, feature }) => `${kind} ${consumer} (${feature})`),
    )
  } finally {
    catalog.close()
  }
}

function featureTable(features: readonly FeatureEntry[]): string {
  return table(
    ['feature', 'type', 'entity', 'owner', 'uses', 'null', 'mean', 'description'],
    features.map(({ plan, entity, nUses, statistics, ...feature }) => [
      featureId(feature),
      plan.type.kind,
      entity.name,
      plan.owner ?? '–',
      nUses,
      statistics && `${((100 * statistics.nulls) / Math.max(1, statistics.count)).toFixed(1)} %`,
      statistics?.mean === undefined ? undefined : Number(statistics.mean.toPrecision(4)),
      plan.doc?.split('\n')[0] ?? '–',
    ]),
  )
}
