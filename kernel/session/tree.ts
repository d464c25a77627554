/** Small helpers over an ESTree that acorn parsed. Pure. */
import type { Node, Pattern } from 'acorn'

export interface Visitor {
  /** Whether to go on into the node. */
  enter(node: Node, parent: Node | undefined): boolean
}

/** Visits a node and all below it, in the order of the text. */
export function walk(node: Node, visitor: Visitor, parent?: Node): void {
  if (!visitor.enter(node, parent)) return
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) for (const item of value) visitChild(item, visitor, node)
    else visitChild(value, visitor, node)
  }
}

function visitChild(value: unknown, visitor: Visitor, parent: Node): void {
  if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value)
    walk(value as Node, visitor, parent)
}

/** The names that a binding pattern declares, in order. */
export function patternNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap(p => patternNames(p.type === 'Property' ? p.value : p.argument))
    case 'ArrayPattern':
      return pattern.elements.flatMap(e => (e ? patternNames(e) : []))
    case 'RestElement':
      return patternNames(pattern.argument)
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    default:
      return []
  }
}
