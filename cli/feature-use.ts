/** Tells the catalog who uses which feature versions, so that search ranks what is relied on. */
import { existsSync } from 'node:fs'
import { openCatalog, parseFeatureId, type Catalog, type Consumer } from '../catalog/index.ts'
import { catalogFile, readConfig } from '../library/project.ts'
import { messageOf } from '../library/errors.ts'
import type { Output } from './output.ts'

/**
 * Records the use. A catalog that cannot be reached is a warning: it must not stop a submission.
 * @param ids `name@version`; those that are not registered are left out
 */
export async function recordFeatureUse(
  root: string,
  consumer: Consumer,
  { ids, output }: { readonly ids: Iterable<string>; readonly output: Output },
): Promise<void> {
  const file = catalogFile(root, await readConfig(root))
  if (!existsSync(file)) return
  try {
    const catalog = openCatalog(file)
    try {
      for (const id of ids) recordOne(catalog, id, consumer)
    } finally {
      catalog.close()
    }
  } catch (error) {
    output.warn(`The catalog could not be told who uses its features: ${messageOf(error)}`)
  }
}

function recordOne(catalog: Catalog, id: string, consumer: Consumer): void {
  const { name, version } = parseFeatureId(id)
  if (version === undefined || catalog.feature(name, version) === undefined) return
  catalog.recordUse({ name, version }, consumer)
}
