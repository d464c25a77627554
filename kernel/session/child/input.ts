/** `prompt(text)`: asks the client for a line of text and waits for it, as in a browser. */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { InputAnswer } from '../child-protocol.ts'
import { sendEvent } from './events.ts'
import type { RunContext } from './run.ts'
import { places } from './shared-state.ts'
import type { Control } from './user-thread.ts'

/**
 * The line that the user gave; null when they ended the input instead. With `password` it is not shown while they
 * type. Throws an InputUnavailable where nobody can be asked.
 */
export type Prompt = (text?: string, options?: { readonly password?: boolean }) => string | null

/** The user thread sleeps until the control thread has the answer; an interrupt wakes it too. */
export function createInput({ state, inputs }: Control, context: RunContext): Prompt {
  return (text = '', { password = false } = {}) => {
    while (receiveMessageOnPort(inputs)) continue // An answer to a question that was interrupted.
    Atomics.store(state, places.input, 1)
    sendEvent({
      type: 'input',
      run: context.current()?.id ?? '',
      prompt: String(text),
      password: Boolean(password),
    })
    Atomics.wait(state, places.input, 1)
    const answer = (receiveMessageOnPort(inputs) as { message: InputAnswer } | undefined)?.message
    if (answer && 'error' in answer) throw unavailable(answer.error)
    return answer?.text ?? null
  }
}

function unavailable(message: string): Error {
  const error = new Error(message)
  error.name = 'InputUnavailable'
  return error
}
