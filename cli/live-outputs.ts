/**
 * What a session lets be seen of a notebook's outputs without running anything: what its cells showed, and the
 * kernel's fingerprints of plain values. Promotion compares the live session with a clean replay by it; where they
 * differ, the session was not what its log says, or the outside has changed since.
 */
import { codeOf, type ReplayRequest, type RunEvidence, type Shown } from '../promote/index.ts'
import { idOf, sourceOf, type NotebookFile } from './run-notebook.ts'

export type Bundle = Readonly<Record<string, unknown>>

export interface SeenSession {
  /** What a run showed as its result, by its position in the request. */
  bundleOf(run: number): Bundle | undefined
  /** What the kernel saw of it. */
  seenOf(run: number): RunEvidence | undefined
}

/** Outputs of which nothing can be seen are left out. */
export function shownOutputs(request: ReplayRequest, session: SeenSession): Readonly<Record<string, Shown>> {
  const shown: Record<string, Shown> = {}
  for (const output of request.outputs) {
    const bundle = bundleOfOutput(request, output, session)
    const fingerprint = output.isVariable ? fingerprintOf(output, session) : undefined
    if (bundle === undefined && fingerprint === undefined) continue
    shown[output.name] = {
      ...(bundle ? { bundle } : {}),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  }
  return shown
}

/** The document as it was saved: a cell shows what its last run gave, while its source is still what ran. */
export function liveSession(notebook: NotebookFile, { runs }: ReplayRequest): SeenSession {
  const lastRun = new Map(runs.map(({ cell }, i) => [cell, i]))
  const bundles = new Map<number, Bundle>()
  for (const [i, cell] of notebook.cells.entries()) {
    const run = lastRun.get(idOf(cell, i))
    if (run === undefined || runs[run]?.source !== codeOf(sourceOf(cell))) continue
    const bundle = resultOf(cell.outputs ?? [])
    if (bundle) bundles.set(run, bundle)
  }
  return { bundleOf: run => bundles.get(run), seenOf: run => runs[run]?.seen }
}

/** The value that a cell ended in, as its stored outputs have it. */
export function resultOf(outputs: readonly unknown[]): Bundle | undefined {
  const result = outputs.findLast(
    output => (output as { output_type?: unknown }).output_type === 'execute_result',
  )
  return (result as { data?: Bundle } | undefined)?.data
}

type RequestedOutput = ReplayRequest['outputs'][number]

/** Of the run that gives it, or of those that name it alone in their last line after it was assigned last. */
function bundleOfOutput(
  { runs }: ReplayRequest,
  { expression, afterRun, isVariable }: RequestedOutput,
  session: SeenSession,
): Bundle | undefined {
  if (!isVariable) return session.bundleOf(afterRun)
  const before = runs.slice(0, afterRun + 1)
  const from = before.findLastIndex(run => assigns(run.source, expression))
  for (let i = afterRun; i >= Math.max(0, from); i--) {
    const bundle = lastLine(before[i]?.source ?? '') === expression ? session.bundleOf(i) : undefined
    if (bundle) return bundle
  }
  return undefined
}

/** Instances of classes keep caches and places on disk, which differ from session to session. */
const plainTypes = /^(?:Object|Array|Map|Set|number|string|boolean|bigint|.*Array)$/

function fingerprintOf({ expression, afterRun }: RequestedOutput, session: SeenSession): string | undefined {
  for (let i = afterRun; i >= 0; i--) {
    const value = session.seenOf(i)?.values.find(({ name }) => name === expression)
    if (value) return plainTypes.test(value.type) ? value.hash : undefined
  }
  return undefined
}

function assigns(source: string, variable: string): boolean {
  return (
    /^[\w$]+$/.test(variable) &&
    new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}\\s*=[^=>]`).test(source)
  )
}

function lastLine(source: string): string | undefined {
  return source.trimEnd().split('\n').at(-1)?.replace(/;$/, '').trim()
}
