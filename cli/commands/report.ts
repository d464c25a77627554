/** `slipway report`: what a person who helps needs to know, without data, secrets or names. Nothing is ever sent. */
import { existsSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { collectFacts } from '../report/facts.ts'
import { redactFacts, reportText } from '../report/text.ts'

interface ReportOptions {
  readonly output?: string
  readonly vscode?: string
}

export const addReport: AddCommand = (program, run) => {
  program
    .command('report')
    .option('--output <file>', 'where to write it (default: slipway-report.md, here; with --json nowhere)')
    .option('--vscode <version>', 'the version of Visual Studio Code, if it matters')
    .description('write down versions, settings and problems to ask for help with; nothing is sent')
    .action(run(report))
}

async function report(context: CommandContext, options: ReportOptions) {
  const { output, path, cwd } = context
  const root = projectRoot(context)
  const places = { root, home: homedir(), user: userName(), host: hostname() }
  const facts = redactFacts(await collectFacts({ root, vscode: options.vscode }), places)
  const text = reportText(facts)
  const file = options.output ?? (output.json ? undefined : 'slipway-report.md')
  if (file !== undefined) {
    const target = path(file)
    if (existsSync(target))
      throw new CliError(
        'CLI003',
        `There is a ${target} already. Remove it, or name another file with --output.`,
      )
    writeFileSync(target, text)
  }
  output.document({ ...(file !== undefined && { file: path(file) }), ...facts, text })
  output.text(text)
  if (file !== undefined)
    output.text(
      `Written to ${file} in ${cwd}. Read it, add what happened, and send it yourself: nothing was sent.`,
    )
}

/** Outside of a project there are still versions to report. */
function projectRoot(context: CommandContext): string | undefined {
  try {
    return context.projectRoot()
  } catch (error) {
    if (error instanceof CliError && error.code === 'CLI001') return undefined
    throw error
  }
}

/** Some systems know no name for whoever runs this. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
