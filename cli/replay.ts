/**
 * A clean replay: everything that the notebook ran, in its order, in a kernel of its own and a copy of the project;
 * the values of the outputs at their times, written as a step would write them; what it showed; the files it wrote.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startKernel, type CellResult } from '../kernel/client.ts'
import { codecByName } from '../library/codecs/index.ts'
import {
  parseEvidence,
  type ReplayRequest,
  type RunEvidence,
  type RunFailure,
  type RunResult,
} from '../promote/index.ts'
import { CliError } from './errors.ts'
import { resultOf, shownOutputs, type Bundle } from './live-outputs.ts'
import { outputDocument } from './outputs.ts'
import { slashes } from './pipeline.ts'

export interface ReplayOptions {
  /** Stands for the project's root: what runs may write here. */
  readonly root: string
  /** Of the notebook, from the root; empty when it is the root. */
  readonly folder: string
  /** Where values are written; the caller removes it. */
  readonly workFolder: string
  readonly signal?: AbortSignal
  readonly onProgress: (message: string) => void
}

type ReplayOutput = ReplayRequest['outputs'][number]

/** @throws CliError CLI005 when a cell fails in the replay that something needs and that had not failed before */
export async function replay(request: ReplayRequest, options: ReplayOptions): Promise<RunResult> {
  const { root, folder, workFolder, signal, onProgress } = options
  mkdirSync(workFolder, { recursive: true })
  const cwd = join(root, folder)
  const kernel = await startKernel({ cwd, env: { SLIPWAY_EVIDENCE: 'on', SLIPWAY_ROOT: root } })
  const documents: Record<string, unknown> = {}
  const failures: RunFailure[] = []
  const bundles = new Map<number, Bundle>()
  const counts: number[] = []
  const execute = async (source: string, cellId?: string) => {
    const result = await kernel.execute(source, { signal, ...(cellId === undefined ? {} : { cellId }) })
    signal?.throwIfAborted()
    return result
  }
  try {
    for (const [index, run] of request.runs.entries()) {
      const { cell } = run
      onProgress(`Replaying the notebook: ${index + 1} of ${request.runs.length}`)
      const due = request.outputs.filter(output => output.afterRun === index)
      const result = await execute(run.text ?? holdResults(run.source, due), cell)
      counts[index] = result.executionCount
      if (result.status !== 'ok') failures.push(passOver(request, index, result))
      const bundle = resultOf(result.outputs)
      if (bundle) bundles.set(index, bundle)
      for (const output of due) {
        const path = join(workFolder, `${index}-${output.name}${codecByName(output.codec).extension}`)
        const stored = await execute(storeCell(output, due.indexOf(output), path))
        if (stored.status !== 'ok') throw failed(`Output ${output.name}`, stored, cell)
        documents[output.name] = await outputDocument(root, { codec: output.codec, path }, { full: true })
      }
    }
  } finally {
    await kernel.shutdown()
  }
  const evidence = evidenceOf(options)
  const seen = request.runs.map((_, i) => evidence.find(({ order }) => order === counts[i]))
  const session = { bundleOf: (run: number) => bundles.get(run), seenOf: (run: number) => seen[run] }
  return { outputs: documents, shown: shownOutputs(request, session), seen, failures }
}

/** A cell that failed in the live session too fails here as it did there; one that nothing needs may fail. */
function passOver({ runs, neededRuns }: ReplayRequest, index: number, result: CellResult): RunFailure {
  const { cell, failed: hadFailed } = runs[index] ?? { cell: '' }
  const isNeeded = neededRuns === undefined || neededRuns.includes(index)
  if (isNeeded && hadFailed !== true) throw failed(`Cell ${cell}`, result, cell)
  return { cell, message: `${result.error?.ename ?? 'Error'}: ${result.error?.evalue ?? ''}` }
}

function failed(what: string, { error }: CellResult, cell: string): CliError {
  const text = withoutHeld(error?.traceback.join('\n') ?? error?.evalue ?? '')
  return new CliError('CLI005', `${what} failed in the clean replay of the notebook.\n${text}`, {
    details: { cell },
  })
}

/** What the replay's own kernel saw. */
function evidenceOf({ root, folder }: ReplayOptions): readonly RunEvidence[] {
  const sessions = join(root, folder, '.slipway', 'sessions')
  try {
    const file = readdirSync(sessions).find(name => name.endsWith('.evidence.jsonl'))
    const text = file === undefined ? '' : readFileSync(join(sessions, file), 'utf8')
    return parseEvidence(text, { root: slashes(root), folder: slashes(folder) })?.runs ?? []
  } catch {
    // A kernel that could not write it has said so; the replay counts without.
    return []
  }
}

/** Where a run's n-th wanted expression is kept. */
const held = (n: number) => `__slipway_result${n}`

/**
 * Expressions that are outputs are kept under names of ours where they stand; the last one, in which the run ends, is
 * shown all the same.
 */
export function holdResults(source: string, due: readonly ReplayOutput[]): string {
  let text = source
  const wanted = due
    .map((output, n) => ({ ...output, n }))
    .filter(({ start, expression }) => start !== undefined && source.startsWith(expression, start))
    .sort((a, b) => (b.start ?? 0) - (a.start ?? 0))
  for (const { expression, start = 0, n } of wanted)
    text = `${text.slice(0, start)}var ${held(n)} = (${expression})${text.slice(start + expression.length)}`
  const last = wanted[0]
  return last ? `${text}\n;${held(last.n)}` : text
}

/** The author's text again, in the frames of a failure. */
export function withoutHeld(traceback: string): string {
  const hold = /var __slipway_result\d+ = \(/
  const lines = traceback.split('\n')
  return lines
    .map((line, i) => {
      const taken = hold.exec(lines[i - 1] ?? '')?.[0].length ?? 0
      if (/^\s*\|\s+\^/.test(line)) return line.replace(' '.repeat(taken) + '^', '^')
      const own = line.replace(hold, '')
      return own === line ? line : own.replace(/\)([^)]*)$/, '$1')
    })
    .join('\n')
}

function storeCell(output: ReplayOutput, n: number, path: string): string {
  const value = output.isVariable ? output.expression : held(n)
  return `await (await import('slipway')).storeValue(${value}, ${JSON.stringify(output.codec)}, ${JSON.stringify(path)})`
}
