/** How a project is, for an editor that shows it. */
import type { FileContext } from '../core/context.ts'
import type { ProjectStatus } from '../messages.ts'

export function projectStatus({ project }: FileContext): ProjectStatus {
  return {
    root: project.root,
    nFiles: project.files().length,
    catalog: project.catalogView() !== undefined,
  }
}
