/** The project as promotion sees it: data by content, models with their files and plans, packages by version. */
import { createRequire } from 'node:module'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import { parseFeatureId } from '../catalog/index.ts'
import type { Plan, Workspace } from '../language/index.ts'
import { installation } from '../library/installation.ts'
import { loadProject, type Project } from '../library/project.ts'
import type { ProjectView, TypesOf } from '../promote/index.ts'
import { codeFrame } from './frame.ts'
import { projectModule } from './promotion/modules.ts'
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
    async model(reference) {
      const { workspace, plan } = await (loading ??= loadProject(root))
      const found = nameOrProblem(() => plan(reference))
      if ('problem' in found) return { files: [], problem: found.problem }
      const { name, plan: checked, diagnostics } = found
      const paths = checked ? filesOf(workspace, name, checked) : []
      return {
        files: paths.map(path => ({ path, text: workspace.text(path) ?? '' })),
        ...(checked
          ? { plan: checked }
          : { problem: diagnostics.map(d => codeFrame(workspace.text(d.path) ?? '', d, colors)).join('\n') }),
      }
    },
    async feature(id) {
      const { catalog } = await (loading ??= loadProject(root))
      const { name, version } = parseFeatureId(id)
      return catalog?.feature(name, version)
    },
    packageVersion: async name => packageVersion(folder, name),
    module: async (specifier, from) => projectModule({ root, folder, specifier, from }),
  }
}

async function dataPaths(root: string, path: string): Promise<readonly string[]> {
  const file = resolve(root, path)
  if (existsSync(file)) return [slashes(relative(root, file))]
  if (!/[*?[{]/.test(path)) return []
  return (await glob(path, { cwd: root, expandDirectories: false })).map(slashes).sort()
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

interface PackageJson {
  readonly version?: string
  readonly types?: string
  readonly typings?: string
}

/** From the notebook's folder, else from this installation. `slipway` is part of the installation. */
function packageVersion(folder: string, name: string): { version: string } | undefined {
  const { root, vendorModules } = installation()
  if (name === 'slipway') return { version: readJson(join(root, 'package.json'))?.version ?? 'unknown' }
  const json = [folder, vendorModules].map(from => packageJson(from, name)?.json).find(Boolean)
  return json?.version === undefined ? undefined : { version: json.version }
}

/** Declarations of what a notebook's folder need not have itself: `slipway`, danfo, Arrow, Node. */
export const installedTypes: TypesOf = specifier => {
  const { libraryTypes, vendorModules } = installation()
  if (specifier === 'slipway') return { path: libraryTypes }
  const found = packageJson(vendorModules, specifier)
  const types = found?.json.types ?? found?.json.typings
  return found && types !== undefined ? { path: join(found.folder, types) } : undefined
}

function packageJson(from: string, name: string): { folder: string; json: PackageJson } | undefined {
  const lookups = createRequire(join(from, 'from.js')).resolve.paths(name) ?? []
  for (const modules of lookups) {
    const file = join(modules, name, 'package.json')
    const json = readJson(file)
    if (json) return { folder: dirname(file), json }
  }
  return undefined
}

function readJson(file: string): PackageJson | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PackageJson) : undefined
}
