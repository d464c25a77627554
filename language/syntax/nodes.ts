/**
 * The nodes of a tree in a few bytes each. They stand in the order in which they are closed, so that a node comes
 * after all that is under it: its last child is the one before it, and the others are found by their sizes.
 */
import type { Token, TokenTable } from './tokens.ts'
import type { NodeKind, SyntaxElement, SyntaxNode } from './tree.ts'

export interface NodeColumns {
  /** By `nodeKinds` of the table. */
  readonly kinds: Uint8Array
  /** Index of the first token of the node. */
  readonly firsts: Uint32Array
  /** Index after the last token of the node. */
  readonly ends: Uint32Array
  /** How many nodes it is with all under it. */
  readonly sizes: Uint32Array
}

const kindNames: NodeKind[] = []
const kindCodes = new Map<NodeKind, number>()

/** The number that stands for a kind. */
function codeOfKind(kind: NodeKind): number {
  let code = kindCodes.get(kind)
  if (code === undefined) {
    code = kindNames.push(kind) - 1
    kindCodes.set(kind, code)
  }
  return code
}

/** Collects nodes as they are closed. */
export class NodeBuilder {
  #kinds: Uint8Array
  #firsts: Uint32Array
  #ends: Uint32Array
  #sizes: Uint32Array
  /** How many levels each has, itself included: known only while the tree is built. */
  #heights: Uint32Array
  count = 0

  /** With room for so many, and for more when needed. */
  constructor(capacity: number) {
    this.#kinds = new Uint8Array(capacity)
    this.#firsts = new Uint32Array(capacity)
    this.#ends = new Uint32Array(capacity)
    this.#sizes = new Uint32Array(capacity)
    this.#heights = new Uint32Array(capacity)
  }

  /** Of the node that was added last. */
  get height(): number {
    return this.count > 0 ? this.#heights[this.count - 1]! : 0
  }

  /** Adds a node over all that were added since there were `since`. */
  add(kind: NodeKind, first: number, end: number, since: number): void {
    if (this.count === this.#kinds.length) this.#grow()
    const index = this.count++
    this.#kinds[index] = codeOfKind(kind)
    this.#firsts[index] = first
    this.#ends[index] = end
    this.#sizes[index] = index + 1 - since
    let height = 0
    for (let child = index - 1; child >= since; child -= this.#sizes[child]!)
      height = Math.max(height, this.#heights[child]!)
    this.#heights[index] = height + 1
  }

  finish(): NodeColumns {
    const { count } = this
    return {
      kinds: this.#kinds.slice(0, count),
      firsts: this.#firsts.slice(0, count),
      ends: this.#ends.slice(0, count),
      sizes: this.#sizes.slice(0, count),
    }
  }

  #grow(): void {
    const length = this.count * 2
    const kinds = new Uint8Array(length)
    kinds.set(this.#kinds)
    this.#kinds = kinds
    this.#firsts = larger(this.#firsts, length)
    this.#ends = larger(this.#ends, length)
    this.#sizes = larger(this.#sizes, length)
    this.#heights = larger(this.#heights, length)
  }
}

function larger(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length)
  copy.set(column)
  return copy
}

/** What the views of one tree's nodes share. */
export interface NodeTable extends NodeColumns {
  readonly tokens: TokenTable
}

/** A node as others see it, made when asked for. It keeps what it was asked for, and no tree keeps it. */
export class NodeView implements SyntaxNode {
  readonly table: NodeTable
  readonly index: number
  #parent: SyntaxNode | undefined
  #nodes: readonly NodeView[] | undefined

  constructor(table: NodeTable, index: number, parent?: SyntaxNode) {
    this.table = table
    this.index = index
    this.#parent = parent
  }

  get kind(): NodeKind {
    return kindAt(this.table, this.index)
  }

  get start(): number {
    return startOf(this.table, this.index)
  }

  get end(): number {
    return endOf(this.table, this.index)
  }

  get parent(): SyntaxNode | undefined {
    return (this.#parent ??= parentOf(this.table, this.index))
  }

  get nodes(): readonly NodeView[] {
    return (this.#nodes ??= this.#makeNodes())
  }

  #makeNodes(): NodeView[] {
    const { table, index } = this
    const { sizes } = table
    const nodes: NodeView[] = []
    const low = index - sizes[index]!
    for (let child = index - 1; child > low; child -= sizes[child]!)
      nodes.push(new NodeView(table, child, this))
    return nodes.reverse()
  }

  get ownTokens(): readonly Token[] {
    const { tokens, firsts, ends } = this.table
    const own: Token[] = []
    const add = (from: number, to: number): void => {
      for (let index = from; index < to; index++) if (!tokens.isTriviaAt(index)) own.push(tokens.at(index))
    }
    let next = firsts[this.index]!
    for (const { index } of this.nodes) {
      add(next, firsts[index]!)
      next = ends[index]!
    }
    add(next, ends[this.index]!)
    return own
  }

  get children(): readonly SyntaxElement[] {
    const { firsts, ends, tokens } = this.table
    const children: SyntaxElement[] = []
    let next = firsts[this.index]!
    for (const node of this.nodes) {
      for (; next < firsts[node.index]!; next++) children.push(tokens.at(next))
      children.push(node)
      next = ends[node.index]!
    }
    for (; next < ends[this.index]!; next++) children.push(tokens.at(next))
    return children
  }
}

export function kindAt({ kinds }: NodeTable, index: number): NodeKind {
  return kindNames[kinds[index]!]!
}

export function startOf({ firsts, tokens }: NodeTable, index: number): number {
  return tokens.startOf(firsts[index]!)
}

export function endOf({ firsts, ends, tokens }: NodeTable, index: number): number {
  const end = ends[index]!
  return end === firsts[index]! ? tokens.startOf(end) : tokens.endOf(end - 1)
}

function parentOf(table: NodeTable, index: number): SyntaxNode | undefined {
  const root = table.kinds.length - 1
  if (index === root) return undefined
  let node = new NodeView(table, root)
  for (;;) {
    const inner = node.nodes.find(child => index <= child.index)!
    if (inner.index === index) return node
    node = inner
  }
}
