/** Which models a command is about, and their plans. */
import { relative } from 'node:path'
import type { Diagnostic, ModelSymbol, Plan, Workspace } from '../language/index.ts'
import type { Project } from '../library/project.ts'
import type { CommandContext } from './context.ts'
import { CliError, exitCodes } from './errors.ts'
import { codeFrame, positionAt } from './frame.ts'
import { slashes } from './pipeline.ts'

/**
 * The models that a name or a file means; all of the project when nothing is given.
 * @throws CliError CLI013 when there is none
 */
export function chooseModels(
  context: CommandContext,
  { root, workspace }: Pick<Project, 'root' | 'workspace'>,
  given: string | undefined,
): readonly ModelSymbol[] {
  const models = workspace.models()
  const path = given === undefined ? undefined : slashes(relative(root, context.path(given)))
  const fitting =
    given === undefined
      ? models
      : models.filter(model => model.name === given || model.path === path || model.path === given)
  if (fitting.length > 0) return fitting
  const names = models.map(model => model.name).join(', ') || 'none'
  const isFile = given !== undefined && (workspace.text(path!) ?? workspace.text(given)) !== undefined
  throw new CliError(
    'CLI013',
    given === undefined
      ? 'The project declares no model.'
      : `${isFile ? `${given} declares no model` : `No model ${given}`}. There is: ${names}.`,
  )
}

/** The one model that is meant. @throws CliError CLI013 */
export function chooseModel(
  context: CommandContext,
  project: Pick<Project, 'root' | 'workspace'>,
  given: string | undefined,
): ModelSymbol {
  const models = chooseModels(context, project, given)
  if (models.length === 1) return models[0]!
  throw new CliError('CLI013', `Which model? There are ${models.map(({ name }) => name).join(', ')}.`, {
    exitCode: exitCodes.usage,
  })
}

/** @throws CliError CLI004 with the model's errors, for people and for programs */
export function planOf(context: CommandContext, workspace: Workspace, model: string): Plan {
  const { plan, diagnostics } = workspace.plan(model)
  if (plan) return plan
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const frames = errors.map(d => codeFrame(workspace.text(d.path) ?? '', d, context.output.colors))
  throw new CliError('CLI004', `Model ${model} has errors, so there is no plan.\n${frames.join('\n')}`, {
    details: { diagnostics: errors.map(d => located(workspace, d)) },
  })
}

/** Where the texts are in which diagnostics point: a workspace, or a project with its slipway.json. */
export interface Texts {
  text(path: string): string | undefined
}

/** A diagnostic with lines and columns, for programs. */
export function located(texts: Texts, diagnostic: Diagnostic) {
  const text = texts.text(diagnostic.path) ?? ''
  const start = positionAt(text, diagnostic.span.start)
  const end = positionAt(text, diagnostic.span.end)
  return { ...diagnostic, start, end }
}
