/** All projects that the editor has open, found by the nearest slipway.json. */
import path from 'node:path'
import type { PositionEncoding } from './document.ts'
import { exists, fileOfUri, findProjects, findRoot, isGenerated, projectPath } from './files.ts'
import { type LoadProgress, Project, type ProjectOptions } from './project.ts'
import type { Settings } from './settings.ts'

export type ProjectParts = Pick<ProjectOptions, 'describe' | 'describeStatistics' | 'catalog'>

export interface ProjectsOptions {
  /** What a project at this root is assembled from; the root is empty for what is no file. */
  readonly assemble: (root: string) => ProjectParts
  readonly onChange: (project: Project) => void
  /** The document that decides where another one belongs: the notebook of a cell, else itself. */
  readonly homeOf?: (uri: string) => string
  /** Asked once per project, before its files are read. */
  readonly encoding?: () => PositionEncoding
  readonly settings?: (root: string) => Promise<Settings>
}

export class Projects {
  readonly #options: ProjectsOptions
  /** By root; those of one document alone by its URI. */
  readonly #projects = new Map<string, Project>()
  /** Root per folder, as it was found. */
  readonly #roots = new Map<string, Promise<string | undefined>>()

  constructor(options: ProjectsOptions) {
    this.#options = options
  }

  all(): readonly Project[] {
    return [...this.#projects.values()]
  }

  /** The project a document belongs to, with its files read. */
  async of(uri: string): Promise<Project> {
    const home = this.#options.homeOf?.(uri) ?? uri
    const file = fileOfUri(home)
    if (file === undefined) return this.#at({ id: home, root: '', wholeFolder: false })
    const found = await this.#rootOf(file)
    // A generated copy is looked at alone: beside its original every name in it would be there twice.
    if (found === undefined || isGenerated(projectPath(found, file)))
      return this.#at({ id: home, root: path.dirname(file), wholeFolder: false })
    return this.#at({ id: found, root: found, wholeFolder: true })
  }

  /** Opens every project in a folder of the editor's workspace. */
  async discover(folder: string, onProgress?: (root: string) => LoadProgress): Promise<void> {
    for (const root of await findProjects(folder))
      await this.#at({ id: root, root, wholeFolder: true }, onProgress?.(root))
  }

  /** A slipway.json came or went: who belongs where is to be found out anew. */
  forgetRoots(): void {
    this.#roots.clear()
  }

  /** The project that holds a file, if it is open. */
  holding(file: string): Project | undefined {
    const holders = this.all().filter(
      project => project.hasFolder && !project.isAlone && file.startsWith(project.root + path.sep),
    )
    return holders.sort((a, b) => b.root.length - a.root.length)[0]
  }

  /** Lets go of a project of one document when that is closed. */
  release(project: Project): void {
    if (!project.isAlone || project.openFiles().length > 0) return
    for (const [id, known] of this.#projects) if (known === project) this.#projects.delete(id)
    project.dispose()
  }

  /** A slipway.json came or went: its project is opened, or let go of. */
  async reopen(file: string): Promise<void> {
    const root = path.dirname(file)
    const known = this.#projects.get(root)
    if (await exists(file)) await this.#at({ id: root, root, wholeFolder: true })
    else if (known) {
      this.#projects.delete(root)
      known.dispose()
    }
    // What lay in an outer project may be an inner one's now, and the other way round.
    for (const project of this.all()) if (root.startsWith(project.root + path.sep)) await project.rescan()
  }

  dispose(): void {
    for (const project of this.#projects.values()) project.dispose()
    this.#projects.clear()
  }

  #rootOf(file: string): Promise<string | undefined> {
    const folder = path.dirname(file)
    let root = this.#roots.get(folder)
    if (root === undefined) this.#roots.set(folder, (root = findRoot(file)))
    return root
  }

  async #at(
    { id, ...place }: { id: string; root: string; wholeFolder: boolean },
    onProgress?: LoadProgress,
  ): Promise<Project> {
    let project = this.#projects.get(id)
    if (project === undefined) {
      const { assemble, onChange, encoding } = this.#options
      project = new Project({
        ...place,
        ...assemble(place.root),
        onChange,
        ...(encoding && { encoding: encoding() }),
      })
      this.#projects.set(id, project)
      const opened = project
      // The editor may take its time to answer; nothing waits for it.
      this.#options.settings?.(place.root).then(
        settings => opened.setSettings(settings),
        () => {},
      )
    }
    await project.load(onProgress)
    return project
  }
}
