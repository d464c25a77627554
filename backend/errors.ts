/**
 * Everything that can go wrong between a caller and the service, from one table of stable codes. The same class is
 * thrown inside the service, written into an answer, and thrown again by the client.
 */
import type { ErrorBody, ErrorDetail } from './api/common.ts'

/** code → HTTP status. What each means: docs/backend.md. */
export const backendErrors = {
  /** The service cannot be reached. Raised by the client only. */
  BCK001: 503,
  /** The token is missing or wrong. */
  BCK002: 401,
  /** The request does not fit the schema. */
  BCK003: 400,
  /** No such pipeline, run, model, endpoint or route. */
  BCK004: 404,
  /** The bytes do not have the digest they were sent under. */
  BCK005: 400,
  /** A pipeline names blobs that were not uploaded. */
  BCK006: 409,
  /** The version does not fit the content. */
  BCK007: 400,
  /** The pipeline's manifest or lock cannot be used. */
  BCK008: 400,
  /** A parameter is unknown or of the wrong type. */
  BCK009: 400,
  /** The run is not in a state in which this can be done. */
  BCK010: 409,
  /** A requirement of the model is not met. */
  BCK011: 409,
  /** A value sent to predict is of the wrong type, missing or unknown. */
  BCK012: 400,
  /** The endpoint is not ready. */
  BCK013: 503,
  /** Another backend uses the state folder. */
  BCK014: 409,
  /** A step's code threw. */
  BCK015: 500,
  /** A step's process ended without a result. */
  BCK016: 500,
  /** A stored artifact is missing or does not have its digest. */
  BCK017: 500,
  /** The address cannot be listened on. */
  BCK018: 503,
  /** The project cannot be submitted: a file is missing or differs from the lock. */
  BCK019: 400,
  /** The request is larger than the service takes. */
  BCK020: 413,
  /** A fault of ours. */
  BCK500: 500,
} as const

export type BackendErrorCode = keyof typeof backendErrors

export interface BackendErrorOptions {
  readonly expected?: string
  readonly got?: string
  /** What to do about it. */
  readonly action?: string
  readonly details?: readonly ErrorDetail[]
  readonly requestId?: string
  readonly cause?: unknown
}

/** `message` says everything in one text: what is wrong, expected, got, what to do. `summary` is its first part. */
export class BackendError extends Error {
  readonly code: BackendErrorCode
  readonly summary: string
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly action: string | undefined
  readonly details: readonly ErrorDetail[]
  readonly requestId: string | undefined

  constructor(code: BackendErrorCode, summary: string, options: BackendErrorOptions = {}) {
    super(errorText(summary, options), options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'BackendError'
    this.code = code
    this.summary = summary
    this.expected = options.expected
    this.got = options.got
    this.action = options.action
    this.details = options.details ?? []
    this.requestId = options.requestId
  }

  get status(): number {
    return backendErrors[this.code]
  }
}

function errorText(summary: string, { expected, got, action }: BackendErrorOptions): string {
  return [
    summary,
    expected !== undefined && `Expected: ${expected}.`,
    got !== undefined && `Got: ${got}.`,
    action !== undefined && `${action}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** What an error looks like on the wire. */
export function errorBody(error: BackendError, requestId: string): ErrorBody {
  const { code, summary, expected, got, action, details } = error
  return {
    error: {
      code,
      message: summary,
      expected,
      got,
      action,
      details: details.length ? [...details] : undefined,
      requestId,
    },
  }
}

/** The error of an answer, for the client; an answer that is not ours becomes BCK500. */
export function errorFromBody(status: number, body: unknown): BackendError {
  const error = (body as Partial<ErrorBody> | undefined)?.error
  if (error === undefined || !(error.code in backendErrors)) {
    return new BackendError('BCK500', `The backend answered with status ${status} and no explanation.`, {
      got: JSON.stringify(body)?.slice(0, 300),
      action: 'Check that the URL is that of a Slipway backend.',
    })
  }
  const { code, message, ...rest } = error
  return new BackendError(code as BackendErrorCode, message, rest)
}

/** `known` names closest to `name`, for "did you mean". */
export function suggestNames(name: string, known: readonly string[]): readonly string[] {
  const limit = Math.max(2, Math.floor(name.length / 3))
  return known
    .map(other => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, distance }) => distance <= limit || other.includes(name) || name.includes(other))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ other }) => other)
}

/** BCK004 with suggestions. `what` is a noun, e.g. `endpoint`. */
export function notFound(what: string, name: string, known: readonly string[] = []): BackendError {
  const close = suggestNames(name, known)
  const listed = close.length ? close : known.slice(0, 5)
  return new BackendError('BCK004', `There is no ${what} "${name}".`, {
    expected: known.length ? `one of ${listed.join(', ')}` : undefined,
    action: close.length ? `Did you mean ${close.join(' or ')}?` : undefined,
  })
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
