/**
 * What every command is given: where it was called, the project it is about, how to print, and the signal that
 * Ctrl+C raises.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CliError } from './errors.ts'
import { createOutput, type Output } from './output.ts'

export interface CommandContext {
  /** Where the user stands. npm changes the working folder and says in INIT_CWD where it was. */
  readonly cwd: string
  readonly output: Output
  readonly signal: AbortSignal
  /**
   * The project's root: what `--project` names, else the nearest folder upwards with a slipway.json.
   * @throws CliError CLI001
   */
  projectRoot(near?: string): string
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
    projectRoot(near = cwd) {
      const start = options.project === undefined ? near : path(options.project)
      const root = findUpwards(start, 'slipway.json')
      if (root !== undefined && (options.project === undefined || root === start)) return root
      throw new CliError(
        'CLI001',
        options.project === undefined
          ? `No slipway.json in ${start} or above it. Go to a project, name one with --project, or make one with \`slipway init\`.`
          : `${start} has no slipway.json. Make it a project with \`slipway init\`.`,
      )
    },
  }
}

function findUpwards(start: string, file: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return folder
    if (folder === dirname(folder)) return undefined
  }
}
