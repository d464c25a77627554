/**
 * What the kernel process may ask the thread that runs user code: a table of names and functions, to which each
 * part adds its own where the thread is put together. Every question is answered once, an interrupted one too.
 */
import { messageOf } from '../../errors.ts'
import type { Question } from '../child-protocol.ts'
import { sendEvent } from './events.ts'

/** Answers with something that JSON can say. What it throws is the answer, too: an error. */
export type Answerer = (argument: unknown) => unknown

export interface Questions {
  /** Adds a question that can be asked. A name has one function: the last. */
  on(name: string, answer: Answerer): void
  receive(question: Question): void
  /** Fails the questions that are open. */
  interrupt(): void
}

export function createQuestions(send: typeof sendEvent = sendEvent): Questions {
  const answerers = new Map<string, Answerer>()
  const open = new Set<number>()

  function settle(id: number, answer: { readonly value?: unknown; readonly error?: string }): void {
    if (!open.delete(id)) return
    try {
      send({ type: 'answer', id, ...answer })
    } catch (error) {
      // The value is nothing that JSON can say.
      send({ type: 'answer', id, error: messageOf(error) })
    }
  }

  async function answer({ id, name, argument }: Question): Promise<void> {
    open.add(id)
    try {
      const answerer = answerers.get(name)
      if (!answerer) throw new Error(`Expected a question that is known here, got ${name}.`)
      settle(id, { value: await answerer(argument) })
    } catch (error) {
      settle(id, { error: messageOf(error) })
    }
  }

  return {
    on: (name, answer) => void answerers.set(name, answer),
    receive: question => void answer(question),
    interrupt() {
      for (const id of open) settle(id, { error: 'It was interrupted.' })
    },
  }
}
