/**
 * A project's catalog as the server reads it: opened when its file is there, looked at again when the file is another.
 * A catalog that cannot be read is logged once and then absent, which analysis reports as a warning.
 */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Catalog } from '../../catalog/index.ts'
import type { CatalogView } from '../../language/index.ts'
import type { CatalogHit } from '../messages.ts'
import { featureLineSnippet, planKeys } from '../features/completion/features.ts'
import { emptyView, type ProjectCatalog } from './catalog.ts'
import type { Log } from './guard.ts'

interface State {
  readonly file: string
  readonly inode: bigint
  readonly catalog: Catalog
}

export function openProjectCatalog(root: string, log: Log): ProjectCatalog {
  let open: State | undefined
  let view: CatalogView | undefined = emptyView
  let seen = ''
  let complained = ''

  const close = (): void => {
    open?.catalog.close()
    open = undefined
  }
  const look = async (): Promise<void> => {
    const { file, named } = await catalogFile(root)
    const inode = (await stat(file, { bigint: true }).catch(() => undefined))?.ino
    if (open && (open.file !== file || open.inode !== inode)) close()
    // Nothing is registered yet in a project that says nothing else; a catalog it names has to be there.
    if (inode === undefined && named) throw new Error(`Expected a catalog at ${file}, got no file.`)
    if (inode === undefined) view = emptyView
    else {
      open ??= { file, inode, catalog: (await import('../../catalog/index.ts')).openCatalog(file) }
      view = open.catalog.view()
    }
    complained = ''
  }

  return {
    view: () => view,
    statistics: (name, version) => open?.catalog.feature(name, version)?.statistics,
    search: async (text, limit) =>
      (open?.catalog.search(text, { limit, deprecated: true }) ?? []).map(hit => hitOf(root, hit)),
    async refresh() {
      const now = await signature(root)
      if (now === seen) return false
      seen = now
      try {
        await look()
      } catch (error) {
        view = undefined
        const message = error instanceof Error ? error.message : String(error)
        if (message !== complained) log(message)
        complained = message
      }
      return true
    },
    dispose: close,
  }
}

/** Where the catalog is kept: `catalog` of slipway.json. */
async function catalogFile(root: string): Promise<{ file: string; named: boolean }> {
  const text = await readFile(path.join(root, 'slipway.json'), 'utf8').catch(() => '{}')
  const named = catalogSetting(text)
  if (named === undefined || named === 'embedded')
    return { file: path.join(root, '.slipway/catalog.db'), named: false }
  return { file: path.resolve(root, named), named: true }
}

/** What is wrong with slipway.json is said by whoever loads the project; here it is as if it said nothing. */
function catalogSetting(text: string): string | undefined {
  try {
    const settings: unknown = JSON.parse(text)
    const found =
      typeof settings === 'object' && settings !== null && 'catalog' in settings
        ? settings.catalog
        : undefined
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

/** Another text whenever the catalog may say something else. An empty log of SQLite comes with merely opening it. */
async function signature(root: string): Promise<string> {
  const { file } = await catalogFile(root)
  const states = await Promise.all(
    [file, `${file}-wal`].map(name => stat(name, { bigint: true }).catch(() => undefined)),
  )
  return [
    file,
    ...states.map(state => (state && state.size > 0n ? `${state.ino} ${state.mtimeNs} ${state.size}` : '')),
  ].join('\n')
}

function hitOf(project: string, { feature }: ReturnType<Catalog['search']>[number]): CatalogHit {
  const { name, version, plan, active, nUses } = feature
  return {
    name,
    version,
    type: plan.type,
    entity: plan.entity,
    owner: plan.owner,
    tags: plan.tags,
    doc: plan.doc,
    uses: nUses,
    active,
    insertText: featureLineSnippet({ name, keys: planKeys(plan).map(key => [key]) }),
    project,
  }
}
