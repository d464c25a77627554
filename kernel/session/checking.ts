/**
 * What TypeScript finds in a cell, beside its run: shown under it as a warning (`warn`), or a reason not to run it
 * (`stop`).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageClient } from '../language/client.ts'
import type { DiagnosticOfCell } from '../language/service.ts'
import type { Outcome } from './child-protocol.ts'

export type CheckMode = 'off' | 'warn' | 'stop'

/** Shared by the kernel and `%check`. */
export interface Checking {
  mode: CheckMode
}

export interface CheckedCell {
  readonly source: string
  readonly cell: string | null
  /** How the cell is called in stack traces. */
  readonly file: string
}

export interface CellChecks {
  readonly checking: Checking
  /** What keeps a cell from running: its failure. Undefined when nothing does, or when the mode is another. */
  failure(cell: CheckedCell): Promise<Outcome | undefined>
  /** Begins to check a cell whose run has begun, when findings are to be shown. */
  begin(cell: CheckedCell): void
  /**
   * A cell has ended: shows what was found in it. Waits for a check that is nearly done, so that findings come
   * before the reply; what comes later is printed under the cell all the same.
   */
  end(cell: CheckedCell, outcome: Outcome): Promise<void>
}

export interface CellChecksOptions {
  readonly language: Pick<LanguageClient, 'diagnostics'>
  readonly mode: CheckMode
  /** Whether findings are printed. A client that underlines them shows them already. */
  readonly prints: boolean
  /** Prints under a cell. */
  print(cell: CheckedCell, text: string): void
}

/** Of findings, per cell. */
const maxShown = 5
/** A check takes about as long, once TypeScript is loaded. */
const maxWaitMs = 100

/**
 * Findings that are true and of no use in a notebook: what is implicitly `any`, what may be null by poor types of a
 * library, unused names, and modules without types. A module that is not there says so by itself.
 */
const noise: ReadonlySet<number> = new Set([
  ...[2307, 2792, 7005, 7006, 7016, 7018, 7019, 7022, 7023, 7024, 7031, 7034, 7053],
  ...[2531, 2532, 2533, 18046, 18047, 18048, 18049, 6133, 6192, 6196, 6198, 2582, 2584],
])

export function createCellChecks({ language, mode, prints, print }: CellChecksOptions): CellChecks {
  const checking: Checking = { mode }
  const running = new Map<CheckedCell, Promise<readonly DiagnosticOfCell[]>>()
  /** TypeScript is loaded: until then a check would only take time from the cells. */
  let warm = false

  async function check({ source, cell }: CheckedCell): Promise<readonly DiagnosticOfCell[]> {
    try {
      const found = await language.diagnostics({ source, cursor: 0, cell, before: [] })
      return found.filter(({ severity, code }) => severity === 'error' && !noise.has(code))
    } catch {
      return [] // The service says by itself that it failed.
    } finally {
      warm = true
    }
  }

  const show = (cell: CheckedCell, found: readonly DiagnosticOfCell[]) => {
    if (found.length > 0) print(cell, `${describe(cell, found).join('\n')}\n`)
  }

  return {
    checking,
    async failure(cell) {
      if (checking.mode !== 'stop' || !isWorthChecking(cell)) return undefined
      const found = await check(cell)
      if (found.length === 0) return undefined
      const evalue = `TypeScript finds ${found.length === 1 ? 'an error' : `${found.length} errors`}: the cell was not run. (%check warn runs it all the same.)`
      const traceback = [`TypeError: ${evalue}`, ...describe(cell, found)]
      return { status: 'error', ename: 'TypeError', evalue, traceback }
    },
    begin(cell) {
      const wanted = prints && checking.mode === 'warn' && warm && isWorthChecking(cell)
      if (wanted && !running.has(cell)) running.set(cell, check(cell))
    },
    async end(cell, outcome) {
      const begun = running.get(cell)
      running.delete(cell)
      if (begun) {
        const patience = outcome.status === 'ok' ? maxWaitMs : 0
        const found = await Promise.race([begun, sleep(patience, undefined, { ref: false })])
        if (found) show(cell, found)
        else void begun.then(late => show(cell, late))
      } else if (prints && checking.mode === 'warn' && !warm && isWorthChecking(cell)) {
        void check(cell).then(late => show(cell, late))
      }
    },
  }
}

/** A cell that names nothing, such as `1 + 1`, has nothing to be found in it that its run does not say. */
const isWorthChecking = ({ source }: CheckedCell) => /[\p{ID_Start}$_]/u.test(source)

function describe({ source, file }: CheckedCell, found: readonly DiagnosticOfCell[]): string[] {
  const lines = source.split('\n')
  const shown = found.slice(0, maxShown).flatMap(({ start, end, message, code }) => {
    const before = source.slice(0, start).split('\n')
    const line = before.length
    const column = before.at(-1)!.length
    const text = lines[line - 1] ?? ''
    const width = Math.max(1, Math.min(end - start, text.length - column))
    return [
      `${file}:${line}:${column + 1} TS${code}: ${message.split('\n').slice(0, 2).join(' ')}`,
      `    ${text}`,
      `    ${text.slice(0, column).replace(/[^\t]/g, ' ')}${'~'.repeat(width)}`,
    ]
  })
  return found.length > maxShown ? [...shown, `… and ${found.length - maxShown} more`] : shown
}

/** Of a setting or an environment variable. Default, also for what is none: `warn`. */
export function checkMode(text: string | undefined): CheckMode {
  return text === 'off' || text === 'stop' ? text : 'warn'
}
