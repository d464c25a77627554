/** Tells the editor that what it shows beside the text may be others: colours, hints, lenses. Once for many changes. */
import type { RefreshKind } from './client.ts'

export interface RefresherOptions {
  readonly refresh: (kind: RefreshKind) => void
}

const kinds: readonly RefreshKind[] = ['semanticTokens', 'inlayHint', 'codeLens']

/** So long nothing else happens before the editor is told. */
const quietMs = 300

export class Refresher {
  readonly #options: RefresherOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: RefresherOptions) {
    this.#options = options
  }

  schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => kinds.forEach(this.#options.refresh), quietMs)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
