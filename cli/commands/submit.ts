/** `slipway submit`: sends a pipeline to the project's backend and starts a run. */
import type { Run } from '../../backend/api/index.ts'
import type { BackendClient } from '../../backend/client.ts'
import { connectBackend } from '../backend.ts'
import type { CommandContext } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import { recordFeatureUse } from '../feature-use.ts'
import type { AddCommand } from '../program.ts'
import { shortVersion } from '../output.ts'
import { findPipeline, parseParameters, readPipeline, registerPipeline } from '../pipeline.ts'
import { describeEvent, showRun } from './runs.ts'

interface SubmitOptions {
  readonly param?: readonly string[]
  readonly watch?: boolean
  readonly retry?: boolean
}

export const addSubmit: AddCommand = (program, run) => {
  program
    .command('submit')
    .argument('[pipeline]', 'its name or folder; may be left out when there is only one')
    .option('--param <name=value...>', 'set a parameter; the value is JSON or plain text')
    .option('--watch', 'follow the run until it has ended')
    .option('--retry', 'when the same submission has failed or was cancelled before: go on with it')
    .description('run a pipeline on the backend')
    .action(run(submit))
}

async function submit(context: CommandContext, given: string | undefined, options: SubmitOptions) {
  const { output } = context
  const root = context.projectRoot()
  const pipeline = readPipeline(root, findPipeline(root, given, context.path))
  const parameters = parseParameters(pipeline, options.param ?? [])
  output.progress('Connecting to the backend …')
  const client = await connectBackend(root)
  const registered = await registerPipeline(client, pipeline, output.progress)
  const { name, version } = pipeline.manifest
  const submitted = await client.submitRun({ pipeline: name, version, parameters })
  const { created } = submitted
  const ids = Object.keys(pipeline.lock.features)
  await recordFeatureUse(root, { kind: 'pipeline', name }, { ids, output })
  const started = created ? submitted.run : await retryIfAsked(client, submitted.run, options)

  output.endProgress()
  output.text(`Pipeline ${name} ${shortVersion(version)}${registered.created ? '' : ' (registered before)'}`)
  output.text(
    created ? `Run ${started.id}` : `Run ${started.id}: the same submission as before, ${started.state}`,
  )
  if (!options.watch) return output.document({ run: started, created, pipeline: registered })
  output.event({ type: 'submitted', run: started, created })
  await watch(context, client, started)
}

async function retryIfAsked(client: BackendClient, run: Run, { retry }: SubmitOptions): Promise<Run> {
  const ended = run.state === 'failed' || run.state === 'cancelled'
  return retry && ended ? await client.retryRun(run.id) : run
}

/** Follows a run to its end. @throws CliError CLI011 when it does not succeed */
async function watch(context: CommandContext, client: BackendClient, { id }: Run): Promise<void> {
  const { output, signal } = context
  for await (const event of client.events(id, { signal })) {
    output.event(event)
    const line = describeEvent(event)
    if (event.type === 'progress') output.progress(`${event.step} │ ${event.message ?? event.phase}`)
    else if (line !== undefined) output.text(line)
  }
  const run = await client.run(id)
  output.event({ type: 'ended', run })
  if (!output.json) showRun(output, run)
  if (run.state === 'succeeded') return
  throw new CliError('CLI011', `Run ${id} ${run.state}${run.failure ? `: ${run.failure.message}` : '.'}`, {
    exitCode: run.state === 'cancelled' ? exitCodes.cancelled : exitCodes.wrong,
  })
}
