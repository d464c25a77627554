/** Features in words: those that models call, and those of a model. */
import {
  type CatalogFeature,
  type FeaturePlan,
  type SymbolRef,
  describeType,
  writeName,
} from '../../../language/index.ts'
import type { FeatureDeclaration } from '../../../language/syntax/ast.ts'
import type { FileContext } from '../../core/context.ts'
import { declared, locate } from '../known.ts'
import { type DescribeOptions, durationText } from './data.ts'
import { code, inline, join, plainText } from './markdown.ts'
import { featureStatisticsText } from './statistics.ts'

/** A feature of the project or of the catalog; of a certain version when the symbol says one. */
export function describeFeature(
  file: FileContext,
  symbol: SymbolRef,
  { type, images }: DescribeOptions,
): string | undefined {
  const { name, version } = symbol
  const found = version === undefined ? locate(file, 'feature', symbol) : undefined
  const own = found?.declaration
  const registered = file.project.catalogView()?.feature(name, version)
  if (!own && !registered) return undefined
  const ownPlan = own && file.workspace.features().find(feature => feature.name === name)?.plan
  const plan = ownPlan ?? registered?.plan
  const shown = type ?? plan?.type
  const entity = own?.entity?.text ?? plan?.entity
  const head = `feature ${writeName(name)}${entity ? ` of ${entity}` : ''}${shown ? `: ${describeType(shown)}` : ''}`
  const owner = own?.owner?.value ?? plan?.owner
  const tags = own?.tags.map(tag => tag.value) ?? plan?.tags ?? []
  return join(
    code(head),
    own?.doc ?? plan?.doc,
    own ? definitionText(file, own, found.path) : plan && planText(plan),
    inline(
      owner && `Owner: ${owner}`,
      tags.length > 0 && `tags: ${tags.join(', ')}`,
      found && found.path !== file.path && `declared in ${plainText(found.path)}`,
    ),
    registered && catalogText(file, registered, { images }),
  )
}

/** The head of the declaration, as it is written. */
function definitionText(
  file: FileContext,
  { value, over, by }: FeatureDeclaration,
  path: string,
): string | undefined {
  const end = over?.span.end ?? by.at(-1)?.span.end ?? value?.span.end
  const text = value && end && file.workspace.tree(path)?.text.slice(value.span.start, end)
  return text ? code(text) : undefined
}

/** What a registered feature computes, from its plan. */
export function planText(plan: FeaturePlan): string {
  if (plan.kind === 'derived')
    return `Computed from ${Object.values(plan.inputs)
      .map(id => `\`${id}\``)
      .join(', ')}.`
  const { aggregate, by, source, windowUs } = plan
  return `\`${aggregate.function}\` over the ${durationText(windowUs)} before, of \`${source}\` by ${by
    .map(column => `\`${column}\``)
    .join(', ')}${aggregate.where ? ', of some rows' : ''}.`
}

function catalogText(
  file: FileContext,
  { plan, active, replacement }: CatalogFeature,
  { images }: Pick<DescribeOptions, 'images'>,
): string {
  const { name, version, type } = plan
  const statistics = file.project.statistics(name, version)
  const state = active ? '' : `, deprecated${replacement ? ` in favour of \`${replacement}\`` : ''}`
  const newest = file.project.catalogView()?.feature(name)?.plan.version
  const newer = newest !== undefined && newest > version && `version ${newest} is the newest`
  return (
    join(
      inline(`**Catalog**, version ${version}${state}`, newer),
      statistics && featureStatisticsText(statistics, { images, kind: type.kind }),
    ) ?? ''
  )
}

/** A feature of a model: what it is computed from. */
export function describeModelFeature(
  file: FileContext,
  { name, container }: SymbolRef,
  { type }: DescribeOptions,
): string | undefined {
  const model = declared(file, 'model', container)
  const item = model?.features?.items.find(({ name: { text } }) => text === name)
  const path = locate(file, 'model', container)?.path
  const text = item?.value && path && file.workspace.tree(path)?.text
  const value = text && item.value ? text.slice(item.value.span.start, item.value.span.end) : undefined
  const rule = model?.prepare.find(({ target }) => target.text === name)
  const steps = rule?.steps.map(({ step, argument }) => (argument ? `${step} ${argument}` : step)).join(', ')
  return join(
    code(`feature ${writeName(name)}${type ? `: ${describeType(type)}` : ''}${value ? ` = ${value}` : ''}`),
    `Of model \`${container}\`.`,
    item?.doc,
    steps && `Prepared by \`${steps}\`.`,
  )
}

/** What a model answers, or learns. */
export function describeOutput(file: FileContext, { name, container }: SymbolRef): string | undefined {
  const output = file.workspace.plan(container ?? '').plan?.outputs.find(found => found.name === name)
  const meaning =
    output?.kind === 'rank'
      ? `The rank by \`${output.by}\`, 1 for the greatest${output.per.length > 0 ? `, among rows that agree in ${output.per.map(p => `\`${p}\``).join(', ')}` : ''}${output.top === undefined ? '' : `; missing beyond ${output.top}`}.`
      : output?.kind === 'prediction'
        ? 'The expected value of a number, or the likeliest class.'
        : output?.class === undefined
          ? undefined
          : `The probability of the class ${plainText(output.class)}.`
  const type = output?.kind === 'rank' ? ': int' : output?.kind === 'probability' || !output ? ': float' : ''
  return join(code(`output ${writeName(name)}${type}`), meaning, `An answer of \`${container}\`.`)
}

export function describeLabel(
  _: FileContext,
  { name, container }: SymbolRef,
  { type }: DescribeOptions,
): string | undefined {
  return join(
    code(`label ${writeName(name)}${type ? `: ${describeType(type)}` : ''}`),
    `What \`${container}\` learns to predict.`,
  )
}

/** A row of a test. */
export function describeRow({ name }: Pick<SymbolRef, 'name' | 'container'>): string | undefined {
  return join(code(`given ${writeName(name)}`), 'A row that the test asks the fitted model about.')
}
