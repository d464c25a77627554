/**
 * Gives loops at a cell's top their names as local variables.
 *
 * Names of the session are properties of the global object. V8 reads and writes those about as fast as variables as
 * long as they hold small integers; a sum of doubles in a loop costs nine times as much, because every value of it
 * is a new object. So a loop that only computes works on locals and writes them back: when it ends, however it
 * ends, and every few hundred rounds, because an interrupt ends a loop without a word.
 *
 * Nobody can tell the difference: a name is made local only when it has a value already and no function of any cell
 * mentions it (what the loop calls implicitly, such as a getter, cannot see it then), and only in loops that call
 * nothing but functions of the language that have no effects. Pure.
 */
import type { Node, Program } from 'acorn'
import type MagicString from 'magic-string'
import type { Mention } from './names.ts'

/** What is known of the session when a cell is rewritten. */
export interface SessionNames {
  /** Names that have a value, and whether they may be assigned to. */
  readonly known: ReadonlyMap<string, { readonly writable: boolean }>
  /** Names that functions of earlier cells mention. */
  readonly captured: ReadonlySet<string>
}

export interface HotLoopOptions {
  readonly program: Program
  readonly edit: MagicString
  readonly mentions: readonly Mention[]
  readonly session: SessionNames
  /** Names that live elsewhere than on the global object. */
  isReserved(name: string): boolean
}

type AnyNode = Node & Record<string, unknown>

const prefix = '__slipway$'
/** A power of two: the names are written back every so many rounds. */
const rounds = 256

const loops = /^(For|ForIn|ForOf|While|DoWhile)Statement$/
/** What may wait, run user code at once, or hold on to a variable. */
const forbidden =
  /Function|^Class|^(Await|Yield|New|Import|TaggedTemplate)|^(Import|Meta)|^DebuggerStatement$|^Super|^ThisExpression$/

/** Functions of objects of the language, by the object; other calls keep a loop as it is. */
const pureObjects = new Set(['Math', 'Number', 'BigInt', 'Object'])
const pureFunctions = new Set([
  'Number',
  'String',
  'Boolean',
  'BigInt',
  'isNaN',
  'isFinite',
  'parseFloat',
  'parseInt',
])
const pureMethods = new Set([
  ...[
    'charCodeAt',
    'codePointAt',
    'charAt',
    'at',
    'get',
    'has',
    'includes',
    'indexOf',
    'startsWith',
    'endsWith',
  ],
  ...['getFloat64', 'getInt32', 'getUint32', 'toFixed'],
])

/** Rewrites what can be rewritten. To be called after the other edits of the same cell. */
export function localizeLoops(options: HotLoopOptions): void {
  const { program, mentions, session } = options
  const captured = new Set(mentions.filter(m => m.inFunction).map(m => m.name))
  const kinds = new Map(session.known)
  for (const name of captured) kinds.delete(name)
  for (const name of session.captured) kinds.delete(name)
  const declaredHere = new Map(
    program.body.flatMap(statement => declared(statement).map(n => [n, statement] as const)),
  )
  for (const name of declaredHere.keys()) kinds.delete(name)
  for (const statement of program.body) {
    for (const region of regionsIn(statement)) localize(region, kinds, options)
    for (const name of declared(statement)) {
      const isFree = !captured.has(name) && !session.captured.has(name) && !options.isReserved(name)
      if (isFree) kinds.set(name, { writable: (statement as AnyNode)['kind'] !== 'const' })
    }
  }
}

/** What a statement gives a value as soon as it has run. */
function declared(given: Node): string[] {
  const node = given as AnyNode
  if (node.type === 'ExportNamedDeclaration' && node['declaration'])
    return declared(node['declaration'] as Node)
  if (node.type !== 'VariableDeclaration') return []
  return (node['declarations'] as { id: AnyNode }[]).flatMap(d =>
    d.id.type === 'Identifier' ? [String(d.id['name'])] : [],
  )
}

interface Region {
  /** The loop, with its label. */
  readonly node: Node
}

/** The outermost loops in a statement that only compute. */
function regionsIn(given: Node): Region[] {
  const node = given as AnyNode
  if (/Function|^Class|Expression$|Declaration$|^StaticBlock/.test(node.type)) return []
  const body = node.type === 'LabeledStatement' ? (node['body'] as AnyNode) : node
  if (loops.test(body.type) && onlyComputes(body)) return [{ node }]
  return children(node).flatMap(regionsIn)
}

function onlyComputes(node: AnyNode): boolean {
  if (forbidden.test(node.type) || node['await'] === true) return false
  if (node.type === 'CallExpression' && !isPureCall(node['callee'] as AnyNode)) return false
  // A pattern such as `{ x = 1 }` cannot be renamed in place.
  if (node.type === 'Property' && node['shorthand'] && (node['value'] as Node).type === 'AssignmentPattern')
    return false
  return children(node).every(child => onlyComputes(child as AnyNode))
}

function isPureCall(callee: AnyNode): boolean {
  if (callee.type === 'Identifier') return pureFunctions.has(String(callee['name']))
  if (callee.type !== 'MemberExpression' || callee['computed']) return false
  const object = callee['object'] as AnyNode
  const method = String((callee['property'] as AnyNode)['name'])
  const isPureObject = object.type === 'Identifier' && pureObjects.has(String(object['name']))
  return isPureObject ? method !== 'defineProperty' && method !== 'assign' : pureMethods.has(method)
}

type Known = ReadonlyMap<string, { readonly writable: boolean }>

function localize({ node }: Region, known: Known, { edit, mentions }: HotLoopOptions): void {
  const inside = mentions.filter(m => m.node.start >= node.start && m.node.end <= node.end)
  const written = new Set(inside.filter(m => m.write).map(m => m.name))
  const names = new Set(inside.map(m => m.name))
  for (const name of names)
    if (!known.has(name) || (written.has(name) && !known.get(name)!.writable)) names.delete(name)
  if (names.size === 0) return
  for (const { name, node: place, shorthand } of inside)
    if (names.has(name))
      edit.update(place.start, place.end, shorthand ? `${name}: ${prefix}${name}` : `${prefix}${name}`)
  const back = [...names].filter(name => written.has(name)).map(name => `${name}=${prefix}${name};`)
  const locals = [...names].map(name => `${prefix}${name}=${name}`)
  if (back.length === 0) {
    edit.appendRight(node.start, `{let ${locals.join(',')};`)
    edit.appendLeft(node.end, '}')
    return
  }
  edit.appendRight(node.start, `{let ${locals.join(',')},${prefix}=0;try{`)
  edit.prependLeft(node.end, `}finally{${back.join('')}}}`)
  for (const loop of [node, ...descendants(node)].filter(n => loops.test(n.type)))
    insertSync(loop as AnyNode, back.join(''), edit)
}

/** Where a round ends: V8 makes slower code of a loop whose rounds begin with it. */
function insertSync(loop: AnyNode, back: string, edit: MagicString): void {
  const isDue = `(++${prefix}&${rounds - 1})===0`
  const body = loop['body'] as AnyNode
  const sync = `if(${isDue}){${back}}`
  // `continue` goes past the end of the body.
  const atStart = descendants(body).some(({ type }) => type === 'ContinueStatement')
  edit.appendRight(body.start, atStart ? `{${sync}` : '{')
  edit.prependLeft(body.end, atStart ? '}' : `;${sync}}`)
}

const descendants = (node: Node): Node[] => children(node).flatMap(child => [child, ...descendants(child)])

function children(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((v: unknown): v is Node => typeof v === 'object' && v !== null && 'type' in v && 'start' in v)
}
