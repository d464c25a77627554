/** Listens before there is anybody to answer: what comes meanwhile is kept for the one who will. */
import type { Incoming } from './message.ts'
import type { Transport } from './transport.ts'

/** The same transport, listening from now on. A failure to listen is told to whoever calls `listen`. */
export function listenEarly(transport: Transport): Transport {
  let waiting: Incoming[] = []
  let closed = false
  let handle = (incoming: Incoming): void => void waiting.push(incoming)
  let close = (): void => void (closed = true)
  const listening = transport.listen({ onMessage: incoming => handle(incoming), onClose: () => close() })
  listening.catch(() => undefined)
  return {
    ...transport,
    async listen({ onMessage, onClose }) {
      await listening
      handle = onMessage
      close = onClose
      const came = waiting
      waiting = []
      for (const incoming of came) onMessage(incoming)
      if (closed) onClose()
    },
  }
}
