/** What a pipeline rests on: data, model files, catalog features and packages, with their content at promotion. */
import type { CatalogFeature, FeatureDefinition, Plan } from '../language/index.ts'
import type { PromoteDiagnostic } from './errors.ts'
import { modelCopyPath, pipelineFormat, type Lock, type LockedFeature } from './manifest.ts'
import type { Texts } from './merge.ts'
import { sha256 } from './version.ts'

/** The project as promotion needs to see it; whoever calls does the reading. Paths are project-relative. */
export interface ProjectView {
  /** Content of the data files that a path or pattern names; none when there is no such file. */
  data(path: string): Promise<readonly { path: string; sha256: string; sizeBytes: number }[]>
  /**
   * A model by the text given to `model(…)`: a path or a name. `files` are the `.slip` files to take along (the one
   * that declares it and those it uses). Without a plan, `problem` says why.
   * @param cells texts of `.slip` files that only the pipeline has, by path, where the reference is one of them
   */
  model(
    reference: string,
    cells?: Texts,
  ): Promise<{
    readonly files: readonly { readonly path: string; readonly text: string }[]
    readonly plan?: Plan
    readonly problem?: string
  }>
  /** Names of all models of the project's files. */
  models?(): Promise<readonly string[]>
  /**
   * A module of the project by what an import says: `./x.ts`, also without its extension, or as tsconfig.json allows.
   * Undefined for what is no file of the project. @param from the importing module; absent: the notebook
   */
  module?(
    specifier: string,
    from?: string,
  ): Promise<{ readonly path: string; readonly text: string } | undefined>
  /** A feature of the catalog by `name` (its newest active version) or `name@version`. */
  feature?(id: string): Promise<CatalogFeature | undefined>
  /** The installed version of a package. */
  packageVersion(name: string): Promise<Lock['packages'][string] | undefined>
}

export interface Reference {
  /** `feature`: of the catalog, its path being `name` or `name@version`. `models`: any of the project's. */
  readonly kind: 'data' | 'model' | 'models' | 'feature'
  readonly path: string
  readonly cell: string
  /** One of several that it may be: none need be there. */
  readonly isPossible?: boolean
}

export interface LockRequest {
  readonly project: ProjectView
  readonly references: readonly Reference[]
  readonly packages: readonly string[]
  readonly seed: number
  /** `.slip` files that came of cells, by path as references name them. */
  readonly cells?: Texts
}

export interface LockResult {
  readonly lock: Lock
  /** The pipeline's copies of model files, by path in the pipeline. */
  readonly files: Readonly<Record<string, string>>
  readonly diagnostics: readonly PromoteDiagnostic[]
}

