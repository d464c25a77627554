/** `slipway status | logs | cancel`: runs on the project's backend. */
import type { Run, RunEvent } from '../../backend/api/index.ts'
import type { BackendClient } from '../../backend/client.ts'
import { connectBackend } from '../backend.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { shortVersion, table, type Output } from '../output.ts'

export const addRuns: AddCommand = (program, run) => {
  program
    .command('status')
    .argument('[run]', 'a run; without it, all of them')
    .description('show runs, or one run with its steps')
    .action(
      run(async (context, id?: string) => {
        const client = await connectBackend(context.projectRoot())
        if (id !== undefined) return showRun(context.output, await client.run(id))
        const { runs } = await client.runs()
        context.output.document({ runs })
        context.output.text(runs.length ? runTable(runs) : 'No runs yet. `slipway submit` starts one.')
      }),
    )

  program
    .command('logs')
    .argument('[run]', 'a run; without it, the newest')
    .option('--after <n>', 'only events after this one', Number, 0)
    .option('-f, --follow', 'go on until the run has ended')
    .description('print what a run says')
    .action(
      run(async (context, id: string | undefined, options: { after: number; follow?: boolean }) => {
        const client = await connectBackend(context.projectRoot())
        await printLogs(context, client, await client.run(id ?? (await newestRun(client))), options)
      }),
    )

  program
    .command('cancel')
    .argument('<run>', 'the run')
    .description('cancel a run')
    .action(
      run(async (context, id: string) => {
        const client = await connectBackend(context.projectRoot())
        const cancelled = await client.cancelRun(id)
        context.output.text(`Run ${cancelled.id}: ${cancelled.state}.`)
        context.output.document({ run: cancelled })
      }),
    )
}

async function newestRun(client: BackendClient): Promise<string> {
  const { runs } = await client.runs()
  const newest = [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]
  if (newest) return newest.id
  throw new CliError('CLI013', 'There is no run yet. `slipway submit` starts one.')
}

interface LogOptions {
  readonly after: number
  readonly follow?: boolean
}

async function printLogs(context: CommandContext, client: BackendClient, run: Run, options: LogOptions) {
  if (options.after >= run.lastEvent && !options.follow) return
  for await (const event of client.events(run.id, { after: options.after, signal: context.signal })) {
    context.output.event(event)
    const line = describeEvent(event)
    if (line !== undefined) context.output.text(line)
    if (!options.follow && event.seq >= run.lastEvent) return
  }
}

/** One line of a log for a person; progress is not part of it. */
export function describeEvent(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'log':
      return `${event.step} │ ${event.line}`
    case 'step':
      return `${event.step} ${event.reused ? 'reused from an earlier run' : event.state}${event.reason ? ` (${event.reason})` : ''}`
    case 'run':
      return `run ${event.state}${event.failure ? `: ${event.failure.code} ${event.failure.message}` : ''}`
    case 'metric':
      return `${event.step} │ ${event.name} = ${event.value.toPrecision(4)}`
    case 'model':
      return `${event.step} registered model ${event.model.name} version ${event.model.version}`
    case 'progress':
      return undefined
  }
}

export function showRun(output: Output, run: Run): void {
  output.document({ run })
  output.text(`Run ${run.id} of ${run.pipeline} ${shortVersion(run.version)}: ${run.state}`)
  const steps = run.steps.map(step => [step.name, step.reused ? 'reused' : step.state, seconds(step)])
  output.text(table(['step', 'state', 'seconds'], steps))
  for (const { name, value, low, high } of run.metrics) {
    const interval =
      low === undefined || high === undefined ? '' : ` [${low.toPrecision(4)}, ${high.toPrecision(4)}]`
    output.text(`${name} = ${value.toPrecision(4)}${interval}`)
  }
  if (run.model) output.text(`model ${run.model.name} version ${run.model.version}`)
  if (run.failure) output.text(`${run.failure.code}: ${run.failure.message}`)
}

function runTable(runs: readonly Run[]): string {
  return table(
    ['run', 'pipeline', 'version', 'state', 'started', 'seconds'],
    runs.map(run => [
      run.id,
      run.pipeline,
      shortVersion(run.version),
      run.state,
      run.startedAt?.slice(0, 19).replace('T', ' ') ?? '–',
      seconds(run),
    ]),
  )
}

function seconds({ startedAt, finishedAt }: { startedAt?: string; finishedAt?: string }): number | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined
  return Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 100) / 10
}
