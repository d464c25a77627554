/**
 * Work that nobody waits for: timers, promises without `await`, callbacks that unknown code keeps. What it writes is
 * written at a time unknown; what it reads may have been changed by statements that come after it, so that it is
 * gone through again wherever it may go on: at each `await` and between cells.
 */
import type { Value } from './heap.ts'
import { TooEntangled, type Frame, type Interpreter, type Waited } from './interpreter.ts'
import { ts } from './typescript.ts'

/** How often work is gone through again before the notebook counts as too entangled. */
export const mostRounds = 2000

/** Runs deferred work now, and again whenever it may go on. */
export function later(it: Interpreter, run: () => Value): Value {
  if (it.later.isRunning) return it.heap.maybe('deferred', run)
  const work = { statement: it.heap.current(), run, stack: [...it.stack] }
  it.history.write(it.later.work, [...it.history.read(it.later.work), work])
  return it.heap.maybe('deferred', run)
}

/** Other work may go on here, for the statements that started it. */
export function goOn(it: Interpreter): void {
  const { later, heap } = it
  if (it.history.read(later.work).length === 0 || later.isRunning) return
  const statement = heap.current()
  const stack = it.stack.splice(0)
  later.isRunning = true
  try {
    for (const work of workOf(it)) {
      if (work.statement === statement) continue
      if (++later.rounds > mostRounds) throw new TooEntangled()
      heap.begin(work.statement)
      it.stack.push(...work.stack)
      heap.maybe('deferred', work.run)
      it.stack.length = 0
    }
  } finally {
    later.isRunning = false
    heap.begin(statement)
    it.stack.splice(0, it.stack.length, ...stack)
  }
}

/** All there is, with what is added meanwhile. */
function* workOf(it: Interpreter) {
  for (let i = 0; i < it.history.read(it.later.work).length; i++) {
    const work = it.history.read(it.later.work)[i]
    if (work) yield work
  }
}

/** An `await` lets all of it go on, and is needed by whoever reads what it wrote. */
export function awaited(it: Interpreter): void {
  goOn(it)
  it.heap.settle()
}

/** Whether the promise that an expression gives is waited for: at once, in a list of such, or by who called. */
export function isAwaited(node: ts.Node, frame: Frame): Waited {
  let at = node.parent
  let isCaught = false
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isConditionalExpression(at) ||
    ts.isArrayLiteralExpression(at) ||
    (ts.isPropertyAccessExpression(at) && /^(then|catch|finally)$/.test(at.name.text)) ||
    (ts.isCallExpression(at) && isHandedOn(at))
  ) {
    isCaught ||= catches(at)
    at = at.parent
  }
  const isReturned = ts.isReturnStatement(at) || ts.isArrowFunction(at)
  const isWaited = isReturned ? frame.isAwaited : ts.isAwaitExpression(at) || isForAwait(at)
  return isWaited && isCaught ? 'caught' : (isWaited ?? false)
}

function isForAwait(node: ts.Node): boolean {
  return ts.isForOfStatement(node) && node.awaitModifier !== undefined
}

/** `p.catch(…)`, `p.then(a, b)`, `Promise.allSettled([p])`. */
function catches(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  const name = node.expression.name.text
  return name === 'catch' || name === 'allSettled' || (name === 'then' && node.arguments.length > 1)
}

function isHandedOn({ expression }: ts.CallExpression): boolean {
  const target = ts.isPropertyAccessExpression(expression) ? expression : undefined
  if (!target) return false
  if (/^(then|catch|finally)$/.test(target.name.text)) return true
  const isPromise = ts.isIdentifier(target.expression) && target.expression.text === 'Promise'
  return isPromise && /^(all|allSettled)$/.test(target.name.text)
}
