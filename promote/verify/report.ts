/** A verification as Markdown that a person reads in a minute: verdicts first, then why, then what was compared. Pure. */
import {
  isVerified,
  type Cause,
  type Finding,
  type OutputVerdict,
  type RunName,
  type RunSummary,
  type Verification,
} from './types.ts'
import type { Trim } from '../trim.ts'

export interface ReportOptions {
  /** Of the pipeline. */
  readonly name: string
  readonly version: string
  readonly verification: Verification
  /** Calls of which nothing is known, and what became of them. */
  readonly trims?: readonly Trim[]
  /** How a person is told which cell is meant. Default: by its id. */
  readonly cellName?: (id: string) => string
}

export function printReport(options: ReportOptions): string {
  const { name, version, verification, trims = [], cellName = id => id } = options
  const { outputs, findings, runs, sample } = verification
  const parts = [
    `# Verification of ${name}`,
    headline(verification),
    ...(sample ? [sampleText(verification)] : []),
    table(
      ['output', 'verdict', 'why'],
      outputs.map(output => [code(output.name), output.verdict, why(output)]),
    ),
    ...outputs.filter(({ differences }) => differences.length > 0).map(differenceText),
    ...findings.map(finding => findingText(finding, cellName)),
    ...(trims.length > 0
      ? ['## Assumed, and seen otherwise', trims.map(trim => trimText(trim, cellName)).join('\n')]
      : []),
    '## What was run',
    table(
      ['run', 'what', 'how it went'],
      runs.map(run => [runWords[run.run].name, runWords[run.run].what, wentText(run)]),
    ),
    `Pipeline version \`${version}\`.`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

/** One sentence: for the report, and for whoever has one line. */
export function headline({ outputs, passed, blocked, sample }: Verification): string {
  const nVerified = outputs.filter(isVerified).length
  const on = sample ? `, on a sample of ${sample.rows} rows` : ''
  if (blocked)
    return `**Not the notebook.** The pipeline gives something else than a clean replay of the notebook${on}.`
  if (outputs.length === 0) return '**Not verified.** There was nothing to compare.'
  if (passed) return `**Verified${on}.** The pipeline gives what the notebook gave: ${counted(outputs)}.`
  return `**Not all verified${on}.** ${nVerified} of ${outputs.length} outputs are what the notebook gave: ${counted(outputs)}.`
}

function counted(outputs: readonly OutputVerdict[]): string {
  const counts = new Map<string, number>()
  for (const { verdict } of outputs) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')
}

function sampleText({ sample }: Verification): string {
  if (!sample) return ''
  const files = sample.files.map(
    ({ path, rows, of }) => `- \`${path}\`: ${number(rows)} of ${number(of)} rows`,
  )
  const whole = sample.whole.map(path => `- \`${path}\`: whole`)
  return ['On a part of the data only:', '', ...files, ...whole].join('\n')
}

const causeWords: Readonly<Record<Cause, string>> = {
  nondeterminism: 'the notebook gives another value each time',
  drift: 'the live session showed something else',
  'hidden-state': 'the document does not give what ran',
  slicer: 'the pipeline is not the notebook: a fault of Slipway, please report it',
  edit: 'edits made in the steps change it',
}

const verdictWords: Readonly<Record<OutputVerdict['verdict'], string>> = {
  exact: 'the same',
  tolerant: 'the same but for the last digits',
  statistical: 'within the range of what the notebook gives',
  unverified: 'nothing could be compared',
  different: 'not the same',
}

function why({ verdict, cause }: OutputVerdict): string {
  return cause === undefined ? verdictWords[verdict] : `${verdictWords[verdict]}; ${causeWords[cause]}`
}

/** The first lines of what may be long. */
const shownDifferences = 5

function differenceText({ name, differences }: OutputVerdict): string {
  const shown = differences.slice(0, shownDifferences).map(text => `- ${inline(text)}`)
  const rest = differences.length - shown.length
  return [`${code(name)} differs:`, '', ...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')
}

type CellName = NonNullable<ReportOptions['cellName']>

const findingTitles: Readonly<Record<Cause, string>> = {
  nondeterminism: 'Chance',
  drift: 'The outside has changed',
  'hidden-state': 'Hidden state',
  slicer: 'Fault',
  edit: 'Edits in the steps',
}

function findingText({ cause, message, cells, choices }: Finding, cellName: CellName): string {
  const choice = choices?.includes('document')
    ? ['', 'To promote the document instead: `slipway promote NOTEBOOK --from document`.']
    : []
  const list = cells.map(({ cell, message }) => `- cell ${code(cellName(cell))} ${message}`)
  return [
    `## ${findingTitles[cause]}`,
    '',
    message,
    ...(list.length > 0 ? ['', ...list] : []),
    ...choice,
  ].join('\n')
}

/** As in the terminal, with the texts that are out or could be. */
function trimText({ message, statements, state }: Trim, cellName: CellName): string {
  const shown = statements.slice(0, shownDifferences).map(({ cell, text }) => {
    const [line = ''] = text.split('\n')
    return `  - ${state === 'left-out' ? 'out' : 'in'}: ${code(line)} (cell ${code(cellName(cell))})`
  })
  const rest = statements.length - shown.length
  return [`- ${inline(message)}`, ...shown, ...(rest > 0 ? [`  - and ${rest} more`] : [])].join('\n')
}

const runWords: Readonly<Record<RunName, { readonly name: string; readonly what: string }>> = {
  live: { name: 'live', what: 'what the session showed' },
  replay: { name: 'replay', what: 'what ran, in its order, in a fresh session' },
  again: { name: 'replay again', what: 'the same once more' },
  document: { name: 'document', what: 'the cells from top to bottom' },
  pipeline: { name: 'pipeline', what: 'the steps, a process each' },
}

function wentText({ state, seconds, message }: RunSummary): string {
  if (state === 'same') return 'is what ran: the second replay is its run'
  if (state === 'absent') return message ?? 'not there'
  const time = seconds === undefined ? 'compared' : `${seconds.toFixed(1)} s`
  return state === 'failed' ? `failed after ${time}: ${inline((message ?? '').split('\n')[0] ?? '')}` : time
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

/** Values may hold anything; a report is one line per difference and no markup of theirs. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[<>*_`[\]]/g, '\\$&')
}

function number(value: number): string {
  return value.toLocaleString('en')
}
