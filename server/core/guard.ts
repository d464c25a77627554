/**
 * The border between a request and the code that answers it: a fault in our code is logged with the request's name
 * and answered with nothing, a cancelled request is neither run nor logged. The process lives on.
 */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node'

export type Log = (message: string) => void

/** What the editor gets for a request that it has taken back. */
export const cancelled = (): ResponseError<void> =>
  new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.')

/** What the editor gets for a request about a text that has changed meanwhile. */
export const outdated = (): ResponseError<void> =>
  new ResponseError(LSPErrorCodes.ContentModified, 'The text was changed meanwhile.')

/** Thrown by work that stops because its request was taken back. */
export class Cancelled extends Error {}

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
      if (token.isCancellationRequested || error instanceof Cancelled) return cancelled()
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

/** How long work may go on before messages that have arrived are looked at. */
const turnMs = 5

/**
 * For long work: awaited between its pieces, it lets other messages in every few milliseconds.
 * @throws Cancelled when the token says that nobody waits any more
 */
export function createPauses(token?: CancellationToken): () => Promise<void> | undefined {
  let since = performance.now()
  const pause = async (): Promise<void> => {
    await new Promise(resolve => setImmediate(resolve))
    since = performance.now()
    if (token?.isCancellationRequested) throw new Cancelled()
  }
  return () => (performance.now() - since < turnMs ? undefined : pause())
}
