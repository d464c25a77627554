/**
 * Questions of user code to the one who runs it: sent to the client whose cell asks and to no other, answered by
 * the first reply of that client to this very question.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-stdin-router-dealer-channel
 */
import type { Incoming, Message, MessageFactory } from '../wire/message.ts'
import type { Log, Transport } from '../wire/transport.ts'
import type { ChildEvent } from './child-protocol.ts'
import type { KnownRun } from './execute.ts'
import type { UserProcess } from './user-process.ts'

export interface InputParts {
  readonly transport: Transport
  readonly createMessage: MessageFactory
  readonly process: Pick<UserProcess, 'answerInput'>
  run(id: string): KnownRun | undefined
  flushOutput(): void
  readonly log: Log
}

export interface Input {
  ask(event: Extract<ChildEvent, { type: 'input' }>): void
  /** A message on the stdin channel. */
  receive(incoming: Incoming): void
  /** Nobody waits for an answer any more. */
  forget(): void
}

/** What a client sends for the end of the input. */
const endOfInput = '\x04'

const noStdin =
  'This client cannot be asked for text: it ran the cell without stdin (allow_stdin is false). ' +
  'Put the value into the cell, an environment variable or a file.'

export function createInput({ transport, createMessage, process, run, flushOutput, log }: InputParts): Input {
  let open: { readonly request: Message; readonly known: KnownRun } | undefined

  function isAnswer({ message, route }: Incoming): boolean {
    if (!open || message.header.msg_type !== 'input_reply') return false
    const parent = (message.parent_header as { readonly msg_id?: unknown }).msg_id
    const { request, known } = open
    const answersThis = parent === undefined || parent === '' || parent === request.header.msg_id
    return answersThis && sameRoute(route, known.route)
  }

  return {
    ask({ run: id, prompt, password }) {
      const known = run(id)
      if (!known?.allowStdin) return process.answerInput({ error: noStdin })
      flushOutput()
      open = {
        request: createMessage('input_request', { prompt, password }, { parent: known.message }),
        known,
      }
      transport.send('stdin', open.request, known.route)
    },
    receive(incoming) {
      if (!isAnswer(incoming))
        return log(`Dropped a message on stdin: expected an answer, got ${incoming.message.header.msg_type}.`)
      open = undefined
      const { value } = incoming.message.content
      process.answerInput({ text: value === endOfInput ? null : String(value ?? '') })
    },
    forget: () => (open = undefined),
  }
}

function sameRoute(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((frame, i) => Buffer.from(frame).equals(b[i]!))
}
