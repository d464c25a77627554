/**
 * A project as everyone but the editor loads it: slipway.json, every `.slip` file, the columns of the data files and
 * the catalog, together in a workspace. What of it cannot be read is a problem in a list, never a reason to stop.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import Schema from 'typebox/schema'
import { cachedColumns, createCatalogView, describeSource, openCatalog } from '../catalog/index.ts'
import type { CatalogFeature, CatalogView } from '../catalog/feature.ts'
import {
  createWorkspace,
  type ColumnSchema,
  type Diagnostic,
  type PlanResult,
  type SourceRef,
  type Workspace,
} from '../language/index.ts'
import { findProjectRoot } from './context.ts'
import { LibraryError, messageOf } from './errors.ts'
import configSchema from './slipway.schema.json' with { type: 'json' }

export { findProjectRoot }

/** slipway.json, with defaults filled in. */
export interface ProjectConfig {
  /** The version of the language that files are read in: the one asked for, or the newest when that is unknown. */
  readonly language: 1
  /** The folder that holds the data, relative to the root. */
  readonly data: string
  /** `embedded`, or a file relative to the root. */
  readonly catalog: string
  readonly backend: 'embedded' | { readonly url: string; readonly tokenFile?: string }
  readonly engine: 'duckdb'
}

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
  /** Of all files, in order of the paths. */
  diagnostics(): readonly Diagnostic[]
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
  /** A folder whose `.slip` files take part instead of the root's, by paths relative to it. */
  readonly modelFolder?: string
}

/** Generated copies and what others made: nobody writes models there by hand. */
const ignored = ['**/node_modules/**', '**/.*/**', '**/dist/**', 'pipelines/**']

/**
 * Loads the project at `root`. A folder without slipway.json is a project with every default.
 * @throws LIB101 when slipway.json is there and wrong
 */
export async function loadProject(root: string, options: LoadOptions = {}): Promise<Project> {
  const config = await readConfig(root)
  const problems: ProjectProblem[] = []
  const folder = options.modelFolder ?? root
  const files = await readModelFiles(folder, options.modelFolder ? [] : ignored, problems)
  const catalog = options.catalogFeatures
    ? createCatalogView(options.catalogFeatures)
    : readCatalog(root, config, problems)

  const columns = createColumns(root)
  const workspace = createWorkspace({ columns: columns.get, ...(catalog ? { catalog } : {}) })
  for (const [path, text] of files) workspace.setFile(path, text)
  const diagnostics = () => workspace.files().flatMap(path => workspace.diagnostics(path))
  // Analysis asks for the columns that it needs and is run again when they have been read.
  for (diagnostics(); await columns.read(problems); diagnostics()) workspace.refresh()

  return {
    root,
    config,
    workspace,
    catalogFile: catalogFile(root, config),
    catalog,
    problems,
    diagnostics,
    plan(model) {
      const name = modelName(workspace, model, { root, folder })
      return { name, ...workspace.plan(name) }
    },
  }
}

/** slipway.json of a folder. @throws LIB101 */
export async function readConfig(root: string): Promise<ProjectConfig> {
  const file = join(root, 'slipway.json')
  const text = existsSync(file) ? await readFile(file, 'utf8') : '{ "language": 1 }'
  const config = parseConfig(text, file)
  const backend = config.backend ?? 'embedded'
  return {
    language: 1,
    data: config.data ?? 'data',
    catalog: config.catalog ?? 'embedded',
    backend: backend === 'embedded' ? backend : typeof backend === 'string' ? { url: backend } : backend,
    engine: 'duckdb',
  }
}

/** Where a project's catalog is kept, absolute. */
export function catalogFile(root: string, config: Pick<ProjectConfig, 'catalog'>): string {
  return config.catalog === 'embedded' ? join(root, '.slipway', 'catalog.db') : resolve(root, config.catalog)
}

/** As it stands in the file; the schema says which of these may be there. */
interface ConfigText {
  readonly data?: string
  readonly catalog?: string
  readonly backend?: string | { readonly url: string; readonly tokenFile?: string }
}

function parseConfig(text: string, file: string): ConfigText {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new LibraryError('LIB101', `Expected JSON in ${file}: ${messageOf(cause)}`, { cause })
  }
  const { $schema: _, ...schema } = configSchema
  const [isValid, errors] = Schema.Errors(schema as never, value)
  if (isValid) return value as ConfigText
  const first = errors[0]
  const place = first?.instancePath ? ` at ${first.instancePath}` : ''
  throw new LibraryError(
    'LIB101',
    `Expected slipway.json as its schema says, in ${file}${place}: ${first?.message}.`,
  )
}

async function readModelFiles(
  folder: string,
  ignore: string[],
  problems: ProjectProblem[],
): Promise<readonly (readonly [path: string, text: string])[]> {
  const paths = await glob('**/*.slip', { cwd: folder, ignore, expandDirectories: false })
  const files = await Promise.all(
    paths.sort().map(async path => {
      try {
        return [path, await readFile(join(folder, path), 'utf8')] as const
      } catch (thrown) {
        problems.push({ path, message: messageOf(thrown) })
        return undefined
      }
    }),
  )
  return files.filter(file => file !== undefined)
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

/** The columns of data files: what is known at once, and the rest when it has been read. */
function createColumns(root: string) {
  const known = new Map<string, readonly ColumnSchema[] | undefined>()
  const missing = new Map<string, SourceRef>()
  return {
    get(source: SourceRef): readonly ColumnSchema[] | undefined {
      const key = `${source.format}\n${source.path}`
      if (known.has(key)) return known.get(key)
      const cached = cachedColumns(root, source)
      if (cached) known.set(key, cached)
      else missing.set(key, source)
      return cached
    },
    /** Reads what was asked for and not known; whether any of it could be read. */
    async read(problems: ProjectProblem[]): Promise<boolean> {
      const wanted = [...missing]
      missing.clear()
      const found = await Promise.all(
        wanted.map(async ([key, source]) => {
          try {
            known.set(key, await describeSource(root, source))
            return true
          } catch (thrown) {
            known.set(key, undefined)
            problems.push({ path: source.path, message: messageOf(thrown) })
            return false
          }
        }),
      )
      return found.includes(true)
    },
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
