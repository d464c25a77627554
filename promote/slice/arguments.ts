/** What calls are given. */
import { evaluate } from './evaluate.ts'
import { nothing, union, type Value } from './heap.ts'
import type { Frame, Interpreter, Waited } from './interpreter.ts'
import type { StubName } from './names.ts'
import { iterate } from './protocols.ts'
import { ts } from './typescript.ts'

/** Arguments as a function gets them. */
export interface Arguments {
  readonly self: Value
  readonly parameters: readonly Value[]
  /** What any further parameter may be. */
  readonly more?: Value
  /** The expression that calls: objects made behind it are its own. */
  readonly node: ts.Node
  /** Whether the caller waits for the promise that comes back. */
  readonly isAwaited?: Waited
}

/** A call with everything that an effect may speak of. */
export interface Call extends Arguments {
  readonly callee: Value
  readonly argumentNodes: readonly ts.Expression[]
  /** As the author wrote it. */
  readonly text: () => string
  readonly stub?: StubName
  readonly frame: Frame
}

export function readArguments(
  it: Interpreter,
  nodes: readonly ts.Expression[],
  frame: Frame,
): Pick<Call, 'parameters' | 'more' | 'argumentNodes'> {
  const parameters: Value[] = []
  let more: Value = nothing
  for (const node of nodes) {
    if (ts.isSpreadElement(node)) more = union(more, iterate(it, evaluate(it, node.expression, frame), node))
    else if (more.size > 0) more = union(more, evaluate(it, node, frame))
    else parameters.push(evaluate(it, node, frame))
  }
  return { parameters, more, argumentNodes: nodes }
}
