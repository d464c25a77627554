/** What the checker knows about a value that crosses a boundary: its codec, its type as text, its JSON schema. */
import type { Codec } from '../manifest.ts'
import type { Value } from '../slice/heap.ts'
import { nameNode } from '../slice/names.ts'
import type { Slice } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'

export interface CrossingType {
  /** Absent when no codec can take it. */
  readonly codec?: Codec
  /** Nobody knows before it runs: plain data can be encoded, other things fail then. */
  readonly isUnsure?: boolean
  /** TypeScript, as it stands in a signature. */
  readonly text: string
  /** Type names that the text needs from packages, or from files: by absolute path, without extension. */
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
  return identifier
    ? typeAt(slice, identifier, slice.valueOf(name))
    : { text: 'any', isUnsure: true, imports: [] }
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
  const can = encodability(slice, widened, node, new Set())
  return {
    ...(can === 'yes' ? { codec: 'json' as const } : {}),
    ...(can === 'unsure' ? { isUnsure: true } : {}),
    ...readable(slice, text, modulesOf(slice, widened, node)),
  }
}

/** A type by names alone, with where they come from; a type that cannot be named in another file says nothing there. */
function readable(slice: Slice, text: string, modules: ModulesOf): Pick<CrossingType, 'text' | 'imports'> {
  const imports: { name: string; module: string }[] = []
  let isNameable = true
  const plain = text.replace(
    /import\((["'])([^"']*)\1\)\.([\w$]+)/g,
    (_, _quote, from: string, name: string) => {
      const module = modules(from, name)
      if (module === undefined) isNameable = false
      else if (module !== '') imports.push({ name, module })
      return name
    },
  )
  if (!isNameable || /import\(|\btypeof\b/.test(plain)) return { text: 'any', imports: [] }
  return { text: plain, imports: [...imports, ...importedTypes(slice, plain)] }
}

/**
 * By what another file imports a name of a type that is printed as `import("from").name`: the package, or the file's
 * absolute path without extension; nothing for what cells declare; undefined when that is not known.
 */
type ModulesOf = (from: string, name: string) => string | undefined

function modulesOf({ program }: Slice, type: ts.Type, at: ts.Node): ModulesOf {
  const found = new Map<string, string>()
  const visit = (node: ts.Node): void => {
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && node.qualifier) {
      const from = (node.argument.literal as ts.StringLiteral).text
      const first = firstName(node.qualifier)
      // The builder of type nodes leaves the symbol at each identifier that it makes.
      const declaration = (first as { symbol?: ts.Symbol }).symbol?.declarations?.[0]
      if (declaration) found.set(`${from} ${first.text}`, moduleOf(program, declaration, from))
    }
    ts.forEachChild(node, visit)
  }
  const node = program.checker.typeToTypeNode(type, at, ts.NodeBuilderFlags.NoTruncation)
  if (node) visit(node)
  return (from, name) => (/^#run-|__run_\d+$/.test(from) ? '' : found.get(`${from} ${name}`))
}

function firstName(name: ts.EntityName): ts.Identifier {
  return ts.isIdentifier(name) ? name : firstName(name.left)
}

function moduleOf(program: Slice['program'], declaration: ts.Declaration, from: string): string {
  // Modules that a declaration file names itself, as Node's.
  if (!/^[./]|^[a-z]:/i.test(from)) return from
  const owner = program.packageOf(declaration)
  return owner ?? declaration.getSourceFile().fileName.replace(/(\.d)?\.[cm]?[jt]sx?$/, '')
}

/** Names that the notebook imports and that a type mentions. */
function importedTypes({ statements }: Slice, text: string): CrossingType['imports'] {
  const words = new Set(text.replace(/'[^']*'|"[^"]*"/g, '').match(/[\w$]+/g) ?? [])
  return statements.flatMap(({ node, declares }) =>
    ts.isImportDeclaration(node)
      ? declares
          .filter(name => words.has(name))
          .map(name => ({ name, module: (node.moduleSpecifier as ts.StringLiteral).text }))
      : [],
  )
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
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Never

const unsureFlags = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive

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

/** `unsure`: the type does not say (`any`, `object`); only running it will. */
type Encodable = 'yes' | 'unsure' | 'no'

const weight = { yes: 0, unsure: 1, no: 2 } as const

function worst(parts: Iterable<Encodable>): Encodable {
  return [...parts].reduce((a, b) => (weight[a] < weight[b] ? b : a), 'yes')
}

/** What the JSON encoding can say: plain data, dates, maps, sets, typed arrays. No functions, no own classes. */
function encodability(slice: Slice, type: ts.Type, at: ts.Node, seen: Set<ts.Type>): Encodable {
  const { checker } = slice.program
  if (type.flags & plainFlags || seen.has(type)) return 'yes'
  if (type.flags & unsureFlags) return 'unsure'
  seen.add(type)
  // A part of type `void` is `undefined` as a rule, such as the value at the end of an iterator.
  const inPart = (part: ts.Type) =>
    part.flags & ts.TypeFlags.Void ? 'unsure' : encodability(slice, part, at, seen)
  const all = (types: readonly ts.Type[]) => worst(types.map(inPart))
  if (type.isUnionOrIntersection()) return all(type.types)
  if (!(type.flags & ts.TypeFlags.Object)) return 'no'
  const parts = checker.getTypeArguments(type as ts.TypeReference)
  if (checker.isArrayType(type) || checker.isTupleType(type)) return all(parts)
  const symbol = type.getSymbol()
  if (symbol && isOfLanguage(slice, symbol)) {
    if (!encodable.has(symbol.name)) return 'no'
    return /^(Map|Set)$/.test(symbol.name) ? all(parts) : 'yes'
  }
  if (type.isClass() || type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0)
    return 'no'
  return all([
    ...checker.getIndexInfosOfType(type).map(info => info.type),
    ...type.getProperties().map(property => checker.getTypeOfSymbolAtLocation(property, at)),
  ])
}

function isOfLanguage({ program }: Slice, symbol: ts.Symbol): boolean {
  const declaration = symbol.declarations?.[0]
  if (!declaration || program.runOf(declaration) !== undefined || symbol.name.startsWith('__')) return false
  return program.packageOf(declaration) === 'js'
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
