/** The project as promotion sees it: data by content, models with their files and plans, packages by version. */
import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import { parseFeatureId } from '../catalog/index.ts'
import type { Plan, Workspace } from '../language/index.ts'
import { installation } from '../library/installation.ts'
import { loadProject, type Project } from '../library/project.ts'
import type { ProjectView, TypesOf } from '../promote/index.ts'
import { codeFrame } from './frame.ts'
import { projectModule } from './promotion/modules.ts'
import { findPackage, lockedPackage } from './promotion/packages.ts'
import type { Colors } from './output.ts'
import { fileSize, hashFile, slashes } from './pipeline.ts'

/** @param folder of the notebook, absolute */
export function createProjectView(root: string, folder: string, colors: Colors): ProjectView {
  let loading: Promise<Project> | undefined
  return {
    async data(path) {
      const paths = await dataPaths(root, path)
      return await Promise.all(
        paths.map(async found => ({
          path: found,
          sha256: await hashFile(join(root, found)),
          sizeBytes: fileSize(join(root, found)),
        })),
      )
    },
    async model(reference, cells) {
      const project = cells
        ? loadProject(root, { only: reference, texts: cells })
        : (loading ??= loadProject(root))
      const { workspace, plan } = await project
      const found = nameOrProblem(() => plan(reference))
      if ('problem' in found)
        return { files: [], problem: misplaced({ root, folder, reference }) ?? found.problem }
      const { name, plan: checked, diagnostics } = found
      const paths = checked ? filesOf(workspace, name, checked) : []
      return {
        files: paths.map(path => ({ path, text: workspace.text(path) ?? '' })),
        ...(checked
          ? { plan: checked }
          : { problem: diagnostics.map(d => codeFrame(workspace.text(d.path) ?? '', d, colors)).join('\n') }),
      }
    },
    async models() {
      const { workspace } = await (loading ??= loadProject(root))
      return workspace.models().map(({ name }) => name)
    },
    async feature(id) {
      const { catalog } = await (loading ??= loadProject(root))
      const { name, version } = parseFeatureId(id)
      return catalog?.feature(name, version)
    },
    packageVersion: async name => lockedPackage(folder, name),
    module: async (specifier, from) => projectModule({ root, folder, specifier, from }),
  }
}

async function dataPaths(root: string, path: string): Promise<readonly string[]> {
  const file = resolve(root, path)
  if (existsSync(file)) return [slashes(relative(root, file))]
  if (!/[*?[{]/.test(path)) return []
  return (await glob(path, { cwd: root, expandDirectories: false })).map(slashes).sort()
}

/** A path from the notebook's folder means a file in cells, and nothing in a pipeline, which lies elsewhere. */
function misplaced(given: {
  readonly root: string
  readonly folder: string
  readonly reference: string
}): string | undefined {
  const file = resolve(given.folder, given.reference)
  if (!given.reference.endsWith('.slip') || !existsSync(file)) return undefined
  const path = slashes(relative(given.root, file))
  return path.startsWith('..')
    ? 'its file lies outside of the project'
    : `a pipeline finds it from the project's root, as model('${path}')`
}

function nameOrProblem(
  find: () => ReturnType<Project['plan']>,
): ReturnType<Project['plan']> | { problem: string } {
  try {
    return find()
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/**
 * The file that declares the model, those it imports, directly or through others, and those that declare features its
 * plan takes from the project by their name alone.
 */
function filesOf(workspace: Workspace, model: string, plan: Plan): readonly string[] {
  const features = new Set(Object.values(plan.catalogFeatures).map(feature => feature.name))
  const found = new Set<string>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    for (const { target } of workspace.imports(path)) if (target !== undefined) visit(target)
  }
  for (const { name, path } of workspace.models()) if (name === model) visit(path)
  for (const { name, path } of workspace.features()) if (features.has(name)) visit(path)
  return [...found].sort()
}

/** Declarations of what a notebook's folder need not have itself: `slipway`, danfo, Arrow, Node. */
export const installedTypes: TypesOf = specifier => {
  const { libraryTypes, vendorModules } = installation()
  if (specifier === 'slipway') return { path: libraryTypes }
  const found = findPackage(vendorModules, specifier)
  const types = found?.json.types ?? found?.json.typings
  return found && types !== undefined ? { path: join(found.folder, types) } : undefined
}
