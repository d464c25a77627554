/** Runs a cell that has magics: its parts one after the other, until one fails. */
import type { Magic } from '../../language/notebook/cell.ts'
import { foreignMagics, magicEntry, magics } from '../../language/notebook/magics.ts'
import { partsOf } from '../../language/notebook/parts.ts'
import { suggest } from '../../language/suggest.ts'
import { KernelError, messageOf } from '../errors.ts'
import type { Failure, Outcome } from '../session/child-protocol.ts'
import { MagicError, succeeded, type MagicContext } from './context.ts'
import { magicRunners } from './table.ts'

export interface CodePart {
  /** As long as the cell, blank elsewhere. */
  readonly code: string
  /** Counted from 0 over the parts of code. */
  readonly index: number
  readonly timed: boolean
  /** Whether it is the last part: its value is the cell's. */
  readonly last: boolean
}

export interface PartsOptions extends MagicContext {
  runCode(part: CodePart): Promise<Outcome>
}

/** The outcome of the last part, or of the first that fails. Never rejects. */
export async function runParts(source: string, options: PartsOptions): Promise<Outcome> {
  const parts = partsOf(source)
  let outcome: Outcome = succeeded
  let index = 0
  for (const [i, part] of parts.entries()) {
    outcome =
      part.kind === 'code'
        ? await options.runCode({ ...part, index: index++, last: i === parts.length - 1 })
        : await runMagic(part.magic, part.body, options)
    if (outcome.status !== 'ok') return outcome
    if (options.signal.aborted) return interruptedOutcome
  }
  return outcome
}

async function runMagic(magic: Magic, body: string, context: MagicContext): Promise<Outcome> {
  try {
    const runner = await runnerOf(magic)()
    const outcome = await runner({ ...magic, body }, context)
    return context.signal.aborted ? interruptedOutcome : (outcome ?? succeeded)
  } catch (error) {
    return context.signal.aborted ? interruptedOutcome : failureOf(error, magic, context)
  }
}

/** @throws {MagicError} KERNEL030 */
function runnerOf({
  name,
  kind,
}: Magic): () => Promise<(typeof magicRunners)[string] extends () => Promise<infer R> ? R : never> {
  const runner = magicEntry(name, kind) && magicRunners[name]
  if (runner) return runner
  throw new MagicError('KERNEL030', unknownMagic(name, kind))
}

/** What to say of a magic that there is none of. */
export function unknownMagic(name: string, kind: 'line' | 'cell'): string {
  const sign = kind === 'cell' ? '%%' : '%'
  const expected = `Expected a magic that is known, got ${sign}${name}.`
  const entry = magicEntry(name)
  if (entry)
    return kind === 'cell'
      ? `${expected} %${name} stands on a line, not for a whole cell: write %${name} ${entry.usage}.`
      : `${expected} %%${name} is for a whole cell: write it in the first line.`
  const foreign = Object.hasOwn(foreignMagics, name) ? foreignMagics[name] : undefined
  if (foreign) return `${expected} ${foreign}`
  const near = suggest(
    name,
    magics.filter(({ kinds }) => kinds.includes(kind)).map(known => known.name),
  )
  return near ? `${expected} Did you mean ${sign}${near}?` : `${expected} %magics lists them.`
}

const interruptedOutcome: Outcome = {
  status: 'error',
  ename: 'Interrupted',
  evalue: 'The cell was interrupted.',
  traceback: ['Interrupted: the cell was interrupted. What it had computed so far is kept.'],
  interrupted: true,
}

function failureOf(error: unknown, { line }: Magic, { source, file }: MagicContext): Failure {
  const isOurs = error instanceof MagicError || error instanceof KernelError
  const ename = isOurs ? error.code : error instanceof Error ? error.name : 'Error'
  const evalue = messageOf(error)
  const text = (source.split('\n')[line] ?? '').trimEnd()
  const traceback = [`${ename}: ${evalue}`, `    at ${file}:${line + 1}:1`, '', `    ${text}`]
  return { status: 'error', ename, evalue, traceback }
}
