/** What is promoted, read from the disk: the same for the command and for the preview of an editor. */
import { dirname, join, relative } from 'node:path'
import type { ProposalEdits, ProposeOptions } from '../../promote/index.ts'
import { readEffectStubs } from '../effect-stubs.ts'
import type { Colors } from '../output.ts'
import { pipelineNameOf, pipelinesFolder, slashes } from '../pipeline.ts'
import { createProjectView, installedTypes } from '../project-view.ts'
import { notebookOf, readNotebookFile, type NotebookFile } from '../run-notebook.ts'
import { sessionOf } from '../session-log.ts'
import { readTexts } from './folder.ts'

export interface PromotionSource {
  /** The project's root, absolute. */
  readonly root: string
  /** Of the notebook, absolute. */
  readonly file: string
  /** The notebook's text as an editor has it. Default: what is on disk. */
  readonly text?: string | undefined
  /** Of the pipeline. Default: that of the notebook. */
  readonly name?: string | undefined
  /** Absolute. Default: `pipelines/<name>` in the root. */
  readonly folder?: string | undefined
  readonly outputs?: readonly string[] | undefined
  readonly edits?: ProposalEdits | undefined
  /** What counts: what ran (default), or the document from top to bottom. */
  readonly history?: ProposeOptions['history'] | undefined
  /** What of unknown calls is left out that the session saw do nothing. */
  readonly trim?: ProposeOptions['trim'] | undefined
  readonly colors: Colors
  readonly cache?: ProposeOptions['cache'] | undefined
}

export interface PromotionRequest {
  readonly options: ProposeOptions
  readonly notebook: NotebookFile
  /** Where it is written, absolute. */
  readonly folder: string
}

/** @throws CliError CLI002, CLI008 */
export function promotionRequest(source: PromotionSource): PromotionRequest {
  const { root, file, outputs, edits, cache, history, trim } = source
  const { text, notebook } = readNotebook(file, source.text)
  const name = source.name ?? pipelineNameOf(file)
  const folder = source.folder ?? join(pipelinesFolder(root), name)
  const previous = readTexts(folder)
  const session = sessionOf({ file, root, text, notebook })
  const options = {
    notebook: session.text,
    ...(session.evidence ? { evidence: session.evidence } : {}),
    ...(history ? { history } : {}),
    ...(trim ? { trim } : {}),
    notebookName: slashes(relative(root, file)),
    name,
    ...(outputs ? { outputs } : {}),
    ...(edits ? { edits } : {}),
    ...(previous ? { previous } : {}),
    ...(cache ? { cache } : {}),
    folder: dirname(file),
    workingFolder: slashes(relative(root, dirname(file))),
    typesOf: installedTypes,
    stubs: readEffectStubs(root),
    project: createProjectView(root, dirname(file), source.colors),
  }
  return { options, notebook, folder }
}

function readNotebook(file: string, given: string | undefined): { text: string; notebook: NotebookFile } {
  if (given !== undefined) return { text: given, notebook: notebookOf(given, file) }
  const notebook = readNotebookFile(file)
  return { notebook, text: JSON.stringify(notebook) }
}
