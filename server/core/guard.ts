/**
 * The border between a request and the code that answers it: a fault in our code is logged with the request's name
 * and answered with nothing, a cancelled request is neither run nor logged. The process lives on.
 */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node'

export type Log = (message: string) => void

/** What the editor gets for a request that it has taken back. */
export const cancelled = (): ResponseError<void> =>
  new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.')

/** A request's handler that never fails: `nothing` is the answer when `handle` throws. */
export function guarded<P, R>(
  name: string,
  log: Log,
  handle: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token: CancellationToken) => Promise<R | null | ResponseError<void>> {
  return async (params, token) => {
    if (token.isCancellationRequested) return cancelled()
    try {
      const result = await handle(params, token)
      return token.isCancellationRequested ? cancelled() : result
    } catch (error) {
      if (token.isCancellationRequested) return cancelled()
      log(`${name} failed: ${describeError(error)}`)
      return null
    }
  }
}

/** The same for a notification, which has no answer. */
export function guardedNotification<P>(
  name: string,
  log: Log,
  handle: (params: P) => void | Promise<void>,
): (params: P) => Promise<void> {
  return async params => {
    try {
      await handle(params)
    } catch (error) {
      log(`${name} failed: ${describeError(error)}`)
    }
  }
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
