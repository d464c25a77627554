/** What a problem report says: versions, settings, what the project has and what is wrong with it, ends of logs. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { platform, release } from 'node:os'
import { extname, join } from 'node:path'
import { openCatalog } from '../../catalog/index.ts'
import { installation } from '../../library/installation.ts'
import { messageOf } from '../../library/errors.ts'
import { loadProject, type Project } from '../../library/project.ts'
import { embeddedState, runningEmbedded } from '../backend.ts'

export interface ReportFacts {
  readonly versions: Readonly<Record<string, string>>
  /** Of slipway.json: what is chosen, not where it is. */
  readonly settings: Readonly<Record<string, string>>
  /** How many there are of each thing. */
  readonly project: Readonly<Record<string, number>>
  /** Code → how often. */
  readonly diagnostics: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  /** Title → the end of a log. */
  readonly logs: Readonly<Record<string, string>>
}

export interface FactsOptions {
  /** Absent outside of a project. */
  readonly root: string | undefined
  /** The version of Visual Studio Code, when it asks. */
  readonly vscode: string | undefined
}

const maxLines = 40
const maxBytes = 64 * 1024

export async function collectFacts({ root, vscode }: FactsOptions): Promise<ReportFacts> {
  const versions = {
    Slipway: packageVersion(),
    Node: process.versions.node,
    System: `${platform()} ${release()} ${process.arch}`,
    ...(vscode !== undefined && { 'Visual Studio Code': vscode }),
  }
  const none = { settings: {}, project: {}, diagnostics: {}, problems: [], logs: {} }
  if (root === undefined) return { versions, ...none }
  const logs = readLogs(root)
  try {
    const project = await loadProject(root)
    return {
      versions,
      settings: { ...settingsOf(project), 'embedded backend': await backendState(root) },
      project: countsOf(project),
      diagnostics: countCodes(project),
      problems: project.problems.map(({ message }) => message),
      logs,
    }
  } catch (error) {
    return { versions, ...none, problems: [`The project could not be loaded: ${messageOf(error)}`], logs }
  }
}

function packageVersion(): string {
  const file = join(installation().root, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function settingsOf({ config }: Project): Record<string, string> {
  return {
    language: String(config.language),
    catalog: config.catalog === 'embedded' ? 'embedded' : 'a file',
    backend: config.backend === 'embedded' ? 'embedded' : 'an address',
    engine: config.engine,
  }
}

async function backendState(root: string): Promise<string> {
  if (await runningEmbedded(root)) return 'running'
  return existsSync(join(embeddedState(root), 'backend.db')) ? 'not running' : 'never started'
}

function countsOf({ root, workspace, catalogFile, config }: Project): Record<string, number> {
  const data = filesIn(join(root, config.data))
  return {
    'model files': workspace.files().length,
    models: workspace.models().length,
    features: workspace.features().length,
    entities: workspace.entities().length,
    sources: workspace.sources().length,
    'features in the catalog': featuresIn(catalogFile),
    'data files': data.length,
    'megabytes of data': Math.round(data.reduce((sum, file) => sum + file.sizeBytes, 0) / 1e6),
    notebooks: filesIn(root).filter(({ path }) => extname(path) === '.ipynb').length,
    pipelines: existsSync(join(root, 'pipelines')) ? readdirSync(join(root, 'pipelines')).length : 0,
  }
}

function featuresIn(file: string): number {
  if (!existsSync(file)) return 0
  try {
    const catalog = openCatalog(file)
    try {
      return catalog.view().names().length
    } finally {
      catalog.close()
    }
  } catch {
    return 0
  }
}

/** Files directly in a folder. */
function filesIn(folder: string): { readonly path: string; readonly sizeBytes: number }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (!entry.isFile()) return []
    const path = join(folder, entry.name)
    return [{ path, sizeBytes: statSync(path).size }]
  })
}

function countCodes(project: Project): Record<string, number> {
  const groups = Map.groupBy(project.diagnostics(), ({ code }) => code)
  const counts = [...groups].map(([code, found]) => [code, found.length] as const)
  return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The backend's log. What cells printed and what steps said may hold data: it is left out. */
function readLogs(root: string): Record<string, string> {
  const file = join(embeddedState(root), 'backend.log')
  if (!existsSync(file)) return {}
  const text = readFileSync(file, 'utf8').slice(-maxBytes)
  return { 'Backend log': text.trimEnd().split('\n').slice(-maxLines).join('\n') }
}
