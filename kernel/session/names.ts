/**
 * What a cell does with names, from its text alone: which of the session's names it reads and writes, and which a
 * function of it holds on to. Pure; knows ESTree and nothing of the rewrite.
 */
import type { Identifier, Node, Pattern, Program } from 'acorn'
import { patternNames } from './tree.ts'

/** A name of the session where the cell mentions it: one that no function, block or class of the cell declares. */
export interface Mention {
  readonly name: string
  readonly node: Identifier
  readonly read: boolean
  readonly write: boolean
  /** Whether it stands in a function or class, and so may run later. */
  readonly inFunction: boolean
  /** `{ x }`: the name is key and value in one. */
  readonly shorthand: boolean
}

export interface CellNames {
  readonly mentions: readonly Mention[]
  /** Names that only this cell sees: those of `using`. */
  readonly own: ReadonlySet<string>
}

interface Scope {
  readonly names: ReadonlySet<string>
  readonly parent: Scope | undefined
}

interface Place {
  readonly scope: Scope
  readonly inFunction: boolean
}

/** Everything a cell mentions, in the order of its text. */
export function cellNames(program: Program): CellNames {
  const mentions: Mention[] = []
  const own = new Set(program.body.flatMap(node => usingNames(node)))
  const visitor = createVisitor(mentions)
  for (const node of program.body)
    visitor(node, { scope: { names: own, parent: undefined }, inFunction: false })
  return { mentions, own }
}

type AnyNode = Node & Record<string, unknown>

