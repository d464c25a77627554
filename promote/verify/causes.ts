/** Why runs differ, in words a person can act on: hidden state with its cells, drift with its files and hosts. Pure. */
import type { HistoryFinding } from '../evidence/history.ts'
import type { RunEvidence } from '../evidence/read.ts'
import type { ReplayRequest } from '../propose.ts'
import { compareOutputs, type Tolerance } from './compare.ts'
import type { Ended, Runs } from './runs.ts'
import type { Finding, FoundCell, OutputVerdict, RunResult } from './types.ts'

/** Something to compare: an output by its name, or a file by its path. */
export interface Subject {
  readonly name: string
  readonly of: (result: RunResult) => unknown
}

/** The document from top to bottom against what ran. What varies by itself tells nothing of it. */
export function hiddenState(
  request: ReplayRequest,
  runs: Runs,
  { subjects, tolerance }: { readonly subjects: readonly Subject[]; readonly tolerance: Tolerance },
): readonly Finding[] {
  const { document } = runs
  if (!document) return []
  const names = subjects.map(({ name }) => name)
  if (!('result' in document)) return [documentFails(document, names, request)]
  const sides = ['what ran', 'the document'] as const
  const changed = subjects.filter(({ of }) => {
    const [ran, there] = [of(runs.replay), of(document.result)]
    return there === undefined || compareOutputs(ran, there, { ...tolerance, sides }).verdict === 'different'
  })
  if (changed.length === 0) return []
  const isGone = ({ of }: Subject) => of(document.result) === undefined
  const gone = changed.filter(isGone).map(({ name }) => name)
  const others = changed.filter(subject => !isGone(subject)).map(({ name }) => name)
  const parts = [
    ...(others.length > 0 ? [`gives another ${list(others)}`] : []),
    ...(gone.length > 0 ? [`no longer gives ${list(gone)}`] : []),
  ]
  return [
    {
      cause: 'hidden-state',
      message: `Run from top to bottom, the notebook ${parts.join(' and ')} than what ran. The pipeline does what ran.`,
      cells: mattering(request),
      outputs: changed.map(({ name }) => name),
      choices: ['log', 'document'],
    },
  ]
}

function documentFails(
  { failure, cell }: Extract<Ended, { failure: string }>,
  outputs: readonly string[],
  request: ReplayRequest,
): Finding {
  const where = cell === undefined ? '' : ` in cell ${cell}`
  return {
    cause: 'hidden-state',
    message: `Run from top to bottom, the notebook fails${where}: ${lastLine(failure)} The pipeline does what ran.`,
    cells: mattering(request),
    outputs,
    choices: ['log', 'document'],
  }
}

const words: Readonly<Record<HistoryFinding['kind'], string>> = {
  edited: 'was edited after it ran; what ran is taken',
  deleted: 'ran and was deleted since; it is taken along',
  repeated: 'ran more than once',
  moved: 'ran in another order than it stands in',
  failed: 'failed part of the way; what it had done is taken along',
  never: 'never ran',
}

/** Cells whose history matters: those of which the pipeline keeps something, and those that never ran. */
export function mattering({ history = [], neededRuns }: ReplayRequest): readonly FoundCell[] {
  const needed = new Set(neededRuns)
  return history
    .filter(({ kind, runs }) => kind === 'never' || runs.some(run => needed.has(run)))
    .map(({ kind, cell, runs }) => {
      const times = kind === 'repeated' ? ` (${runs.length} times)` : ''
      return { cell, message: `${words[kind]}${times}` }
    })
}

/** The live session against the clean replay. @param drifted outputs that differ */
export function drift(
  request: ReplayRequest,
  replay: RunResult,
  drifted: readonly OutputVerdict[],
): readonly Finding[] {
  const cells = request.runs.flatMap(({ cell, seen }, i) =>
    changedFiles(seen, replay.seen?.[i]).map(path => ({
      cell,
      message: `read ${path}, which has changed since`,
    })),
  )
  const unlogged = (request.unlogged ?? []).map(({ cell }) => ({
    cell: cell ?? '',
    message: 'ran in the session and is not in the log',
  }))
  const because = [...cells, ...(drifted.length > 0 ? [...unlogged, ...outsideCells(request)] : [])]
  if (drifted.length === 0 && cells.length === 0) return []
  const what =
    drifted.length > 0
      ? `The live session showed another ${list(drifted.map(({ name }) => name))} than a clean replay gives: what it read has changed, or something ran that the log does not have.`
      : 'Data that the live session read has changed since. The pipeline reads it as it is now.'
  return [{ cause: 'drift', message: what, cells: because, outputs: drifted.map(({ name }) => name) }]
}

/** Files that a run read and did not write, whose content was another one. */
function changedFiles(live: RunEvidence | undefined, replayed: RunEvidence | undefined): readonly string[] {
  if (!live || !replayed) return []
  const now = new Map(replayed.files.map(file => [file.path, file]))
  return live.files
    .filter(file => {
      const other = now.get(file.path)
      if (!other || !file.read || file.written || other.written) return false
      if (file.sha256 !== undefined && other.sha256 !== undefined) return file.sha256 !== other.sha256
      return file.sizeBytes !== other.sizeBytes
    })
    .map(file => file.path)
}

function outsideCells({ runs, neededRuns }: ReplayRequest): readonly FoundCell[] {
  return (neededRuns ?? []).flatMap(i => {
    const run = runs[i]
    if (!run?.seen) return []
    const { hosts, clock, environment } = run.seen
    return [
      ...(hosts.length > 0 ? [`talked to ${hosts.join(', ')}`] : []),
      ...(clock ? ['asks for the time'] : []),
      ...(environment.length > 0 ? [`read ${environment.join(', ')} of the environment`] : []),
    ].map(message => ({ cell: run.cell, message }))
  })
}

/** Outputs that are others each time. */
export function nondeterminism(
  request: ReplayRequest,
  replay: RunResult,
  outputs: readonly string[],
): readonly Finding[] {
  if (outputs.length === 0) return []
  const sources = [...new Set(request.neededRuns ?? request.runs.keys())].flatMap(i => {
    const seen = request.runs[i]?.seen ?? replay.seen?.[i]
    const cell = request.runs[i]?.cell
    if (!seen || cell === undefined) return []
    return [
      ...(seen.random ? [{ cell, message: 'draws at random' }] : []),
      ...(seen.clock ? [{ cell, message: 'asks for the time' }] : []),
      ...(seen.hosts.length > 0 ? [{ cell, message: `talks to ${seen.hosts.join(', ')}` }] : []),
    ]
  })
  return [
    {
      cause: 'nondeterminism',
      message: `${list(outputs)} ${outputs.length > 1 ? 'are others' : 'is another'} each time the notebook runs.`,
      cells: sources,
      outputs,
    },
  ]
}

function list(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter(line => line.trim() !== '' && !/^\s+at /.test(line))
  const line = (lines.find(line => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '').trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}
