/**
 * One project: its model files as they are on disk or, when open, in the editor; the columns of its data; what the
 * catalog knows. Knows nothing of the protocol but URIs; whoever owns it is told when anything was analysed anew.
 */
import path from 'node:path'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { FeatureStatistics } from '../../catalog/index.ts'
import { type CatalogView, type ColumnSchema, type Workspace, createWorkspace } from '../../language/index.ts'
import type { CatalogHit } from '../messages.ts'
import type { ProjectCatalog } from './catalog.ts'
import { ColumnLoader, type DescribeSource, type SourceRef } from './columns.ts'
import { fileOfUri, findModelFiles, isGenerated, projectPath, readText, uriOfFile } from './files.ts'

export interface ProjectOptions {
  /** The folder with slipway.json, or the folder of a file that belongs to no project. */
  readonly root: string
  /** False for a file outside of any project: only what is open is known then. */
  readonly wholeFolder: boolean
  readonly describe: DescribeSource
  readonly catalog: ProjectCatalog
  /** Diagnostics may be others than before. */
  readonly onChange: (project: Project) => void
}

export class Project {
  readonly root: string
  readonly workspace: Workspace
  readonly #options: ProjectOptions
  readonly #columns: ColumnLoader
  readonly #open = new Map<string, TextDocument>()
  readonly #closed = new Map<string, TextDocument>()
  #loaded: Promise<void> | undefined

  constructor(options: ProjectOptions) {
    this.root = options.root
    this.#options = options
    const describe: DescribeSource = source =>
      this.hasFolder
        ? options.describe(source)
        : Promise.reject(new Error('a document without a file has no data'))
    this.#columns = new ColumnLoader({ describe, onChange: () => this.#recheck() })
    this.workspace = createProjectWorkspace(this.#columns, options.catalog)
  }

  /** False for a document that is no file: nothing is relative to it. */
  get hasFolder(): boolean {
    return this.root !== ''
  }

  /** Reads the project's files, once. */
  load(): Promise<void> {
    this.#loaded ??= this.#load()
    return this.#loaded
  }

  /** Comes back when files, columns and catalog have been read, or when the time is over. */
  async settled(timeoutMs: number): Promise<void> {
    await this.load()
    // Analysis asks for the columns it needs.
    for (const file of this.files()) this.workspace.diagnostics(file)
    await this.#columns.settled(timeoutMs)
  }

  /** The columns of a data file, as far as they have been read. */
  columns(source: SourceRef): readonly ColumnSchema[] | undefined {
    return this.#columns.columns(source)
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

  isOpen(file: string): boolean {
    return this.#open.has(file)
  }

  /** The text of a file as the analysis sees it. */
  document(file: string): TextDocument | undefined {
    return this.#open.get(file) ?? this.#closed.get(file)
  }

  /** Key of a document in the workspace: its path, or the URI itself for what is no file. */
  keyOf(uri: string): string {
    const file = fileOfUri(uri)
    return file === undefined ? uri : projectPath(this.root, file)
  }

  /** A document is open in the editor, or its text is another. */
  setOpen(document: TextDocument): void {
    const key = this.keyOf(document.uri)
    this.#open.set(key, document)
    this.workspace.setFile(key, document.getText())
  }

  /** A document was closed: what is on disk counts again. */
  async setClosed(uri: string): Promise<void> {
    const key = this.keyOf(uri)
    this.#open.delete(key)
    await this.#readFile(key)
  }

  /** A file of the project was created, changed or removed on disk. */
  async fileChanged(file: string): Promise<void> {
    const key = projectPath(this.root, file)
    if (key.endsWith('.slip')) {
      if (!this.#open.has(key) && !isGenerated(key)) await this.#readFile(key)
    } else if (key === 'slipway.json' || key.startsWith('.slipway/')) {
      if (await this.#options.catalog.refresh()) this.#recheck()
    } else this.#columns.refresh(key)
  }

  /** Looks at the data files and the catalog again, for editors that do not watch files. */
  async refresh(): Promise<void> {
    for (const file of this.#columns.paths()) this.#columns.refresh(file)
    if (await this.#options.catalog.refresh()) this.#recheck()
  }

  dispose(): void {
    this.#options.catalog.dispose()
  }

  async #load(): Promise<void> {
    const files = this.#options.wholeFolder ? await findModelFiles(this.root) : []
    await Promise.all([...files.map(file => this.#readFile(file)), this.#options.catalog.refresh()])
    this.#recheck()
  }

  async #readFile(key: string): Promise<void> {
    const file = path.join(this.root, key)
    const text = this.#options.wholeFolder ? await readText(file) : undefined
    if (text === undefined) this.#closed.delete(key)
    else this.#closed.set(key, TextDocument.create(uriOfFile(file), 'slipway', 0, text))
    // It may have been opened while it was read.
    if (this.#open.has(key)) return
    if (text === undefined) this.workspace.removeFile(key)
    else this.workspace.setFile(key, text)
  }

  /** What analysis was told by its host is another now. */
  #recheck(): void {
    this.workspace.refresh()
    this.#options.onChange(this)
  }
}

function createProjectWorkspace(columns: ColumnLoader, catalog: ProjectCatalog): Workspace {
  return createWorkspace({
    columns: source => columns.columns(source),
    get catalog() {
      return catalog.view()
    },
  })
}