function createVisitor(mentions: Mention[]): (node: Node, place: Place) => void {
  function mention(
    node: Identifier,
    place: Place,
    how: { read: boolean; write: boolean; shorthand?: boolean },
  ) {
    for (let scope: Scope | undefined = place.scope; scope; scope = scope.parent)
      if (scope.names.has(node.name)) return
    const { read, write, shorthand = false } = how
    mentions.push({ name: node.name, node, read, write, inFunction: place.inFunction, shorthand })
  }

  /** A pattern that binds or assigns; expressions inside it are read. */
  function target(pattern: Pattern, place: Place, how: { read: boolean; shorthand?: boolean }): void {
    switch (pattern.type) {
      case 'Identifier':
        return mention(pattern, place, { ...how, write: true })
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') target(property.argument, place, how)
          else {
            if (property.computed) visit(property.key, place)
            target(property.value, place, { ...how, shorthand: property.shorthand })
          }
        }
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) target(element, place, { read: how.read })
        return
      case 'RestElement':
        return target(pattern.argument, place, how)
      case 'AssignmentPattern':
        target(pattern.left, place, how)
        return visit(pattern.right, place)
      default:
        return visit(pattern, place)
    }
  }

  function visit(given: Node, place: Place): void {
    const node = given as AnyNode
    switch (node.type) {
      case 'Identifier':
        return mention(given as Identifier, place, { read: true, write: false })
      case 'MemberExpression':
        visit(node['object'] as Node, place)
        if (node['computed']) visit(node['property'] as Node, place)
        return
      case 'Property': {
        if (node['computed']) visit(node['key'] as Node, place)
        const value = node['value'] as Node
        if (node['shorthand'] && value.type === 'Identifier')
          return mention(value as Identifier, place, { read: true, write: false, shorthand: true })
        return visit(value, place)
      }
      case 'MethodDefinition':
      case 'PropertyDefinition': {
        if (node['computed']) visit(node['key'] as Node, place)
        if (node['value']) visit(node['value'] as Node, { ...place, inFunction: true })
        return
      }
      case 'AssignmentExpression':
        target(node['left'] as Pattern, place, { read: node['operator'] !== '=' })
        return visit(node['right'] as Node, place)
      case 'UpdateExpression':
        return target(node['argument'] as Pattern, place, { read: true })
      case 'VariableDeclarator':
        target(node['id'] as Pattern, place, { read: false })
        if (node['init']) visit(node['init'] as Node, place)
        return
      case 'LabeledStatement':
        return visit(node['body'] as Node, place)
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'ExportAllDeclaration':
        return
      case 'ImportDeclaration':
        for (const s of node['specifiers'] as { local: Identifier }[])
          mention(s.local, place, { read: false, write: true })
        return
      case 'ExportNamedDeclaration':
        if (node['declaration']) visit(node['declaration'] as Node, place)
        return
      case 'FunctionDeclaration':
        if (node['id']) mention(node['id'] as Identifier, place, { read: false, write: true })
        return visitFunction(node, place)
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return visitFunction(node, place)
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const id = node['id'] as Identifier | null
        if (id && node.type === 'ClassDeclaration') mention(id, place, { read: false, write: true })
        const scope = id && node.type === 'ClassExpression' ? within(place.scope, [id.name]) : place.scope
        if (node['superClass']) visit(node['superClass'] as Node, place)
        return visit(node['body'] as Node, { ...place, scope })
      }
      case 'StaticBlock': {
        const body = node['body'] as Node[]
        const scope = within(place.scope, [...blockNames(body), ...body.flatMap(varNames)])
        for (const statement of body) visit(statement, { scope, inFunction: true })
        return
      }
      case 'BlockStatement':
        return visitAll(node['body'] as Node[], {
          ...place,
          scope: within(place.scope, blockNames(node['body'] as Node[])),
        })
      case 'SwitchStatement': {
        visit(node['discriminant'] as Node, place)
        const cases = node['cases'] as (Node & { consequent: Node[] })[]
        const scope = within(place.scope, blockNames(cases.flatMap(c => c.consequent)))
        return visitAll(cases, { ...place, scope })
      }
      case 'CatchClause': {
        const names = node['param'] ? patternNames(node['param'] as Pattern) : []
        const inner = { ...place, scope: within(place.scope, names) }
        if (node['param']) target(node['param'] as Pattern, inner, { read: false })
        return visit(node['body'] as Node, inner)
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const head = (node['init'] ?? node['left']) as AnyNode | undefined
        const names = head?.type === 'VariableDeclaration' ? blockNames([head]) : []
        const inner = { ...place, scope: within(place.scope, names) }
        if (node.type !== 'ForStatement' && head && head.type !== 'VariableDeclaration') {
          target(head as unknown as Pattern, inner, { read: false })
          visit(node['right'] as Node, inner)
          return visit(node['body'] as Node, inner)
        }
        return visitChildren(node, inner)
      }
      default:
        return visitChildren(node, place)
    }
  }

  function visitFunction(node: AnyNode, place: Place): void {
    const params = node['params'] as Pattern[]
    const body = node['body'] as AnyNode
    const statements = body.type === 'BlockStatement' ? (body['body'] as Node[]) : []
    const own = node.type === 'FunctionExpression' && node['id'] ? [(node['id'] as Identifier).name] : []
    const names = [
      ...own,
      ...params.flatMap(patternNames),
      ...blockNames(statements),
      ...statements.flatMap(varNames),
    ]
    if (node.type !== 'ArrowFunctionExpression') names.push('arguments')
    const inner: Place = { scope: within(place.scope, names), inFunction: true }
    for (const param of params) target(param, inner, { read: false })
    if (body.type === 'BlockStatement') visitAll(statements, inner)
    else visit(body, inner)
  }

  const visitAll = (nodes: readonly Node[], place: Place) => nodes.forEach(node => visit(node, place))

  function visitChildren(node: AnyNode, place: Place): void {
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) visitIfNode(item, place)
      else visitIfNode(value, place)
    }
  }

  function visitIfNode(value: unknown, place: Place): void {
    if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value)
      visit(value as Node, place)
  }

  return visit
}

const within = (parent: Scope, names: readonly string[]): Scope =>
  names.length === 0 ? parent : { names: new Set(names), parent }

/** What a list of statements declares for its own block. */
function blockNames(statements: readonly Node[]): string[] {
  return statements.flatMap(given => {
    const node = given as AnyNode
    if (node.type === 'VariableDeclaration' && node['kind'] !== 'var')
      return (node['declarations'] as { id: Pattern }[]).flatMap(d => patternNames(d.id))
    if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
      return node['id'] ? [(node['id'] as Identifier).name] : []
    return []
  })
}

/** The names of `var` in a statement, those of functions inside it apart. */
function varNames(given: Node): string[] {
  const node = given as AnyNode
  if (/Function|^Class|^StaticBlock/.test(node.type)) return []
  const own =
    node.type === 'VariableDeclaration' && node['kind'] === 'var'
      ? (node['declarations'] as { id: Pattern }[]).flatMap(d => patternNames(d.id))
      : []
  if (!/Statement|^SwitchCase|^CatchClause/.test(node.type)) return own
  const children = Object.values(node).flat() as unknown[]
  const inner = children.filter((c): c is Node => typeof c === 'object' && c !== null && 'type' in c)
  return [...own, ...inner.flatMap(varNames)]
}

function usingNames(node: Node): string[] {
  const { kind } = node as AnyNode
  return kind === 'using' || kind === 'await using' ? blockNames([node]) : []
}
