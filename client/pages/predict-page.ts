/** The tab of an endpoint: a form of its inputs, and its answers. */
import type { Endpoint } from '../../backend/api/index.ts'
import type { FromPredictPage, ToPredictPage } from '../../web/predict/messages.ts'
import { showError } from '../commands/run.ts'
import type { Services } from '../context.ts'
import { BackendAnswer } from '../service/api.ts'
import { createPage } from './webview.ts'

export async function openEndpoint(services: Services, root: string, name: string): Promise<void> {
  let endpoint: Endpoint | undefined
  let url = ''
  try {
    const api = await services.backends.connect(root)
    endpoint = (await api.endpoints()).endpoints.find(each => each.name === name)
    url = endpoint ? new URL(endpoint.path, api.address.url).href : ''
  } catch (error) {
    return showError(services, 'The endpoint cannot be opened', error)
  }
  if (!endpoint)
    return showError(services, 'Predict', new Error(`There is no endpoint ${name}: deploy a model first.`))
  const panel = createPage({
    extension: services.extension,
    bundle: 'predict-page',
    title: `Predict: ${name}`,
  })
  const closed = new AbortController()
  panel.onDidDispose(() => closed.abort())
  const send = (message: ToPredictPage): Thenable<boolean> => panel.webview.postMessage(message)
  const shown = endpoint
  panel.webview.onDidReceiveMessage(async (message: FromPredictPage) => {
    if (message.type === 'ready') return send({ type: 'endpoint', endpoint: shown, url })
    const answer = await ask({ services, root, name, row: message.row })
    services.changed.fire()
    return closed.signal.aborted || send(answer)
  })
}

interface Question {
  readonly services: Services
  readonly root: string
  readonly name: string
  readonly row: Readonly<Record<string, unknown>>
}

async function ask({ services, root, name, row }: Question): Promise<ToPredictPage> {
  try {
    const api = await services.backends.connect(root)
    const started = performance.now()
    const answer = await api.predict(name, row)
    return { type: 'answer', answer, elapsedMs: performance.now() - started }
  } catch (error) {
    if (!(error instanceof BackendAnswer)) services.output.error(String(error))
    return { type: 'problem', message: error instanceof Error ? error.message : String(error) }
  }
}
