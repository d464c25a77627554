/**
 * One project: its model files as they are on disk or, when open, in the editor; cells of notebooks; the columns of
 * its data; what the catalog knows. Knows nothing of the protocol but URIs; whoever owns it is told when anything
 * was analysed anew.
 */
import path from 'node:path'
import type { FeatureStatistics } from '../../catalog/index.ts'
import {
  type CatalogView,
  type ColumnSchema,
  type SourceRef,
  type SourceStatistics,
  type Workspace,
  createWorkspace,
} from '../../language/index.ts'
import type { CatalogHit } from '../messages.ts'
import type { ProjectCatalog } from './catalog.ts'
import { DataLoader, type DataRef } from './data-loader.ts'
import { type Document, type PositionEncoding, createDocument } from './document.ts'
import { fileOfUri, findModelFiles, isGenerated, projectPath, readText, uriOfFile } from './files.ts'
import { createPauses } from './guard.ts'
import { defaultSettings, type Settings } from './settings.ts'

/** Where a project is written down. */
export const projectFile = 'slipway.json'

export type DescribeSource = (source: SourceRef) => Promise<readonly ColumnSchema[]>

/** News about data of so many milliseconds are looked at together. */
const gatherMs = 50

/** How long a project waits for its data the first time. */
const firstWaitMs = 3000

export interface ProjectOptions {
  /** The folder with slipway.json, or the folder of a file that belongs to no project; empty for what is no file. */
  readonly root: string
  /** False for a file outside of any project: only what is open is known then. */
  readonly wholeFolder: boolean
  readonly describe: DescribeSource
  /** What the values of a source's columns are like; unknown without it. */
  readonly describeStatistics?: (source: SourceRef) => Promise<SourceStatistics>
  readonly catalog: ProjectCatalog
  readonly encoding?: PositionEncoding
  /** Diagnostics may be others than before. */
  readonly onChange: (project: Project) => void
}

/** Told while files are read: how many of how many. */
export type LoadProgress = (done: number, total: number) => void

export class Project {
  readonly root: string
  readonly workspace: Workspace
  readonly #options: ProjectOptions
  readonly #columns: DataLoader<readonly ColumnSchema[]>
  readonly #statistics: DataLoader<SourceStatistics>
  readonly #open = new Map<string, Document>()
  readonly #closed = new Map<string, Document>()
  /** URIs of cells, which say nothing about where they are. */
  readonly #cells = new Set<string>()
  #projectFile: Document | undefined
  #settings: Settings = defaultSettings
  #recheck: NodeJS.Timeout | undefined
  #loaded: Promise<void> | undefined
  #ready: Promise<void> | undefined

  constructor(options: ProjectOptions) {
    this.root = options.root
    this.#options = options
    const changed = (): void => this.#recheckSoon()
    const reachable =
      <T>(load: ((source: SourceRef) => Promise<T>) | undefined) =>
      (source: SourceRef) =>
        load && (this.hasFolder || source.connection !== undefined)
          ? load(source)
          : Promise.reject(new Error('a document without a file has no data'))
    this.#columns = new DataLoader({ load: reachable(options.describe), onChange: changed, atOnce: 8 })
    // One at a time: each reads a whole file, and nobody waits for it.
    const statistics = { load: reachable(options.describeStatistics), onChange: changed, atOnce: 1 }
    this.#statistics = new DataLoader(statistics)
    this.workspace = createWorkspace({
      columns: source => this.#columns.get(source),
      statistics: source => this.#statistics.get(source),
      get catalog() {
        return options.catalog.view()
      },
    })
  }

  /** False for a document that is no file: nothing is relative to it. */
  get hasFolder(): boolean {
    return this.root !== ''
  }

  /** Whether it is the project of one file or notebook alone. */
  get isAlone(): boolean {
    return !this.#options.wholeFolder
  }

  get settings(): Settings {
    return this.#settings
  }

  setSettings(settings: Settings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return
    this.#settings = settings
    this.#options.onChange(this)
  }

  /** Reads the project's files, once. */
  load(onProgress?: LoadProgress): Promise<void> {
    this.#loaded ??= this.#load(onProgress)
    return this.#loaded
  }

  /** Comes back when enough is known to say what is wrong: the data has been read, or takes long. */
  ready(): Promise<void> {
    this.#ready ??= this.settled(firstWaitMs)
    return this.#ready
  }

  /** Comes back when files, columns and catalog have been read, or when the time is over. */
  async settled(timeoutMs: number): Promise<void> {
    await this.load()
    const pause = createPauses()
    // Analysis asks for the columns it needs.
    for (const file of this.files()) {
      this.workspace.diagnostics(file)
      await pause()
    }
    await this.#columns.settled(timeoutMs)
    this.#recheckNow()
  }

  /** The columns of data, as far as they have been read. */
  columns(source: DataRef): readonly ColumnSchema[] | undefined {
    return this.#columns.get(source)
  }

  /** What the values of a source's columns are like, as far as that has been found out. */
  sourceStatistics(source: DataRef): SourceStatistics | undefined {
    return this.#statistics.get(source)
  }

  catalogView(): CatalogView | undefined {
    return this.#options.catalog.view()
  }

  statistics(name: string, version: number): FeatureStatistics | undefined {
    return this.#options.catalog.statistics(name, version)
  }

