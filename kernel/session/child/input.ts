/** `prompt(text)`: asks the client for a line of text and waits for it, as in a browser. */
import { receiveMessageOnPort } from 'node:worker_threads'
import { sendEvent } from './events.ts'
import type { RunContext } from './run.ts'
import type { Control } from './user-thread.ts'

export type Prompt = (text?: string, options?: { readonly password?: boolean }) => string | null

/** The user thread sleeps until the control thread has the answer; an interrupt wakes it too. */
export function createInput({ state, inputs }: Control, context: RunContext): Prompt {
  return (text = '', { password = false } = {}) => {
    while (receiveMessageOnPort(inputs)) continue // An answer to a question that was interrupted.
    Atomics.store(state, 1, 1)
    sendEvent({ type: 'input', run: context.current()?.id ?? '', prompt: text, password })
    Atomics.wait(state, 1, 1)
    const answer = receiveMessageOnPort(inputs) as { message: string | null } | undefined
    return answer?.message ?? null
  }
}
