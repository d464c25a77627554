/**
 * The typed client of the training service: one method per route, errors with the service's codes, and events that
 * resume where they were cut off. Built on `fetch`; knows nothing of files or projects.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type * as api from './api/index.ts'
import { apiPrefix } from './api/index.ts'
import { BackendError, errorFromBody } from './errors.ts'

export interface BackendClientOptions {
  /** e.g. `http://127.0.0.1:8765`. */
  readonly url: string
  readonly token: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

export interface EventsOptions {
  /** Only events with a greater sequence number. Default 0: all. */
  readonly after?: number
  readonly signal?: AbortSignal
  /** How long to keep trying a backend that went away. Default 30 s. */
  readonly patienceMs?: number
}

export type BackendClient = ReturnType<typeof createBackendClient>

/** Throws BackendError: BCK001 when nobody answers, else the service's own. */
export function createBackendClient(options: BackendClientOptions) {
  const call = createCaller(options)
  const name = encodeURIComponent
  return {
    url: options.url,
    health: () => call.json<api.Health>('GET', '/healthz', undefined, ''),

    missingBlobs: (digests: readonly string[]) =>
      call.json<api.MissingBlobs>('POST', '/blobs/missing', { digests }),
    putBlob: (digest: string, body: Uint8Array | ReadableStream<Uint8Array>) =>
      call.put(`/blobs/${digest}`, body),

    registerPipeline: (registration: api.PipelineRegistration) =>
      call.json<api.RegisteredPipeline>('POST', '/pipelines', registration),
    pipelines: () => call.json<api.PipelineList>('GET', '/pipelines'),
    pipeline: (pipeline: string) => call.json<api.PipelineSummary>('GET', `/pipelines/${name(pipeline)}`),
    pipelineVersion: (pipeline: string, version: string) =>
      call.json<api.PipelineVersion>('GET', `/pipelines/${name(pipeline)}/versions/${name(version)}`),

    submitRun: (request: api.RunRequest) => call.json<api.SubmittedRun>('POST', '/runs', request),
    runs: (pipeline?: string) =>
      call.json<api.RunList>('GET', pipeline === undefined ? '/runs' : `/runs?pipeline=${name(pipeline)}`),
    run: (id: string) => call.json<api.Run>('GET', `/runs/${name(id)}`),
    cancelRun: (id: string) => call.json<api.Run>('POST', `/runs/${name(id)}/cancel`, {}),
    retryRun: (id: string) => call.json<api.Run>('POST', `/runs/${name(id)}/retry`, {}),
    /** Every event of the run once and in order; ends when the run has ended. */
    events: (id: string, events: EventsOptions = {}) => followEvents(call, id, events),
    /** Bytes of an output of the run; of one file in it when the output is a folder. */
    runOutput: (id: string, output: string, file?: string) =>
      call.bytes(`/runs/${name(id)}/outputs/${name(output)}${file === undefined ? '' : `/${file}`}`),

    models: () => call.json<api.ModelList>('GET', '/models'),
    modelVersions: (model: string) => call.json<api.ModelList>('GET', `/models/${name(model)}`),
    modelVersion: (model: string, version: number) =>
      call.json<api.ModelVersionWithCard>('GET', `/models/${name(model)}/versions/${version}`),
    modelFile: (model: string, version: number, file: string) =>
      call.bytes(`/models/${name(model)}/versions/${version}/artifacts/${name(file)}`),

    deploy: (request: api.EndpointRequest) => call.json<api.Endpoint>('POST', '/endpoints', request),
    endpoints: () => call.json<api.EndpointList>('GET', '/endpoints'),
    endpoint: (endpoint: string) => call.json<api.Endpoint>('GET', `/endpoints/${name(endpoint)}`),
    deleteEndpoint: (endpoint: string) => call.json<api.Endpoint>('DELETE', `/endpoints/${name(endpoint)}`),
    predict: (endpoint: string, request: api.PredictRequest) =>
      call.json<api.PredictResponse>('POST', `/endpoints/${name(endpoint)}/predict`, request),
  }
}

type Caller = ReturnType<typeof createCaller>

function createCaller({ url, token, fetch: fetcher = fetch }: BackendClientOptions) {
  const base = url.replace(/\/+$/, '')
  const request = async (method: string, path: string, init: RequestInit = {}, prefix = apiPrefix) => {
    const response = await reach(base, () =>
      fetcher(`${base}${prefix}${path}`, {
        ...init,
        method,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      }),
    )
    if (response.ok) return response
    throw errorFromBody(response.status, await response.json().catch(() => undefined))
  }
  return {
    request,
    json: async <T>(method: string, path: string, body?: unknown, prefix?: string): Promise<T> => {
      const init =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await request(method, path, init, prefix)
      return reach(base, async () => (await response.json()) as T)
    },
    put: async (path: string, body: Uint8Array | ReadableStream<Uint8Array>): Promise<api.StoredBlob> => {
      const init = {
        body: body as BodyInit,
        duplex: 'half',
        headers: { 'content-type': 'application/octet-stream' },
      } as RequestInit
      return (await (await request('PUT', path, init)).json()) as api.StoredBlob
    },
    bytes: async (path: string): Promise<Uint8Array> =>
      new Uint8Array(await (await request('GET', path)).arrayBuffer()),
  }
}

async function reach<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof BackendError || (error as Error).name === 'AbortError') throw error
    const reason =
      ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message
    throw new BackendError('BCK001', `The backend at ${url} cannot be reached.`, {
      got: reason,
      action: 'Start it with `slipway backend start`, or correct `backend` in slipway.json.',
      cause: error,
    })
  }
}

async function* followEvents(call: Caller, id: string, options: EventsOptions): AsyncGenerator<api.RunEvent> {
  const { signal, patienceMs = 30_000 } = options
  let after = options.after ?? 0
  let lostAt: number | undefined
  for (;;) {
    try {
      for await (const message of openEvents(call, id, after, signal)) {
        lostAt = undefined
        if (message.event === 'end') return
        const event = JSON.parse(message.data) as api.RunEvent
        // A reconnect may overlap: an event is given once.
        if (event.seq <= after) continue
        after = event.seq
        yield event
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof BackendError) || error.code !== 'BCK001') throw error
      lostAt ??= Date.now()
      if (Date.now() - lostAt > patienceMs) throw error
    }
    await sleep(250, undefined, { signal })
  }
}

interface ServerSentMessage {
  readonly event: string
  readonly data: string
}

/** One connection's messages (WHATWG HTML, "Server-sent events"; only the fields that the service sends). */
async function* openEvents(call: Caller, id: string, after: number, signal: AbortSignal | undefined) {
  const path = `/runs/${encodeURIComponent(id)}/events?after=${after}`
  const response = await call.request('GET', path, {
    signal: signal ?? null,
    headers: { accept: 'text/event-stream' },
  })
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>
  const reader = response.body!.pipeThrough(decoder).getReader()
  let text = ''
  try {
    for (;;) {
      const chunk = await readChunk(reader, signal)
      if (chunk === undefined) return
      text += chunk
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) {
        const parsed = parseMessage(message)
        if (parsed) yield parsed
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** A connection that breaks off is an end like another: the caller resumes. */
async function readChunk(reader: ReadableStreamDefaultReader<string>, signal: AbortSignal | undefined) {
  try {
    return (await reader.read()).value
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

function parseMessage(text: string): ServerSentMessage | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7)
    else if (line.startsWith('data: ')) data.push(line.slice(6))
  }
  return data.length ? { event, data: data.join('\n') } : undefined
}
