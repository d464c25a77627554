/** What promotion takes for granted, and tells: what ran and in which order, calls that nothing is known of, the outside. */
import { cellText, documentOrder, ranText, type Notebook } from './notebook.ts'
import { joinedFeatures, pathsOf } from './references.ts'
import type { Slice } from './slice/slice.ts'

export interface Assumption {
  readonly kind: 'order' | 'edited' | 'unknown-call' | 'outside' | 'file' | 'stub-version'
  readonly message: string
  readonly cell?: string
  /** The effect stub that would remove it, as `package:name`; of a `stub-version` the package. */
  readonly stub?: string
}

export function assumptionsOf(slice: Slice, notebook: Notebook): readonly Assumption[] {
  return [...historyAssumptions(notebook), ...seenAssumptions(slice, notebook), ...sliceAssumptions(slice)]
}

function historyAssumptions(notebook: Notebook): readonly Assumption[] {
  return [
    ...orderAssumptions(notebook),
    ...notebook.unlogged.filter(({ status }) => status === 'ok').map(unloggedAssumption),
    ...notebook.magics.map(magicAssumption),
  ]
}

/** What the kernel saw and the log does not say. */
function unloggedAssumption({ cell }: Notebook['unlogged'][number]): Assumption {
  const message = 'The kernel ran something that is not in the log: the pipeline does without it.'
  return { kind: 'order', message, ...(cell === null ? {} : { cell }) }
}

/** What kept runs were seen to talk to, which nothing in their text may show. */
function seenAssumptions(slice: Slice, { runs }: Notebook): readonly Assumption[] {
  const needed = new Set(slice.statements.filter(s => slice.kept.has(s.index)).map(s => s.run))
  return [...needed].flatMap(run => {
    const { cell, seen } = runs[run] ?? {}
    const what = [...(seen?.hosts ?? []), ...(seen?.processes ?? [])]
    if (cell === undefined || what.length === 0) return []
    const message = `The cell used ${what.join(', ')} when it ran: it may give another result next time.`
    return [{ kind: 'outside' as const, message, cell }]
  })
}

function magicAssumption({ cell, text }: Notebook['magics'][number]): Assumption {
  const [line = ''] = text.split('\n')
  return { kind: 'outside', message: `${line} runs in notebooks only: the pipeline does without it.`, cell }
}

function orderAssumptions(notebook: Notebook): readonly Assumption[] {
  if (!notebook.hasLog)
    return [
      {
        kind: 'order',
        message: 'The notebook has no log of what ran: its cells are taken from top to bottom.',
      },
    ]
  const lastSource = new Map(notebook.runs.map(run => [run.cell, ranText(run)]))
  const edited = notebook.cells.filter(
    cell => cell.kind !== 'markdown' && lastSource.has(cell.id) && lastSource.get(cell.id) !== cellText(cell),
  )
  const gone = [...lastSource.keys()].filter(id => !notebook.cells.some(cell => cell.id === id))
  const isOutOfOrder =
    JSON.stringify(notebook.runs.map(run => run.cell)) !==
    JSON.stringify(documentOrder(notebook.cells).map(run => run.cell))
  return [
    ...(isOutOfOrder
      ? [{ kind: 'order' as const, message: 'The cells are taken in the order in which they ran.' }]
      : []),
    ...edited.map(({ id }) => ({
      kind: 'edited' as const,
      message: 'The cell was edited after it ran; what ran is taken.',
      cell: id,
    })),
    ...gone.map(cell => ({ kind: 'edited' as const, message: 'The cell ran and was deleted since.', cell })),
  ]
}

/** What makes a result differ from one time to the next. */
const changing: Readonly<Record<string, string>> = {
  network: 'reads from the network',
  clock: 'reads the clock',
  random: 'draws at random',
  environment: 'reads the environment',
}

function sliceAssumptions(slice: Slice): readonly Assumption[] {
  const found = new Map<string, Assumption>()
  for (const { text, statement, stub } of slice.unknownCalls)
    found.set(`call ${text}`, {
      kind: 'unknown-call',
      message: `${text} is taken to change whatever it can reach and to touch the outside.`,
      cell: cellOf(slice, statement),
      ...(stub ? { stub: `${stub.package}:${stub.name}` } : {}),
    })
  for (const { kind, statement, isWrite } of slice.outsideUses) {
    const what = changing[kind]
    if (isWrite || what === undefined) continue
    if (slice.unknownCalls.some(call => call.statement === statement)) continue
    found.set(`${kind} ${statement}`, {
      kind: 'outside',
      message: `The statement ${what}: it may give another result next time.`,
      cell: cellOf(slice, statement),
    })
  }
  for (const reference of slice.references) {
    const { statement, kind } = reference
    if (pathsOf(slice, reference) === undefined)
      found.set(`file ${statement}`, {
        kind: 'file',
        message:
          kind === 'model'
            ? 'Which model is meant is known only while running: all models of the project go along.'
            : 'Which data file is read is known only while running: its content is not part of the version.',
        cell: cellOf(slice, statement),
      })
  }
  for (const { id, cell } of joinedFeatures(slice))
    if (id === undefined)
      found.set(`feature ${cell}`, {
        kind: 'file',
        message: 'Which features are joined is known only while running: they are not part of the version.',
        cell,
      })
  return [...found.values()]
}

function cellOf(slice: Slice, statement: number): string {
  return slice.statements[statement]?.cell ?? ''
}