  searchCatalog(text: string, limit: number): Promise<CatalogHit[]> {
    return this.#options.catalog.search(text, limit)
  }

  files(): readonly string[] {
    return [...new Set([...this.#open.keys(), ...this.#closed.keys()])].sort()
  }

  /** The files that are open in the editor. */
  openFiles(): readonly string[] {
    return [...this.#open.keys()]
  }

  isOpen(file: string): boolean {
    return this.#open.has(file)
  }

  /** The text of a file as the analysis sees it. */
  document(file: string): Document | undefined {
    return this.#open.get(file) ?? this.#closed.get(file)
  }

  /** slipway.json, as it is in the editor or on disk. */
  projectFile(): Document | undefined {
    return this.#projectFile
  }

  /** Key of a document in the workspace: its path, or the URI itself for what is no file. */
  keyOf(uri: string): string {
    const file = this.#cells.has(uri) ? undefined : fileOfUri(uri)
    return file === undefined ? uri : projectPath(this.root, file)
  }

  /** A document is open in the editor, or its text is another. */
  setOpen(document: Document): void {
    const key = this.keyOf(document.uri)
    if (key === projectFile) this.#projectFile = document
    else {
      this.#open.set(key, document)
      this.workspace.setFile(key, document.getText())
    }
  }

  /** A cell of a notebook is open, or its text or place is another; it sees what the cells above it declare. */
  setCell(document: Document, above: readonly string[]): void {
    const { uri } = document
    this.#cells.add(uri)
    this.#open.set(uri, document)
    this.workspace.setFile(uri, document.getText(), { above })
  }

  /** A document was closed: what is on disk counts again. */
  async setClosed(uri: string): Promise<void> {
    const key = this.keyOf(uri)
    this.#open.delete(key)
    if (this.#cells.delete(uri) || fileOfUri(uri) === undefined) this.workspace.removeFile(key)
    else await this.#readFile(key)
  }

  /** A file of the project was created, changed or removed on disk. */
  async fileChanged(file: string): Promise<void> {
    const key = projectPath(this.root, file)
    if (key.endsWith('.slip')) {
      if (!this.#open.has(key) && !isGenerated(key)) await this.#readFile(key)
    } else if (key === projectFile || key.startsWith('.slipway/')) {
      if (key === projectFile) await this.#readFile(key)
      if (await this.#options.catalog.refresh()) this.#recheckNow(true)
    } else {
      this.#columns.refresh(key)
      this.#statistics.refresh(key)
    }
  }

  /** Reads the project's files again: whole folders may have come, gone or moved. */
  async rescan(): Promise<void> {
    if (this.isAlone) return
    const found = await findModelFiles(this.root)
    const gone = [...this.#closed.keys()].filter(key => !found.includes(key))
    for (const key of [...gone, ...found]) await this.#readFile(key)
  }

  /** Looks at the data and the catalog again, for editors that do not watch files. */
  async refresh(): Promise<void> {
    this.#columns.refreshAll()
    this.#statistics.refreshAll()
    if (await this.#options.catalog.refresh()) this.#recheckNow(true)
  }

  /** The data files that analysis has asked for, relative to the root. */
  dataFiles(): readonly string[] {
    return this.#columns.paths()
  }

  dispose(): void {
    clearTimeout(this.#recheck)
    this.#options.catalog.dispose()
  }

  async #load(onProgress: LoadProgress = () => {}): Promise<void> {
    const files = this.#options.wholeFolder ? [projectFile, ...(await findModelFiles(this.root))] : []
    let done = 0
    const read = async (file: string): Promise<void> => {
      await this.#readFile(file)
      onProgress(++done, files.length)
    }
    await Promise.all([
      this.#options.catalog.refresh(),
      ...batches(files, 32).map(batch => each(batch, read)),
    ])
    this.#recheckNow(true)
  }

  async #readFile(key: string): Promise<void> {
    const file = path.join(this.root, key)
    const text = this.#options.wholeFolder ? await readText(file) : undefined
    const { encoding } = this.#options
    const document =
      text === undefined
        ? undefined
        : createDocument({ uri: uriOfFile(file), text, ...(encoding && { encoding }) })
    if (key === projectFile) this.#projectFile = document
    else this.#setOnDisk(key, document)
  }

  #setOnDisk(key: string, document: Document | undefined): void {
    if (document === undefined) this.#closed.delete(key)
    else this.#closed.set(key, document)
    // It may have been opened while it was read.
    if (this.#open.has(key)) return
    if (document === undefined) this.workspace.removeFile(key)
    else this.workspace.setFile(key, document.getText())
  }

  /** What analysis was told by its host is another now; more may be on its way. */
  #recheckSoon(): void {
    this.#recheck ??= setTimeout(() => this.#recheckNow(), gatherMs)
  }

  #recheckNow(always = false): void {
    if (this.#recheck === undefined && !always) return
    clearTimeout(this.#recheck)
    this.#recheck = undefined
    this.workspace.refresh()
    this.#options.onChange(this)
  }
}

/** At most `n` lists with all of the items: so many files are read at once. */
function batches<T>(items: readonly T[], n: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.min(n, items.length) }, (_, i) => items.filter((_, at) => at % n === i))
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await work(item)
}
