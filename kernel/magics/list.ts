/** `%magics`: what there is. */
import { magicForms } from '../../language/notebook/assist.ts'
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

/** `%time [statement], %%time`. */
export function usage(entry: MagicEntry): string {
  return magicForms(entry).join(', ')
}
