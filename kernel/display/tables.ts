/** Values that are tables, and the answers to grids that ask for more of one. Loads what it takes when first needed. */
import { tableTarget } from '../../library/display/messages.ts'
import type { Comms } from './api.ts'
import { arrowView, isArrowTable } from './arrow.ts'
import { danfoView, isDanfo } from './danfo.ts'
import { isRowArray, rowArrayView } from './objects.ts'
import { plainText } from './text.ts'

type Bundle = Readonly<Record<string, unknown>>

/** The bundle of a danfo frame, an Arrow table or an array of plain objects; undefined for anything else. */
export function tableBundleOf(value: object): Promise<Bundle> | undefined {
  if (isDanfo(value)) return bundles().then(({ valueBundle }) => valueBundle(value, danfoView))
  if (isArrowTable(value)) return bundles().then(({ valueBundle }) => valueBundle(value, arrowView))
  if (isRowArray(value))
    // Text goes on being what an array looks like everywhere.
    return bundles().then(({ valueBundle }) => ({
      ...valueBundle(value, rowArrayView),
      'text/plain': plainText(value),
    }))
  return undefined
}

const bundles = () => import('../../library/display/table/bundle.ts')

/** Answers grids, of this kernel's tables and of those that an earlier one has shown. */
export function answerTables(comms: Comms): void {
  comms.register(tableTarget, (comm, data) => {
    void import('../../library/display/table/service.ts').then(({ serveTable }) => serveTable(comm, data))
  })
}
