/** What of completion, hovers, hints and lenses the editor can show. What it does not say, it cannot show. */
import { type InitializeParams, MarkupKind } from 'vscode-languageserver/node'

export interface Abilities {
  /** Suggestions may have places to fill in. */
  readonly snippets: boolean
  /** Documentation and edits elsewhere may come when a suggestion is looked at. */
  readonly resolvesDocumentation: boolean
  readonly markdown: boolean
  /** Hovers show images that are in the text itself. */
  readonly images: boolean
  /** Has the commands of code lenses: `slipway.trainSample`, `slipway.runTests`, `slipway.showSql`, `slipway.showReferences`. */
  readonly commands: boolean
  /** Code actions may give their edit when they are chosen. */
  readonly resolvesActions: boolean
}

/** Options of ours in `initializationOptions`. */
interface Options {
  readonly commands?: unknown
  readonly hoverImages?: unknown
}

/** Editors whose hovers are known to show images. */
const showsImages = /^(Visual Studio Code|Code - OSS|VSCodium|Cursor|Windsurf)/

export function abilitiesOf(params: Partial<InitializeParams> | undefined): Abilities {
  const { completion, hover, codeAction } = params?.capabilities?.textDocument ?? {}
  const options = (params?.initializationOptions ?? {}) as Options
  const markdown = hover?.contentFormat?.includes(MarkupKind.Markdown) === true
  const known = showsImages.test(params?.clientInfo?.name ?? '')
  return {
    snippets: completion?.completionItem?.snippetSupport === true,
    resolvesDocumentation:
      completion?.completionItem?.resolveSupport?.properties.includes('documentation') === true,
    markdown,
    images: markdown && (options.hoverImages === undefined ? known : options.hoverImages === true),
    commands: options.commands === true,
    resolvesActions: codeAction?.resolveSupport?.properties.includes('edit') === true,
  }
}

/** An editor that can do everything but images and commands. */
export const usualAbilities: Abilities = {
  snippets: true,
  resolvesDocumentation: false,
  markdown: true,
  images: false,
  commands: false,
  resolvesActions: false,
}
