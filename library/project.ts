/**
 * A project as everyone but the editor loads it: slipway.json, every `.slip` file, the columns of the data files and
 * the catalog, together in a workspace. What of it cannot be read is a problem in a list, never a reason to stop.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import { createCatalogView, openCatalog } from '../catalog/index.ts'
import type { CatalogFeature, CatalogView } from '../catalog/feature.ts'
import {
  createWorkspace,
  declarationsOf,
  importsOf,
  parse,
  type Diagnostic,
  type PlanResult,
  type Workspace,
} from '../language/index.ts'
import { withoutDeclarations } from '../language/notebook/model-cells.ts'
import { normalPath } from '../language/paths.ts'
import { catalogFile, configFile, readConfigFile, type ProjectConfig } from './config.ts'
import { findProjectRoot } from './context.ts'
import { createData } from './data.ts'
import { LibraryError, messageOf } from './errors.ts'

export { catalogFile, readConfig, type ProjectConfig } from './config.ts'
export { findProjectRoot }

export interface ProjectProblem {
  /** Relative to the root: the file that could not be read, or the catalog's. */
  readonly path: string
  readonly message: string
}

export interface Project {
  /** Absolute. */
  readonly root: string
  readonly config: ProjectConfig
  /** Files by paths relative to the root, forward slashes. */
  readonly workspace: Workspace
  /** Where the catalog is kept, absolute; it need not be there yet. */
  readonly catalogFile: string
  /** Absent when the catalog cannot be reached. */
  readonly catalog: CatalogView | undefined
  readonly problems: readonly ProjectProblem[]
  /** Of slipway.json and of all model files, in order of the paths. */
  diagnostics(): readonly Diagnostic[]
  /** The text of a model file or of slipway.json, in which diagnostics point. */
  text(path: string): string | undefined
  /**
   * The plan of a model.
   * @param model its name, or the path of a file that declares one model
   * @throws LIB005 when there is no such model
   */
  plan(model: string): PlanResult & { readonly name: string }
}

export interface LoadOptions {
  /** Catalog features of a lock; no live catalog is asked then. */
  readonly catalogFeatures?: readonly CatalogFeature[]
  /** Whether the values of data files are looked at for checks that depend on them; else what is known is taken. */
  readonly statistics?: boolean
  /** A folder whose `.slip` files take part instead of the root's, by paths relative to it. */
  readonly modelFolder?: string
  /** Of all files this one takes part, and those that it imports, directly or through others. */
  readonly only?: string
  /** Texts of files that are not on the disk, or say something else there, by path. */
  readonly texts?: Readonly<Record<string, string>>
  /** Model text of a notebook's cells, by names that stand for paths; the names of each that it sees, the nearest last. */
  readonly cells?: readonly CellText[]
}

/** The text of a cell in the model language. */
export interface CellText {
  readonly path: string
  readonly text: string
  /** Paths of the cells above it. */
  readonly above: readonly string[]
}

/** Generated copies and what others made: nobody writes models there by hand. */
const ignored = ['**/node_modules/**', '**/.*/**', '**/dist/**', 'pipelines/**']

/**
 * Loads the project at `root`. A folder without slipway.json is a project with every default.
 * @throws LIB101 when slipway.json is there and wrong
 */
export async function loadProject(root: string, options: LoadOptions = {}): Promise<Project> {
  const { config, text: configText, diagnostics: configDiagnostics } = await readConfigFile(root)
  const problems: ProjectProblem[] = []
  const folder = options.modelFolder ?? root
  // A folder that is no project may be anybody's whole home: a cell in it is checked alone.
  const isAlone = options.cells !== undefined && configText === ''
  const files = isAlone ? [] : await readModelFiles(folder, options, problems)
  const catalog = options.catalogFeatures
    ? createCatalogView(options.catalogFeatures)
    : readCatalog(root, config, problems)

  const data = createData(root, { statistics: options.statistics ?? false })
  const host = { columns: data.columns, statistics: data.statistics, ...(catalog ? { catalog } : {}) }
  const workspace = createWorkspace(host, { language: config.language })
  for (const [path, text] of withoutModelsOf(options.cells ?? [], files)) workspace.setFile(path, text)
  for (const { path, text, above } of options.cells ?? []) workspace.setFile(path, text, { above })
  const diagnostics = () => [
    ...configDiagnostics,
    ...workspace.files().flatMap(path => workspace.diagnostics(path)),
  ]
  // Analysis asks for what it needs to know of the data and is run again when that has been read.
  for (diagnostics(); await data.read(problems); diagnostics()) workspace.refresh()

  return {
    root,
    config,
    workspace,
    catalogFile: catalogFile(root, config),
    catalog,
    problems,
    diagnostics,
    text: path => (path === configFile ? configText : workspace.text(path)),
    plan(model) {
      const name = modelName(workspace, model, { root, folder })
      return { name, ...workspace.plan(name) }
    },
  }
}

