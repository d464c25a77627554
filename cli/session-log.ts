/**
 * What ran in a notebook by the files that the kernel leaves beside it (`.slipway/sessions/`), for notebooks that
 * another client than ours ran: that one does not write the log into the notebook.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { idOf, type NotebookFile } from './run-notebook.ts'

interface LoggedRun {
  readonly cell: string | null
  readonly source: string
  readonly notebook?: string
}

/**
 * The notebook's text, with the log of its newest session elsewhere when it has none of its own. A session is the
 * notebook's when its client said so, or, where the client said nothing, when it ran cells with the notebook's ids.
 */
export function withSessionLog(file: string, text: string, notebook: NotebookFile): string {
  const slipway = notebook.metadata['slipway'] as { readonly log?: readonly unknown[] } | undefined
  if (slipway?.log?.length) return text
  const ids = new Set(notebook.cells.map(idOf))
  const log = sessionFiles(join(dirname(file), '.slipway', 'sessions'))
    .map(readRuns)
    .find(runs => isOf(runs, { name: basename(file), ids }))
  if (!log) return text
  const runs = log.map(({ cell, source }) => ({ cell: cell ?? '', source }))
  return JSON.stringify({
    ...notebook,
    metadata: { ...notebook.metadata, slipway: { ...slipway, log: runs } },
  })
}

/** The newest first. */
function sessionFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.jsonl') && !name.endsWith('.evidence.jsonl'))
      .map(name => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
      .sort((a, b) => b.time - a.time)
      .map(({ path }) => path)
  } catch {
    return []
  }
}

/** A line that is half written ends a session that was killed. */
function readRuns(path: string): LoggedRun[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        const run = JSON.parse(line) as LoggedRun
        return typeof run.source === 'string' ? [run] : []
      } catch {
        return []
      }
    })
}

function isOf(
  runs: readonly LoggedRun[],
  { name, ids }: { readonly name: string; readonly ids: ReadonlySet<string> },
): boolean {
  const told = runs.find(({ notebook }) => notebook !== undefined)?.notebook
  if (told !== undefined) return basename(told) === name
  return runs.some(({ cell }) => cell !== null && ids.has(cell))
}
