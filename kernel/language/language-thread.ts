/** The worker in which the TypeScript service lives: takes calls, gives answers. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../errors.ts'
import { CellSyntaxError } from '../session/rewrite.ts'
import type { LanguageAnswer, LanguageCall } from './client.ts'
import { createCellService } from './service.ts'

export function startLanguageThread(): void {
  const { folder } = workerData as { folder: string }
  const service = createCellService(folder)
  const methods: Readonly<Record<string, (argument: never) => unknown>> = { ...service }
  parentPort!.on('message', async ({ id, method, argument }: LanguageCall) => {
    parentPort!.postMessage(await answer(id, () => methods[method]!(argument as never)))
  })
}

async function answer(id: number, call: () => unknown): Promise<LanguageAnswer> {
  try {
    return { id, value: await call() }
  } catch (error) {
    const message = messageOf(error)
    if (!(error instanceof CellSyntaxError)) return { id, error: { message } }
    const { line, column, incomplete } = error
    return { id, error: { message, at: { line, column, incomplete } } }
  }
}
