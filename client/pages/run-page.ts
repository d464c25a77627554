/** The tab that shows a run while it happens. */
import type { Run, RunEvent } from '../../backend/api/index.ts'
import type { FromRunPage, ToRunPage } from '../../web/run/messages.ts'
import { type BackendApi, BackendAnswer } from '../service/api.ts'
import { deployModel } from '../commands/deploy.ts'
import { runTask, showError } from '../commands/run.ts'
import type { Services } from '../context.ts'
import { choose } from '../support/choose.ts'
import { createPage } from './webview.ts'

/** How long events are gathered before the page is told. */
const batchMs = 50

/** Opens the page of a run and follows it until the tab is closed. */
export async function openRun(services: Services, root: string, id: string): Promise<void> {
  let api: BackendApi
  let run: Run
  try {
    api = await services.backends.connect(root)
    run = await api.run(id)
  } catch (error) {
    return showError(services, 'The run cannot be opened', error)
  }
  const { extension } = services
  const panel = createPage({ extension, bundle: 'run-page', title: `Run: ${run.pipeline}` })
  const closed = new AbortController()
  panel.onDidDispose(() => closed.abort())
  const send = (message: ToRunPage): Thenable<boolean> => panel.webview.postMessage(message)
  let following: Promise<void> | undefined
  const follow = (): void => {
    following ??= followRun({ services, api, id, send, signal: closed.signal }).finally(
      () => (following = undefined),
    )
  }
  const act: { [Type in FromRunPage['type']]: (message: FromRunPage & { type: Type }) => unknown } = {
    ready: follow,
    cancel: () =>
      runTask(services, { title: 'Cancelling the run', args: ['cancel', id], root, needsBackend: true }),
    retry: async () => {
      await runTask(services, {
        title: 'Retrying the run',
        args: ['submit', run.pipeline, '--retry'],
        root,
        needsBackend: true,
      })
      follow()
    },
    deploy: ({ model, version }) => deployModel(services, { name: model, version }),
  }
  panel.webview.onDidReceiveMessage((message: FromRunPage) => act[message.type](message as never))
}

interface Following {
  readonly services: Services
  readonly api: BackendApi
  readonly id: string
  readonly send: (message: ToRunPage) => unknown
  readonly signal: AbortSignal
}

async function followRun({ services, api, id, send, signal }: Following): Promise<void> {
  let batch: RunEvent[] = []
  const flush = (): void => {
    if (batch.length && !signal.aborted) send({ type: 'events', events: batch })
    if (batch.some(event => event.type === 'run' || event.type === 'step')) services.changed.fire()
    batch = []
  }
  const timer = setInterval(flush, batchMs)
  try {
    send({ type: 'run', run: await api.run(id) })
    for await (const event of api.events(id, signal)) batch.push(event)
    flush()
    if (!signal.aborted) send({ type: 'run', run: await api.run(id) })
  } catch (error) {
    const reason = error instanceof BackendAnswer ? error.message : 'The backend cannot be reached any more.'
    services.output.error(`run ${id}: ${String(error)}`)
    if (!signal.aborted) send({ type: 'problem', message: reason })
  } finally {
    clearInterval(timer)
    services.changed.fire()
  }
}

/** Asks which run, when none was clicked. */
export async function chooseRun(services: Services, root: string): Promise<string | undefined> {
  const { runs } = await (await services.backends.connect(root)).runs()
  const items = runs
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .map(run => ({
      label: run.pipeline,
      description: `${run.state} · ${new Date(run.createdAt).toLocaleString()}`,
      id: run.id,
    }))
  return (await choose(items, { placeHolder: 'Which run?' }))?.id
}
