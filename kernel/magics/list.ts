/** `%magics`: what there is. */
import { magics, type MagicEntry } from '../../language/notebook/magics.ts'
import type { MagicRunner } from './context.ts'
import { showTable } from './show-table.ts'

export const list: MagicRunner = async (_, context) => {
  context.display(
    showTable(
      ['magic', 'what it does'],
      magics.map(entry => [usage(entry), entry.summary]),
    ),
  )
  return undefined
}

/** `%time [statement]`, `%%bash`. */
export function usage({ name, kinds, usage }: MagicEntry): string {
  const signs = kinds.map(kind => (kind === 'cell' ? `%%${name}` : `%${name}${usage ? ` ${usage}` : ''}`))
  return signs.join(', ')
}
