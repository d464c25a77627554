/** What the checker knows about a value that crosses a boundary: its codec, its type as text, its JSON schema. */
import type { Codec } from '../manifest.ts'
import type { Value } from '../slice/heap.ts'
import { nameNode, type Slice } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'

export interface CrossingType {
  /** Absent when no codec can take it. */
  readonly codec?: Codec
  /** TypeScript, as it stands in a signature. */
  readonly text: string
  /** Type names that the text needs from packages. */
  readonly imports: readonly { readonly name: string; readonly module: string }[]
}

const classes: Readonly<Record<string, { codec: Codec; name: string; module: string }>> = {
  'slipway.Table': { codec: 'table', name: 'Table', module: 'slipway' },
  'slipway.TrainedModel': { codec: 'model', name: 'TrainedModel', module: 'slipway' },
  'danfojs-node.DataFrame': { codec: 'table', name: 'DataFrame', module: 'danfojs-node' },
  'danfojs-node.NodeDataFrame': { codec: 'table', name: 'DataFrame', module: 'danfojs-node' },
  'apache-arrow.Table': { codec: 'table', name: 'Table', module: 'apache-arrow' },
}

/** The type of a shared variable, where a statement declares it. */
export function variableType(slice: Slice, statement: number, name: string): CrossingType {
  const node = slice.statements[statement]?.node
  const identifier = node && nameNode(node, name)
  return identifier ? typeAt(slice, identifier, slice.valueOf(name)) : { text: 'any', imports: [] }
}

export function typeAt(slice: Slice, node: ts.Node, value: Value): CrossingType {
  const { checker } = slice.program
  const type = awaitedType(checker, checker.getTypeAtLocation(node))
  const known = classOf(slice, node, value)
  if (known)
    return { codec: known.codec, text: known.name, imports: [{ name: known.name, module: known.module }] }
  const annotation = ts.isVariableDeclaration(node.parent) ? node.parent.type?.getText() : undefined
  const widened = checker.getWidenedType(checker.getBaseTypeOfLiteralType(type))
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType
  const text = annotation ?? checker.typeToString(widened, node, flags)
  if (/^(Uint8Array|Buffer)\b/.test(text)) return { codec: 'bytes', text: 'Uint8Array', imports: [] }
  const isPlain = isJsonType(slice, widened, node, new Set())
  return { ...(isPlain ? { codec: 'json' as const } : {}), text: readable(text), imports: [] }
}

/** A cell's own types by their names alone; a type that cannot be named in another file says nothing there. */
function readable(text: string): string {
  const plain = text.replace(/import\("(?:#run-|[^"]*__run_)\d+"\)\./g, '')
  return /import\(|\btypeof\b/.test(plain) ? 'any' : plain
}

function awaitedType(checker: ts.TypeChecker, type: ts.Type): ts.Type {
  return checker.getAwaitedType(type) ?? type
}

function classOf(slice: Slice, node: ts.Node, value: Value) {
  const typed = slice.names.className(node as ts.Expression)
  const found = typed && classes[`${typed.package}.${typed.name}`]
  if (found || typed) return found
  const tags = [...value].map(object => object.tag && classes[`${object.tag.package}.${object.tag.name}`])
  return tags.length > 0 && tags.every(tag => tag !== undefined && tag === tags[0]) ? tags[0] : undefined
}

const plainFlags =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Undefined

const encodable = new Set([
  'Date',
  'Map',
  'Set',
  ...['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'].map(
    n => `${n}Array`,
  ),
  'BigInt64Array',
  'BigUint64Array',
])

/** What the JSON encoding can say: plain data, dates, maps, sets, typed arrays. No functions, no own classes. */
function isJsonType(slice: Slice, type: ts.Type, at: ts.Node, seen: Set<ts.Type>): boolean {
  const { checker } = slice.program
  if (type.flags & plainFlags) return true
  if (seen.has(type)) return true
  seen.add(type)
  if (type.isUnionOrIntersection()) return type.types.every(part => isJsonType(slice, part, at, seen))
  if (!(type.flags & ts.TypeFlags.Object)) return false
  const parts = checker.getTypeArguments(type as ts.TypeReference)
  if (checker.isArrayType(type) || checker.isTupleType(type))
    return parts.every(p => isJsonType(slice, p, at, seen))
  const symbol = type.getSymbol()
  const declaration = symbol?.declarations?.[0]
  const owner =
    declaration && slice.program.runOf(declaration) === undefined
      ? slice.program.packageOf(declaration)
      : undefined
  if (owner === 'js' && symbol && !symbol.name.startsWith('__')) {
    if (!encodable.has(symbol.name)) return false
    return /^(Map|Set)$/.test(symbol.name) ? parts.every(p => isJsonType(slice, p, at, seen)) : true
  }
  if (type.isClass() || type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0)
    return false
  const index = checker.getIndexInfosOfType(type).every(info => isJsonType(slice, info.type, at, seen))
  return (
    index &&
    type
      .getProperties()
      .every(property => isJsonType(slice, checker.getTypeOfSymbolAtLocation(property, at), at, seen))
  )
}

/** JSON Schema of a parameter's type: primitives, literals and unions of these. */
export function jsonSchema(type: ts.Type): Record<string, unknown> | undefined {
  if (type.isUnion()) {
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' }
    if (type.types.every(part => part.isLiteral()))
      return { enum: type.types.map(part => (part as ts.LiteralType).value) }
    const parts = type.types.map(jsonSchema)
    return parts.includes(undefined) ? undefined : { anyOf: parts }
  }
  if (type.isLiteral()) return { const: type.value }
  if (type.flags & ts.TypeFlags.Number) return { type: 'number' }
  if (type.flags & ts.TypeFlags.String) return { type: 'string' }
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' }
  if (type.flags & ts.TypeFlags.Null) return { type: 'null' }
  return undefined
}
