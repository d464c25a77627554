/** `slipway backend start | stop | status`: the embedded backend of a project. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  configuredBackend,
  connectBackend,
  embeddedState,
  readServerInfo,
  runningEmbedded,
  startEmbedded,
} from '../backend.ts'
import type { AddCommand } from '../program.ts'

export const addBackend: AddCommand = (program, run) => {
  const backend = program.command('backend').description('start, stop or look at the embedded backend')

  backend
    .command('start')
    .description('start the embedded backend of this project, if it is not running')
    .action(
      run(async context => {
        const root = context.projectRoot()
        const running = await runningEmbedded(root)
        const client = running ?? (await startEmbedded(root))
        const { pid } = await client.health()
        context.output.text(`${running ? 'Running already' : 'Started'}: ${client.url} (process ${pid})`)
        context.output.document({ url: client.url, pid, started: !running })
      }),
    )

  backend
    .command('stop')
    .description('stop the embedded backend; runs go on when it starts again')
    .action(
      run(async context => {
        const root = context.projectRoot()
        const client = await runningEmbedded(root)
        const pid = readServerInfo(embeddedState(root))?.pid
        if (client && pid !== undefined) {
          process.kill(pid, 'SIGTERM')
          while (await runningEmbedded(root)) await sleep(50, undefined, { signal: context.signal })
        }
        context.output.text(client ? 'Stopped.' : 'It was not running.')
        context.output.document({ stopped: Boolean(client) })
      }),
    )

  backend
    .command('status')
    .description('say whether the backend of this project answers')
    .action(
      run(async context => {
        const root = context.projectRoot()
        const remote = await configuredBackend(root)
        const client = remote === undefined ? await runningEmbedded(root) : await connectBackend(root)
        const health = await client?.health()
        const where = remote === undefined ? 'embedded' : 'remote'
        context.output.text(
          client ? `${client.url} answers (${where}).` : 'The embedded backend is not running.',
        )
        context.output.document({ kind: where, running: Boolean(client), url: client?.url, pid: health?.pid })
      }),
    )
}