type ModelFile = readonly [path: string, text: string]

/** A cell may try another version of a model of the project: to the notebook that is the one. */
function withoutModelsOf(cells: readonly CellText[], files: readonly ModelFile[]): readonly ModelFile[] {
  const anew = cells.flatMap(({ text }) =>
    declarationsOf(parse(text)).flatMap(({ kind, name }) => (kind === 'model' && name ? [name.text] : [])),
  )
  return files.map(([path, text]) => [
    path,
    anew.some(name => text.includes(name))
      ? withoutDeclarations(text, ({ kind, name }) => kind === 'model' && anew.includes(name))
      : text,
  ])
}

async function readModelFiles(
  folder: string,
  { only, texts = {}, modelFolder }: LoadOptions,
  problems: ProjectProblem[],
): Promise<readonly ModelFile[]> {
  const read = async (path: string): Promise<ModelFile | undefined> => {
    try {
      return [path, texts[path] ?? (await readFile(join(folder, path), 'utf8'))]
    } catch (thrown) {
      problems.push({ path, message: messageOf(thrown) })
      return undefined
    }
  }
  if (only !== undefined) return await readReached(only, read)
  const ignore = modelFolder ? [] : ignored
  const paths = await glob('**/*.slip', { cwd: folder, ignore, expandDirectories: false })
  const files = await Promise.all(paths.sort().map(read))
  return files.filter(file => file !== undefined)
}

/** A file with all that it imports, directly or through others. */
async function readReached(
  first: string,
  read: (path: string) => Promise<ModelFile | undefined>,
): Promise<readonly ModelFile[]> {
  const paths = new Set([first])
  const files: ModelFile[] = []
  for (const path of paths) {
    const file = await read(path)
    if (!file) continue
    files.push(file)
    for (const { from } of importsOf(parse(file[1]))) {
      const path = from && normalPath(from.value)
      if (path !== undefined) paths.add(path)
    }
  }
  return files
}

/** A catalog that is not there yet is empty; one that cannot be read is absent. */
function readCatalog(
  root: string,
  config: ProjectConfig,
  problems: ProjectProblem[],
): CatalogView | undefined {
  const file = catalogFile(root, config)
  if (!existsSync(file) && config.catalog === 'embedded') return createCatalogView([])
  try {
    if (!existsSync(file)) throw new Error(`Expected a catalog at ${file}, got no file.`)
    // Whether it can be read is found out now; what is in it, when it is asked for.
    const catalog = openCatalog(file)
    try {
      return catalog.view()
    } finally {
      catalog.close()
    }
  } catch (thrown) {
    problems.push({ path: relative(root, file).replaceAll('\\', '/'), message: messageOf(thrown) })
    return undefined
  }
}

/** @throws LIB005 */
function modelName(workspace: Workspace, model: string, place: { root: string; folder: string }): string {
  const models = workspace.models()
  if (!model.endsWith('.slip')) {
    if (models.some(({ name }) => name === model)) return model
    throw unknownModel(`Expected a model ${model}, found ${listed(models.map(({ name }) => name))}.`)
  }
  const path = projectPath(workspace, model, place)
  const declared = models.filter(candidate => candidate.path === path).map(({ name }) => name)
  if (declared.length === 1) return declared[0]!
  if (!workspace.files().includes(path))
    throw unknownModel(`Expected a file ${model} in ${place.folder}, found ${listed(workspace.files())}.`)
  throw unknownModel(
    declared.length === 0
      ? `Expected a model in ${model}, found none. Declare one: model name { … }.`
      : `Expected one model in ${model}, found ${listed(declared)}. Give the model's name instead of the file.`,
  )
}

/** A path may be written as in the project, from the working folder, or absolute. */
function projectPath(
  workspace: Workspace,
  model: string,
  { root, folder }: { root: string; folder: string },
): string {
  const asWritten = model.replaceAll('\\', '/').replace(/^\.\//, '')
  if (!isAbsolute(model) && workspace.files().includes(asWritten)) return asWritten
  const base = isAbsolute(model) ? folder : root
  return relative(base, resolve(isAbsolute(model) ? root : process.cwd(), model)).replaceAll('\\', '/')
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

function unknownModel(message: string): LibraryError {
  return new LibraryError('LIB005', message)
}
