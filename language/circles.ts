/** Circles of a graph that is given as the successors of each node. */

type Graph = ReadonlyMap<string, readonly string[]>

export interface GraphCircle {
  /** A shortest way from the node to itself, its first not repeated; of a big circle a part that all share. */
  readonly way: readonly string[]
  /** All nodes that can reach the node and be reached from it. */
  readonly members: ReadonlySet<string>
}

/** Of every node that can reach itself. */
export function circlesOf(graph: Graph): ReadonlyMap<string, GraphCircle> {
  const circles = new Map<string, GraphCircle>()
  for (const component of components(graph)) {
    const inside = new Set(component)
    if (component.length === 1 && !graph.get(component[0]!)!.includes(component[0]!)) continue
    // Of a circle of hundreds the beginning of one way is enough to see it.
    const isBig = component.length > 200
    const shared = isBig ? wayBack(component[0]!, graph, inside).slice(0, 30) : undefined
    for (const node of component)
      circles.set(node, { way: shared ?? wayBack(node, graph, inside), members: inside })
  }
  return circles
}

function wayBack(start: string, graph: Graph, inside: ReadonlySet<string>): readonly string[] {
  const cameFrom = new Map<string, string>()
  const open = [start]
  for (const node of open)
    for (const next of graph.get(node) ?? []) {
      if (next === start) {
        const way = [node]
        while (way.at(-1) !== start) way.push(cameFrom.get(way.at(-1)!)!)
        return way.reverse()
      }
      if (!inside.has(next) || cameFrom.has(next)) continue
      cameFrom.set(next, node)
      open.push(next)
    }
  return [start]
}

/** Strongly connected components (Tarjan), with a stack of its own: chains may be long. */
function components(graph: Graph): readonly (readonly string[])[] {
  const found: string[][] = []
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const enter = (node: string) => {
    index.set(node, index.size)
    low.set(node, index.get(node)!)
    stack.push(node)
    onStack.add(node)
    return { node, next: 0 }
  }
  for (const root of graph.keys()) {
    if (index.has(root)) continue
    const open = [enter(root)]
    for (let frame = open.at(-1); frame; frame = open.at(-1)) {
      const { node } = frame
      const target = graph.get(node)![frame.next++]
      if (target !== undefined) {
        if (!index.has(target)) open.push(enter(target))
        else if (onStack.has(target)) low.set(node, Math.min(low.get(node)!, index.get(target)!))
        continue
      }
      open.pop()
      const parent = open.at(-1)?.node
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(node)!))
      if (low.get(node) === index.get(node)) found.push(popComponent(stack, onStack, node))
    }
  }
  return found
}

function popComponent(stack: string[], onStack: Set<string>, node: string): string[] {
  const component = stack.splice(stack.lastIndexOf(node))
  for (const member of component) onStack.delete(member)
  return component
}
