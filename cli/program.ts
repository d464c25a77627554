/** The `slipway` command: everything the extension can do, without an editor. */
import { Command, CommanderError } from 'commander'
import { commands } from './commands/index.ts'
import { createContext, type CommandContext, type GlobalOptions } from './context.ts'
import { codeOf, CliError, exitCodeOf, exitCodes, isCancellation } from './errors.ts'
import { createOutput } from './output.ts'

/** A command adds itself to the program; its action gets the context by `run`. */
export type AddCommand = (program: Command, run: RunCommand) => void

/** Wraps an action: makes the context, and lets errors through to the one place that prints them. */
export type RunCommand = <A extends unknown[]>(
  action: (context: CommandContext, ...args: A) => Promise<void>,
) => (...args: A) => Promise<void>

export async function main(argv: readonly string[]): Promise<void> {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  const program = createProgram(interrupted.signal)
  try {
    await program.parseAsync(argv as string[], { from: 'user' })
  } catch (error) {
    process.exitCode = report(error, argv.includes('--json'))
  }
}

function createProgram(signal: AbortSignal): Command {
  const program = new Command('slipway')
    .description('Author machine-learning models in TypeScript: explore, declare, promote, train, deploy.')
    .option('--json', 'write one JSON document to standard output (streams: JSON lines)')
    .option('--project <folder>', 'the project, when it is not where you stand')
    .version(SLIPWAY_VERSION, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(`slipway help <command>` explains a command.)')
    .configureHelp({ showGlobalOptions: true })
  const run: RunCommand =
    action =>
    async (...args) => {
      await action(createContext(program.opts<GlobalOptions>(), signal), ...args)
    }
  for (const add of commands) add(program, run)
  for (const command of allCommands(program)) command.exitOverride()
  return program
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

function report(error: unknown, json: boolean): number {
  // Help and version come as errors too, and have been printed.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const output = createOutput(json)
  const exitCode = exitCodeOf(error)
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (json) {
    const details = error instanceof CliError ? error.details : undefined
    output.document({
      error: { code: isCancellation(error) ? 'CANCELLED' : (code ?? 'INTERNAL'), message, details },
    })
  }
  if (isCancellation(error)) output.warn('Cancelled.')
  else if (code !== undefined) output.warn(message.startsWith(code) ? message : `${code}: ${message}`)
  else output.warn(error instanceof Error ? (error.stack ?? message) : message)
  return exitCode
}

/** Kept equal to package.json by a test. */
const SLIPWAY_VERSION = '0.1.0'
