/**
 * What the live session held of a notebook's outputs, as far as the notebook itself shows it: the models that its
 * cells displayed. Promotion compares them with the clean replay; where they differ, the session was not what its
 * log says, or the data has changed since.
 */
import type { ModelMessage } from '../library/display/messages.ts'
import { modelMime } from '../library/display/messages.ts'
import type { OutputDocuments, ReplayRequest } from '../promote/index.ts'
import { idOf, sourceOf, type NotebookFile, type NotebookFileCell } from './run-notebook.ts'

/** Documents of those outputs that a cell of the notebook shows last; the others are left out. */
export function liveOutputs(notebook: NotebookFile, { outputs, runs }: ReplayRequest): OutputDocuments {
  const documents: Record<string, unknown> = {}
  for (const { name, expression, afterRun } of outputs) {
    const before = runs.slice(0, afterRun + 1)
    const from = Math.max(
      0,
      before.findLastIndex(run => assigns(run.source, expression)),
    )
    const ran = new Map(before.slice(from).map(run => [run.cell, run.source]))
    // Only a cell whose source is still the one that ran shows what that run gave.
    const showing = notebook.cells.filter(
      (cell, i) => ran.get(idOf(cell, i)) === sourceOf(cell) && lastLine(sourceOf(cell)) === expression,
    )
    const shown = showing.map(modelOf).find(Boolean)
    if (shown) documents[name] = { $slipway: 'model', model: shown.model, metrics: shown.metrics }
  }
  return documents
}

/** Models do not change once they are trained: what was shown counts from where the variable was last assigned. */
function assigns(source: string, variable: string): boolean {
  return (
    /^[\w$]+$/.test(variable) &&
    new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}\\s*=[^=>]`).test(source)
  )
}

function lastLine(source: string): string | undefined {
  return source.trimEnd().split('\n').at(-1)?.replace(/;$/, '').trim()
}

function modelOf(cell: NotebookFileCell): ModelMessage | undefined {
  for (const output of cell.outputs ?? []) {
    const shown = (output as { data?: Record<string, unknown> }).data?.[modelMime]
    if (shown) return shown as ModelMessage
  }
  return undefined
}
