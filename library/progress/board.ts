/**
 * Bars that are shown together: what begins while something else goes on stands below it, in the same place. A board
 * belongs to one run of a cell; outside of a kernel there is one for the process.
 *
 * Updates are thinned out to ten a second; the last state always comes through. An interrupt says so on every bar: the
 * interrupted code itself never goes on to do it.
 */
import { randomUUID } from 'node:crypto'
// Timers of the cell's own globals end with an interrupt and would be shown as the cell's.
import { clearTimeout, setTimeout } from 'node:timers'
import { currentContext } from '../context.ts'
import { kernelHook, type KernelHook } from './hook.ts'
import { boardBundle, detailsOf, lineOf, type BarState } from './text.ts'

export interface BarOptions {
  readonly label: string
  readonly total?: number | undefined
  /** What is counted. Undefined: shares, whose numbers are not told. */
  readonly unit?: string | undefined
  /** Whether items a second and the time left are told. Default: true. */
  readonly timed?: boolean
  /** Work that ends within this time is not shown. Default: 0. */
  readonly delayMs?: number
  /** Whether a program without terminal and kernel prints a line at the end. Default: false. */
  readonly summary?: boolean
}

export interface BarChange {
  readonly done?: number
  readonly total?: number | undefined
  readonly label?: string
  readonly message?: string | undefined
}

export interface Bar {
  set(change: BarChange): void
  /** Only the first call counts. Default: `done`. */
  end(state?: 'done' | 'failed' | 'stopped'): void
}

const intervalMs = 100

interface Running {
  options: BarOptions
  done: number
  total: number | undefined
  label: string
  message: string | undefined
  state: BarState['state']
  readonly startedMs: number
  endedMs: number | undefined
  shown: boolean
}

/** Where a board is shown. */
interface Screen {
  show(bars: readonly BarState[], isLast: boolean): void
}

interface Board {
  readonly bars: Running[]
  changed(isNews: boolean): void
  ended(bar: Running): void
}

const boards = new WeakMap<object, Board>()
const everything = {}

/** Begins a bar on the board of the running cell. */
export function startBar(options: BarOptions): Bar {
  const kernel = kernelHook()
  const owner = kernel?.signal ?? everything
  let board = boards.get(owner)
  if (!board) boards.set(owner, (board = createBoard(owner, kernel)))
  return addBar(board, options)
}

function addBar(board: Board, options: BarOptions): Bar {
  const { label, total, delayMs = 0 } = options
  const bar: Running = {
    options,
    done: 0,
    total,
    label,
    message: undefined,
    state: 'running',
    startedMs: performance.now(),
    endedMs: undefined,
    shown: delayMs === 0,
  }
  board.bars.push(bar)
  const timer = bar.shown ? undefined : setTimeout(appear, delayMs).unref()
  function appear(): void {
    bar.shown = true
    board.changed(true)
  }
  if (bar.shown) board.changed(true)
  return {
    set(change) {
      if (bar.state !== 'running') return
      const isNews = change.label !== undefined && change.label !== bar.label
      Object.assign(bar, change)
      if (bar.shown) board.changed(isNews)
    },
    end(state = 'done') {
      if (bar.state !== 'running') return
      clearTimeout(timer)
      bar.state = state
      bar.endedMs = performance.now()
      board.ended(bar)
    },
  }
}

function createBoard(owner: object, kernel: KernelHook | undefined): Board {
  const bars: Running[] = []
  const screen = createScreen(kernel)
  const signal = owner instanceof AbortSignal ? owner : undefined
  let shownMs = -Infinity
  let timer: NodeJS.Timeout | undefined

  function show(isLast = false): void {
    clearTimeout(timer)
    timer = undefined
    shownMs = performance.now()
    const shown = bars.filter(bar => bar.shown)
    if (shown.length > 0) screen.show(shown.map(stateOf), isLast)
  }

  function close(): void {
    show(true)
    boards.delete(owner)
    signal?.removeEventListener('abort', stop)
  }

  function stop(): void {
    for (const bar of bars) {
      if (bar.state !== 'running') continue
      bar.state = 'stopped'
      bar.endedMs = performance.now()
    }
    close()
  }

  signal?.addEventListener('abort', stop, { once: true })
  return {
    bars,
    changed(isNews) {
      const waitMs = shownMs + intervalMs - performance.now()
      if (isNews && shownMs === -Infinity) show()
      else if (waitMs <= 0) show()
      else timer ??= setTimeout(show, waitMs).unref()
    },
    ended(bar) {
      if (bars.every(({ state }) => state !== 'running')) return close()
      // What went on inside something else made room for the next.
      if (bar !== bars[0]) bars.splice(bars.indexOf(bar), 1)
      if (bar.shown) this.changed(false)
    },
  }
}

function stateOf(bar: Running): BarState {
  const { options, startedMs, endedMs, done, total, label, message, state } = bar
  return {
    label,
    done,
    total,
    message,
    state,
    unit: options.unit,
    timed: options.timed ?? true,
    elapsedMs: (endedMs ?? performance.now()) - startedMs,
  }
}

function createScreen(kernel: KernelHook | undefined): Screen {
  if (kernel) return kernelScreen(kernel)
  const { emit } = currentContext()
  if (emit)
    return {
      show(bars) {
        const { label: phase, done, total, message } = bars.at(-1)!
        emit({ type: 'progress', phase, done, total, message })
      },
    }
  return process.stderr.isTTY ? terminalScreen() : quietScreen()
}

function kernelScreen(kernel: KernelHook): Screen {
  const displayId = randomUUID()
  let update = false
  return {
    show(bars) {
      kernel.display(boardBundle(bars), { displayId, update })
      update = true
    },
  }
}

function terminalScreen(): Screen {
  return {
    show(bars, isLast) {
      const text = isLast ? lineOf(bars[0]!) : bars.map(lineOf).join('   ')
      const width = process.stderr.columns || 80
      process.stderr.write(`\r\x1b[K${text.slice(0, width - 1)}${isLast ? '\n' : ''}`)
    },
  }
}

/** A file or a pipe: one line, at the end, of what the program itself wanted to be shown. */
function quietScreen(): Screen {
  return {
    show(bars, isLast) {
      if (isLast && bars[0]!.unit !== undefined)
        process.stderr.write(`${bars[0]!.label}: ${detailsOf(bars[0]!)}\n`)
    },
  }
}
