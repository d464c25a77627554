/** All projects that the editor has open, found by the nearest slipway.json. */
import path from 'node:path'
import { fileOfUri, findProjects, findRoot, isGenerated, projectPath } from './files.ts'
import { Project, type ProjectOptions } from './project.ts'

export type ProjectParts = Pick<ProjectOptions, 'describe' | 'catalog'>

export interface ProjectsOptions {
  /** What a project at this root is assembled from. */
  readonly assemble: (root: string) => ProjectParts
  readonly onChange: (project: Project) => void
}

export class Projects {
  readonly #options: ProjectsOptions
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
    const file = fileOfUri(uri)
    const folder = file === undefined ? '' : path.dirname(file)
    let root = this.#roots.get(folder)
    if (root === undefined) {
      root = file === undefined ? Promise.resolve(undefined) : findRoot(file)
      this.#roots.set(folder, root)
    }
    const found = await root
    // A generated copy is looked at alone: beside its original every name in it would be there twice.
    const isAlone = found === undefined || (file !== undefined && isGenerated(projectPath(found, file)))
    return isAlone ? this.#at(folder, false) : this.#at(found, true)
  }

  /** Opens every project in a folder of the editor's workspace. */
  async discover(folder: string): Promise<void> {
    for (const root of await findProjects(folder)) await this.#at(root, true)
  }

  /** A slipway.json came or went: who belongs where is to be found out anew. */
  forgetRoots(): void {
    this.#roots.clear()
  }

  /** The project that holds a file, if it is open. */
  holding(file: string): Project | undefined {
    const holders = this.all().filter(
      project => project.hasFolder && file.startsWith(project.root + path.sep),
    )
    return holders.sort((a, b) => b.root.length - a.root.length)[0]
  }

  dispose(): void {
    for (const project of this.#projects.values()) project.dispose()
    this.#projects.clear()
  }

  async #at(root: string, wholeFolder: boolean): Promise<Project> {
    let project = this.#projects.get(root)
    if (project === undefined) {
      project = new Project({
        root,
        wholeFolder,
        ...this.#options.assemble(root),
        onChange: this.#options.onChange,
      })
      this.#projects.set(root, project)
    }
    await project.load()
    return project
  }
}
