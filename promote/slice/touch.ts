/** What a call reads and writes outside of memory, and the paths that it names. */
import { posix } from 'node:path'
import type { Call } from './arguments.ts'
import { nothing } from './heap.ts'
import type { Interpreter } from './interpreter.ts'
import { fileObject, filesAround, outside, statesOf } from './outside.ts'
import { bare, ts } from './typescript.ts'

interface Touch {
  readonly isWrite: boolean
  readonly isAssumed?: boolean
}

/** What a stub writes to that makes another name for a file. */
const linkState = 'state:links'

export function touchOutside(it: Interpreter, use: string, call: Call, touch: Touch): void {
  const { isWrite, isAssumed } = touch
  if (use.startsWith('state:')) return touchState(it, use, isWrite)
  const [kind = use, index] = use.split(':')
  const path = index === undefined ? undefined : literalPath(it, call.argumentNodes[Number(index)])
  // `network:0`: only when the argument may be an address.
  if (kind === 'network' && path !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(path)) return
  it.notes.outsideUses.push({
    statement: it.heap.current(),
    kind,
    isWrite,
    ...(isAssumed ? { isAssumed } : {}),
    ...(path === undefined ? {} : { path }),
  })
  if (kind === 'display') return
  // Where links have been made, a path may lead to any file.
  const isNamed = kind === 'file' && path !== undefined && !statesOf(it).includes(linkState)
  // A file is written into a folder that something has made, and found in it.
  it.heap.readField(isNamed ? filesAround(it, path, isWrite ? 'above' : 'all') : outside(it, kind), '*')
  if (!isWrite) return
  const target = isNamed ? new Set([fileObject(it, path)]) : outside(it, kind)
  it.heap.maybe('weak', () => it.heap.writeField(target, '*', nothing))
}

/** What a library keeps to itself (a backend that was chosen), by a name that its stub gives it. */
function touchState(it: Interpreter, use: string, isWrite: boolean): void {
  const state = outside(it, use)
  it.heap.readField(state, '*')
  if (isWrite) it.heap.maybe('weak', () => it.heap.writeField(state, '*', nothing))
}

/** The text of a path that can be known from the source alone: a literal, or a constant that is one. */
export function literalPath(it: Interpreter, node: ts.Expression | undefined): string | undefined {
  const text = node && constantText(it, bare(node), 0)
  return text === undefined || /^[a-z][a-z0-9+.-]*:/i.test(text)
    ? text
    : posix.normalize(text).replace(/(.)\/$/, '$1')
}

function constantText(it: Interpreter, node: ts.Expression, depth: number): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isIdentifier(node) || depth > 8) return undefined
  const { checker } = it.notebook
  const symbol = checker.getSymbolAtLocation(node)
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target?.declarations?.[0]
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined
  const isConst = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
  return isConst ? constantText(it, bare(declaration.initializer), depth + 1) : undefined
}
