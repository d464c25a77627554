/**
 * What every command is given: where it was called, the project it is about, how to print, and the signal that
 * Ctrl+C raises.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findProjectRoot } from '../library/context.ts'
import { CliError } from './errors.ts'
import { createOutput, type Output } from './output.ts'

export interface CommandContext {
  /** Where the user stands. npm changes the working folder and says in INIT_CWD where it was. */
  readonly cwd: string
  readonly output: Output
  readonly signal: AbortSignal
  /**
   * The project's root: what `--project` names, else the nearest folder upwards with a slipway.json.
   * @param find looks for it in another way where `--project` names none; the folder that it names is then taken as it is
   * @throws CliError CLI001
   */
  projectRoot(near?: string, find?: (near: string) => string | undefined): string
  /** A path that the user gave, made absolute. */
  path(path: string): string
}

export interface GlobalOptions {
  readonly json?: boolean
  readonly project?: string
}

export function createContext(options: GlobalOptions, signal: AbortSignal): CommandContext {
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  const path = (given: string) => resolve(cwd, given)
  return {
    cwd,
    output: createOutput(options.json ?? false),
    signal,
    path,
    projectRoot(near = cwd, find = findProjectRoot) {
      if (options.project === undefined) {
        const root = find(near)
        if (root !== undefined) return root
        throw new CliError(
          'CLI001',
          `No slipway.json in ${near} or above it. Go to a project, name one with --project, or make one with \`slipway init\`.`,
        )
      }
      const root = path(options.project)
      const isEnough = find === findProjectRoot ? existsSync(join(root, 'slipway.json')) : existsSync(root)
      if (isEnough) return root
      throw new CliError('CLI001', `${root} has no slipway.json. Make it a project with \`slipway init\`.`)
    },
  }
}
