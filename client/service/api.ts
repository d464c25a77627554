/**
 * What views and pages ask a project's backend: lists, the events of a run, predictions. Everything that changes
 * something there goes through the command line (commands/cli.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  EndpointList,
  ErrorBody,
  ModelList,
  PredictResponse,
  Run,
  RunEvent,
  RunList,
} from '../../backend/api/index.ts'

export interface Address {
  readonly url: string
  readonly token: string
}

/** The backend answered, with an error. */
export class BackendAnswer extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'BackendAnswer'
    this.status = status
  }
}

export interface BackendApi {
  readonly address: Address
  runs(): Promise<RunList>
  run(id: string): Promise<Run>
  models(): Promise<ModelList>
  endpoints(): Promise<EndpointList>
  /** One row. */
  predict(endpoint: string, row: Readonly<Record<string, unknown>>): Promise<PredictResponse>
  /** Every event once and in order; ends with the run. Reconnects for 30 s when the backend goes away. */
  events(id: string, signal: AbortSignal): AsyncGenerator<RunEvent>
}

/** Throws what `fetch` throws when nobody answers. */
export function createBackendApi(address: Address): BackendApi {
  const get = async <T>(path: string): Promise<T> => (await (await open(address, path)).json()) as T
  return {
    address,
    runs: () => get('/runs'),
    run: id => get(`/runs/${encodeURIComponent(id)}`),
    models: () => get('/models'),
    endpoints: () => get('/endpoints'),
    predict: async (endpoint, row) => {
      const path = `/endpoints/${encodeURIComponent(endpoint)}/predict`
      const body = JSON.stringify({ rows: [row] })
      const headers = { 'content-type': 'application/json' }
      const response = await open(address, path, { method: 'POST', body, headers })
      return (await response.json()) as PredictResponse
    },
    events: (id, signal) => follow(address, id, signal),
  }
}

async function open({ url, token }: Address, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
    signal: init.signal ?? AbortSignal.timeout(10_000),
  })
  if (response.ok) return response
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined
  throw new BackendAnswer(response.status, describeError(response.status, body?.error))
}

function describeError(status: number, error: Partial<ErrorBody['error']> | undefined): string {
  if (error?.message === undefined) return `The backend answered ${status} without an explanation.`
  const parts = [
    error.message,
    error.expected !== undefined && `Expected: ${error.expected}.`,
    error.got !== undefined && `Got: ${error.got}.`,
    error.action,
  ]
  return parts.filter(Boolean).join(' ')
}

const patienceMs = 30_000

async function* follow(address: Address, id: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
  let after = 0
  let lostAt: number | undefined
  while (!signal.aborted) {
    try {
      const path = `/runs/${encodeURIComponent(id)}/events?after=${after}`
      for await (const message of messages(await open(address, path, { signal }))) {
        lostAt = undefined
        if (message.event === 'end') return
        const event = JSON.parse(message.data) as RunEvent
        if (event.seq <= after) continue
        after = event.seq
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof BackendAnswer) throw error
      lostAt ??= Date.now()
      if (Date.now() - lostAt > patienceMs) throw error
    }
    await sleep(250, undefined, { signal }).catch(() => undefined)
  }
}

/** Server-sent events (WHATWG HTML); only the fields that the service sends. */
async function* messages(response: Response): AsyncGenerator<{ event: string; data: string }> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string): string =>
        block
          .split('\n')
          .filter(line => line.startsWith(`${name}: `))
          .map(line => line.slice(name.length + 2))
          .join('\n')
      if (field('data')) yield { event: field('event') || 'message', data: field('data') }
    }
  }
}
