/**
 * Answers an editor's questions about notebooks for as long as the editor lives, so that what TypeScript has read of
 * declarations is read once. Runs no code of the user's and writes nothing.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node'
import {
  editsToCells,
  notebookDependencies,
  type EffectStub,
  type ProposeOptions,
} from '../../promote/index.ts'
import { readEffectStubs } from '../effect-stubs.ts'
import { codeOf } from '../errors.ts'
import { readTexts } from '../promotion/folder.ts'
import { rootOfNotebook } from '../promotion/root.ts'
import { installedTypes } from '../project-view.ts'
import { notebookOf } from '../run-notebook.ts'
import { withSessionLog } from '../session-log.ts'
import type { AssistRequests, NotebookText } from './messages.ts'
import { previewPromotion } from './preview.ts'

export type DeclarationCache = NonNullable<ProposeOptions['cache']>

type Handlers = {
  readonly [Method in keyof AssistRequests]: (
    params: AssistRequests[Method]['params'],
  ) => AssistRequests[Method]['answer'] | Promise<AssistRequests[Method]['answer']>
}

/** JSON-RPC's code for a failure of the one who answers. */
const internalError = -32603

/** Serves until the input ends. */
export function serveAssist(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  const connection = createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output))
  const caches = new Map<string, DeclarationCache>()
  for (const [method, handle] of Object.entries(createHandlers(caches)))
    connection.onRequest(method, async (params: unknown) => {
      try {
        return await handle(params as never)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new ResponseError(internalError, message, { code: codeOf(error) ?? 'INTERNAL' })
      }
    })
  connection.listen()
  return new Promise(resolve => connection.onClose(resolve))
}

function createHandlers(caches: Map<string, DeclarationCache>): Handlers {
  /** Declarations are found from the notebook's folder. */
  const cacheOf = (folder: string): DeclarationCache => {
    const known = caches.get(folder)
    if (known) return known
    const made: DeclarationCache = new Map()
    caches.set(folder, made)
    return made
  }
  return {
    dependencies: params => {
      const folder = dirname(params.file)
      return notebookDependencies({
        notebook: notebookText(params),
        folder,
        typesOf: installedTypes,
        cache: cacheOf(folder),
        stubs: stubsFor(params.file),
      })
    },
    back: params => editsToCells(notebookText(params), readTexts(params.folder) ?? {}),
    preview: params => previewPromotion(params, cacheOf(dirname(params.file))),
  }
}

/** With the log of another client's session, where the notebook has none of its own. */
function notebookText({ file, text = readFileSync(file, 'utf8') }: NotebookText): string {
  return withSessionLog(file, text, notebookOf(text, file))
}

/** The stubs that promotion goes by. A wrong one is told where promotion is asked for. */
function stubsFor(file: string): readonly EffectStub[] {
  try {
    return readEffectStubs(rootOfNotebook(file))
  } catch {
    return []
  }
}
