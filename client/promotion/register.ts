/**
 * Promotion in the editor: dependencies at the cells of notebooks, the page of a promotion, and the commands of both.
 * In a workspace that is not trusted only the dependencies are there: they run no code.
 */
import * as vscode from 'vscode'
import type { LanguageServices, Services } from '../context.ts'
import { projectOfNotebook } from '../project.ts'
import { DisposableStore } from '../support/disposables.ts'
import { Assistant } from './assistant.ts'
import { cellOf, markOutput, runNeeded, showLinks } from './cell-commands.ts'
import { registerCellMarks } from './cell-marks.ts'
import { Dependencies } from './dependencies.ts'
import { PromotionPage } from './page.ts'

/** What commands do with promotion. */
export interface Promotions {
  /** Opens the page of a notebook; undefined asks for none, the one in front is meant. */
  open(
    services: Services,
    notebook: vscode.NotebookDocument,
    submit: (name: string) => unknown,
  ): PromotionPage | undefined
  /** What is known of cells. */
  readonly dependencies: Dependencies
  readonly assistant: Assistant
}

/** The one of this window; commands find it here, because they are loaded apart from what starts with the window. */
let current: Promotions | undefined

export function promotions(): Promotions | undefined {
  return current
}

export interface PromotionParts {
  readonly trusted: () => Services | undefined
  /** Whether a notebook says that it is for our kernel. */
  readonly isForOurKernel: (notebook: vscode.NotebookDocument) => boolean
}

/** Starts watching notebooks. Disposing of it ends its process and closes its pages. */
export function registerPromotion(
  base: LanguageServices,
  { trusted, isForOurKernel }: PromotionParts,
): vscode.Disposable {
  const owned = new DisposableStore()
  const assistant = owned.add(new Assistant(base.output))
  const isOurs = (notebook: vscode.NotebookDocument): boolean =>
    trusted()?.kernels.isOurs(notebook) ?? isForOurKernel(notebook)
  const dependencies = owned.add(new Dependencies({ assistant, output: base.output, isOurs }))
  owned.add(registerCellMarks(dependencies))
  const pages = new Map<string, PromotionPage>()
  let opened = 0
  current = {
    assistant,
    dependencies,
    open(services, notebook, submit) {
      const uri = notebook.uri.toString()
      const known = pages.get(uri)
      if (known) {
        known.reveal()
        return known
      }
      const root = projectOfNotebook(notebook.uri)
      if (root === undefined) return undefined
      opened += 1
      const page = new PromotionPage({ services, assistant, notebook, root, submit }, String(opened))
      pages.set(uri, page)
      page.onDidDispose(() => {
        pages.delete(uri)
        page.dispose()
      })
      return page
    },
  }
  owned.add({
    dispose() {
      current = undefined
      for (const page of pages.values()) page.dispose()
    },
  })
  return owned
}

/** Commands about a cell that need no trust. */
export const showNeeds = (_: unknown, given?: unknown): unknown =>
  current && showLinks(current.dependencies, 'needs', given)
export const showNeededBy = (_: unknown, given?: unknown): unknown =>
  current && showLinks(current.dependencies, 'neededBy', given)
export const markCell = (_: unknown, given?: unknown): unknown => markOutput(given)

export const runNeededCells = (services: Services, given?: unknown): unknown =>
  current && runNeeded(services, current.dependencies, given)

/** The cell that a lens means, with what a pipeline could give of it. */
export function resultOf(given: unknown) {
  const cell = cellOf(given)
  const result = cell && current?.dependencies.of(cell)?.result
  return cell ? { notebook: cell.notebook, cell, ...(result && { result }) } : undefined
}