export async function createLock({
  project,
  references,
  packages,
  seed,
  cells = {},
}: LockRequest): Promise<LockResult> {
  const diagnostics: PromoteDiagnostic[] = []
  const data = new Map<string, Lock['data'][number]>()
  const models = new Map<string, Lock['models'][number]>()
  const features: Record<string, LockedFeature> = {}
  const files: Record<string, string> = {}

  const missing = new Set<string>()
  async function addData(path: string, cell: string, isPossible = false): Promise<void> {
    // What lies elsewhere has no content to fix; the preview says that it is read.
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return
    const found = await project.data(path)
    for (const each of found) data.set(each.path, each)
    if (found.length > 0 || isPossible) return
    if (missing.has(path)) return
    missing.add(path)
    diagnostics.push({
      code: 'PRO021',
      message: `Expected a file at ${path} (paths start at the project's root), found none. Bring it there.`,
      cell,
    })
  }

  async function addFeature(id: string, cell: string): Promise<void> {
    const found = await project.feature?.(id)
    if (!found) {
      const message = `Expected a feature of the catalog, got ${id}. \`slipway apply\` registers those of the project.`
      diagnostics.push({ code: 'PRO026', message, cell })
      return
    }
    for (const { plan, source } of withInputs(found)) {
      features[`${plan.name}@${plan.version}`] = { feature: plan, ...(source ? { source } : {}) }
      if (source && source.path !== '') await addData(source.path, cell)
    }
  }

  const seenModels = new Set<string>()
  for (const { kind, path, cell, isPossible } of await withAllModels(references, project)) {
    if (kind === 'data') {
      await addData(path, cell, isPossible)
      continue
    }
    if (kind === 'feature') {
      await addFeature(path, cell)
      continue
    }
    // One file that cannot be used is one complaint, however often it is named.
    if (seenModels.has(path)) continue
    seenModels.add(path)
    const model = await project.model(path, Object.hasOwn(cells, path) ? cells : undefined)
    for (const file of model.files) {
      models.set(file.path, { path: file.path, sha256: sha256(file.text) })
      files[modelCopyPath(file.path)] = file.text
    }
    if (!model.plan && isPossible) continue
    if (!model.plan) {
      const problem = (model.problem ?? 'there is no such file').replace(/\.$/, '')
      const message = `The model ${path} cannot be used: ${problem}. Mend it first.`
      diagnostics.push({ code: 'PRO022', message, cell })
      continue
    }
    // A database server has no file whose content could be fixed.
    for (const source of Object.values(model.plan.sources))
      if (source.path !== '') await addData(source.path, cell)
    Object.assign(features, lockFeatures(model.plan))
  }
  const byPath = <T extends { readonly path: string }>(items: Iterable<T>) =>
    [...items].sort((a, b) => (a.path < b.path ? -1 : 1))
  const lock: Lock = {
    format: pipelineFormat,
    data: byPath(data.values()),
    models: byPath(models.values()),
    features: Object.fromEntries(Object.entries(features).sort(([a], [b]) => (a < b ? -1 : 1))),
    packages: await packageVersions(project, packages),
    seed,
    fixtures: {},
  }
  return { lock, files, diagnostics }
}

/** Where only running it tells which model is meant, all of them go along. */
async function withAllModels(
  references: readonly Reference[],
  project: ProjectView,
): Promise<readonly Reference[]> {
  const any = references.find(({ kind }) => kind === 'models')
  if (!any) return references
  const names = (await project.models?.()) ?? []
  const all = names.map(path => ({ ...any, kind: 'model' as const, path, isPossible: true }))
  return [...references.filter(({ kind }) => kind !== 'models'), ...all]
}

/** The lock of copies of models that were edited in the pipeline's folder. */
export function relockModels(lock: Lock, files: Readonly<Record<string, string>>): Lock {
  const models = lock.models.map(({ path, sha256: locked }) => {
    const text = files[modelCopyPath(path)]
    return { path, sha256: text === undefined ? locked : sha256(text) }
  })
  return { ...lock, models }
}

/** Windows with their sources; what a derived feature reads is among the plan's features itself. */
function lockFeatures({ catalogFeatures, sources }: Plan): Record<string, LockedFeature> {
  const locked: Record<string, LockedFeature> = {}
  for (const [key, feature] of Object.entries(catalogFeatures)) {
    const source = feature.kind === 'derived' ? undefined : sources[feature.source]
    if (feature.kind === 'derived') locked[key] = { feature }
    else if (source) locked[key] = { feature, source }
  }
  return locked
}

/** A feature and all that it is derived from. */
function withInputs(feature: FeatureDefinition): readonly FeatureDefinition[] {
  return [feature, ...Object.values(feature.inputs ?? {}).flatMap(withInputs)]
}

/** What a lock fixes, as the language and the catalog see it. */
export function lockedFeatures({ features }: Pick<Lock, 'features'>): readonly CatalogFeature[] {
  return Object.values(features).map(({ feature, source }) => ({
    plan: feature,
    ...(source && { source }),
    active: true,
  }))
}

async function packageVersions(project: ProjectView, names: readonly string[]): Promise<Lock['packages']> {
  const found: Record<string, Lock['packages'][string]> = {}
  for (const name of [...new Set(names)].sort())
    found[name] = { ...((await project.packageVersion(name)) ?? { version: 'unknown' }) }
  return found
}
