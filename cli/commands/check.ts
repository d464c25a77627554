/** `slipway check | format | plan`: what the language says of a project's `.slip` files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { format, type Diagnostic, type Workspace } from '../../language/index.ts'
import { configFile } from '../../library/config.ts'
import { loadProject } from '../../library/project.ts'
import type { CommandContext } from '../context.ts'
import { installation } from '../../library/installation.ts'
import { CliError } from '../errors.ts'
import { codeFrame } from '../frame.ts'
import type { AddCommand } from '../program.ts'
import { chooseModel, located, planOf, type Texts } from '../models.ts'
import type { Output } from '../output.ts'
import { slashes } from '../pipeline.ts'

export const addCheck: AddCommand = (program, run) => {
  program
    .command('check')
    .argument('[files...]', '.slip files; without them, all of the project')
    .description('check model files')
    .action(run(check))

  program
    .command('format')
    .argument('[files...]', '.slip files; without them, all of the project')
    .option('--check', 'write nothing; end with 1 when a file would change')
    .description('bring model files into their canonical form')
    .action(run(formatFiles))

  program
    .command('plan')
    .argument('[model]', 'a model or a .slip file; may be left out when there is only one model')
    .description('print the plan of a model as JSON')
    .option('--schema', 'print the JSON schema of plans instead')
    .action(run(printPlan))
}

async function check(context: CommandContext, given: readonly string[]) {
  const project = await loadProject(context.projectRoot(), { statistics: true })
  const { root, workspace } = project
  const paths = pathsOf(context, root, workspace, given)
  const wanted = new Set([configFile, ...paths])
  const diagnostics = project.diagnostics().filter(({ path }) => wanted.has(path))
  const nErrors = diagnostics.filter(({ severity }) => severity === 'error').length
  context.output.document({ files: paths, diagnostics: diagnostics.map(d => located(project, d)) })
  printDiagnostics(context.output, project, diagnostics)
  const summary = `${paths.length} ${paths.length === 1 ? 'file' : 'files'} checked: ${counts(diagnostics)}`
  context.output.text(diagnostics.length ? `\n${summary}` : summary)
  if (nErrors > 0) process.exitCode = 1
}

/** The user's paths, relative to the root. @throws CliError CLI002 */
function pathsOf(
  context: CommandContext,
  root: string,
  workspace: Workspace,
  given: readonly string[],
): readonly string[] {
  if (given.length === 0) return workspace.files()
  return given.map(file => {
    const path = slashes(relative(root, context.path(file)))
    if (workspace.text(path) !== undefined) return path
    throw new CliError(
      'CLI002',
      `No model file ${file} in ${root}. There is: ${workspace.files().join(', ') || 'none'}.`,
    )
  })
}

export function printDiagnostics(output: Output, texts: Texts, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    output.text(codeFrame(texts.text(diagnostic.path) ?? '', diagnostic, output.colors))
  }
}

function counts(diagnostics: readonly Diagnostic[]): string {
  const parts = (['error', 'warning', 'information', 'hint'] as const).flatMap(severity => {
    const n = diagnostics.filter(d => d.severity === severity).length
    return n ? [`${n} ${severity}${n > 1 && severity !== 'information' ? 's' : ''}`] : []
  })
  return parts.join(', ') || 'no problem found'
}

async function formatFiles(context: CommandContext, given: readonly string[], options: { check?: boolean }) {
  const { root, workspace } = await loadProject(context.projectRoot())
  const changed = pathsOf(context, root, workspace, given).filter(path => {
    const file = join(root, path)
    const text = readFileSync(file, 'utf8')
    const formatted = format(text)
    if (formatted !== text && !options.check) writeFileSync(file, formatted)
    return formatted !== text
  })
  context.output.document({ changed })
  for (const path of changed) context.output.text(options.check ? `${path} would change` : path)
  if (!changed.length) context.output.text('Nothing to change.')
  if (options.check && changed.length) process.exitCode = 1
}

async function printPlan(
  context: CommandContext,
  given: string | undefined,
  { schema }: { readonly schema?: boolean },
) {
  if (schema) return printSchema(context)
  const project = await loadProject(context.projectRoot())
  const plan = planOf(context, project.workspace, chooseModel(context, project, given).name)
  context.output.document(plan)
  context.output.text(JSON.stringify(plan, null, 2))
}

/** The published schema of plans, for whoever executes one. */
function printSchema({ output }: CommandContext): void {
  const text = readFileSync(join(installation().root, 'language/plan.schema.json'), 'utf8')
  output.document(JSON.parse(text))
  output.text(text.trimEnd())
}
