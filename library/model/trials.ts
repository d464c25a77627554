/** Where the finished trials of a search are kept until it ends. */
import { join } from 'node:path'

/** In the project's own folder, per model; a search that was ended goes on from it. */
export function trialsFileOf(root: string, model: string): string {
  return join(root, '.slipway', 'trials', `${encodeURIComponent(model)}.jsonl`)
}
