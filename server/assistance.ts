/** The requests of what helps while writing: suggestions, explanations, hints, lenses. */
import type { CodeLens, CompletionItem, Range } from 'vscode-languageserver/node'
import type { FileContext } from './core/context.ts'
import { codeLenses, resolveLens, uriOfLens } from './features/code-lenses.ts'
import { completion } from './features/completion.ts'
import { resolveCompletion, uriOfItem } from './features/completion/resolve.ts'
import { hover } from './features/hover.ts'
import { inlayHints } from './features/inlay-hints.ts'
import { signatureHelp } from './features/signature-help.ts'
import { type FileParams, type Handlers, answered } from './requests.ts'
import { type Session, fileOf } from './session.ts'

export function registerAssistance(session: Session, { file, place, other }: Handlers): void {
  const { connection } = session
  connection.onCompletion(
    place('completion', (found, offset) => completion(found, offset, session.abilities)),
  )
  connection.onCompletionResolve(
    answered(
      other('completionItem/resolve', async (item: CompletionItem) => {
        const found = await fileNamed(session, uriOfItem(item))
        return found ? resolveCompletion(found, item, session.abilities) : item
      }),
    ),
  )
  connection.onHover(place('hover', (found, offset) => hover(found, offset, session.abilities)))
  connection.onSignatureHelp(
    place('signatureHelp', (found, offset) => signatureHelp(found, offset, session.abilities)),
  )
  connection.languages.inlayHint.on(
    answered(
      file('inlayHint', (found, { range }: FileParams & { range: Range }) =>
        inlayHints(found, range, found.project.settings.inlayHints),
      ),
    ),
  )
  connection.onCodeLens(
    answered(
      file('codeLens', found =>
        found.project.settings.codeLens.enabled ? codeLenses(found, session.abilities) : [],
      ),
    ),
  )
  connection.onCodeLensResolve(
    answered(
      other('codeLens/resolve', async (lens: CodeLens) => {
        const found = await fileNamed(session, uriOfLens(lens))
        return found ? resolveLens(found, lens) : lens
      }),
    ),
  )
}

async function fileNamed(session: Session, uri: string | undefined): Promise<FileContext | undefined> {
  return uri === undefined ? undefined : fileOf(session, uri)
}
