/**
 * The debugger's end in the worker beside user code: takes its commands to V8's inspector and its events back.
 * Until the first command nothing of this does anything.
 */
import type { Session } from 'node:inspector/promises'
import type { Bundle, ControlAnswer, InspectorRequest } from '../session/child-protocol.ts'

export interface Relay {
  command(request: InspectorRequest): void
  /** Ends what user code's thread is doing, also where it is paused, and forbids pauses until `allowPauses`. */
  terminate(): void
  allowPauses(): void
}

export function createRelay(session: Session, answer: (message: ControlAnswer) => void): Relay {
  let listening = false
  let skipsPauses = false

  function listen(): void {
    if (listening) return
    listening = true
    session.on('inspectorNotification', message => {
      const { method } = message
      const params = message.params as Bundle
      if (isWanted(method, params)) answer({ type: 'inspector-event', method, params })
    })
  }

  const post = session.post.bind(session) as (method: string, params?: Bundle) => Promise<Bundle | undefined>

  return {
    command({ id, method, params }) {
      listen()
      post(method, params).then(
        result => answer({ type: 'inspected', id, result: result ?? {} }),
        (error: Error) => answer({ type: 'inspected', id, error: plainReason(error) }),
      )
    },
    terminate() {
      const send = (method: string, params?: Bundle) => void post(method, params).catch(() => undefined)
      skipsPauses ||= listening
      if (listening) send('Debugger.setSkipAllPauses', { skip: true })
      // What the debugger has evaluated meanwhile would otherwise go on.
      send('Runtime.terminateExecution')
      // An error where nothing is paused.
      if (listening) send('Debugger.resume', { terminateOnResume: true })
    },
    allowPauses() {
      if (skipsPauses) void post('Debugger.setSkipAllPauses', { skip: false }).catch(() => undefined)
      skipsPauses = false
    },
  }
}

/** Node's own scripts are many, and nobody asks for them. */
function isWanted(method: string, params: Bundle): boolean {
  if (method === 'Debugger.scriptParsed') return !/^(node:|$)/.test(String(params['url']))
  return method.startsWith('Debugger.')
    ? method !== 'Debugger.scriptFailedToParse'
    : method === 'Runtime.bindingCalled'
}

const plainReason = (error: Error) => error.message.replace(/^Inspector error -?\d+: /, '')
