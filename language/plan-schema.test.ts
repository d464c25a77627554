/** The published schema of plans: it says what plan.ts says, and every plan of the language fulfils it. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { Compile } from 'typebox/schema'
import ts from 'typescript'
import { workspaceOf } from './testing/world.ts'

interface Schema {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly type?: string | readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly description?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'plan.schema.json'), 'utf8')) as Schema
const validator = Compile(schema)

/** Alternatives in one notation, whatever order they are said in. */
function union(alternatives: readonly string[]): string {
  const flat = new Set(alternatives.flatMap(one => one.split(' | ')))
  if (flat.has('true') && flat.has('false')) {
    flat.delete('true')
    flat.delete('false')
    flat.add('boolean')
  }
  return [...flat].sort().join(' | ')
}

const record = (fields: readonly string[]): string =>
  `{${fields.toSorted().join(';')}}`.replaceAll(' | ', '|')

/** A schema as a type is written; what contains itself is `^`. */
function ofSchema(node: Schema, inside: readonly string[] = []): string {
  if (node.$ref !== undefined) {
    const name = node.$ref.replace('#/$defs/', '')
    if (inside.includes(name)) return '^'
    const found = schema.$defs![name]
    assert.ok(found, node.$ref)
    return ofSchema(found, [...inside, name])
  }
  if ('const' in node) return JSON.stringify(node.const)
  if (node.enum) return union(node.enum.map(value => JSON.stringify(value)))
  const alternatives = node.oneOf ?? node.anyOf
  if (alternatives) return union(alternatives.map(one => ofSchema(one, inside)))
  if (node.items) return `(${ofSchema(node.items, inside)})[]`.replaceAll(' | ', '|')
  if (node.properties) {
    assert.equal(node.additionalProperties, false, Object.keys(node.properties).join())
    return record(
      Object.entries(node.properties).map(
        ([name, value]) => `${name}${node.required?.includes(name) ? '' : '?'}:${ofSchema(value, inside)}`,
      ),
    )
  }
  if (typeof node.additionalProperties === 'object')
    return record([`*:${ofSchema(node.additionalProperties, inside)}`])
  const types = [node.type ?? []].flat().map(type => (type === 'integer' ? 'number' : type))
  return union(types)
}

/** A TypeScript type in the same notation. */
function ofType(type: ts.Type, checker: ts.TypeChecker, inside: readonly ts.Type[] = []): string {
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return `(${ofType(element!, checker, inside)})[]`.replaceAll(' | ', '|')
  }
  if (inside.includes(type)) return '^'
  const deeper = [...inside, type]
  if (type.isUnion()) {
    const present = type.types.filter(one => !(one.flags & ts.TypeFlags.Undefined))
    return union(present.map(one => ofType(one, checker, deeper)))
  }
  if (type.isLiteral()) return JSON.stringify(type.value)
  if (
    type.flags &
    (ts.TypeFlags.BooleanLiteral | ts.TypeFlags.Null | ts.TypeFlags.String | ts.TypeFlags.Number)
  )
    return checker.typeToString(type)
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String)
  if (index) return record([`*:${ofType(index.type, checker, deeper)}`])
  return record(
    checker.getPropertiesOfType(type).map(property => {
      const optional = property.flags & ts.SymbolFlags.Optional ? '?' : ''
      const declared = checker.getTypeOfSymbol(property)
      // What may be absent is a union with undefined, which is another type than the one that contains itself.
      const value = optional ? checker.getNonNullableType(declared) : declared
      return `${property.name}${optional}:${ofType(value, checker, deeper)}`
    }),
  )
}

test('the schema and plan.ts say the same', () => {
  const file = join(import.meta.dirname, 'plan.ts')
  const options = {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
  }
  const program = ts.createProgram([file], { ...options, lib: ['lib.es2022.d.ts'], types: [] })
  const checker = program.getTypeChecker()
  const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!)
  const plan = exports.find(({ name }) => name === 'Plan')!
  assert.equal(ofSchema(schema), ofType(checker.getDeclaredTypeOfSymbol(plan), checker))
})

test('every part of the schema that a reader looks up is described', () => {
  const silent = Object.entries(schema.$defs!).filter(([, node]) => !node.description && !node.enum)
  assert.deepEqual(silent, [])
})

interface NamedPlan {
  readonly model: string
}

/** The plans of the golden cases and of the examples of the reference. */
function plans(): readonly NamedPlan[] {
  const folder = join(import.meta.dirname, 'golden', 'plan')
  const cases = readdirSync(folder).filter(name => name.endsWith('.json'))
  const reference = readFileSync(join(import.meta.dirname, '..', 'docs', 'language.md'), 'utf8')
  const examples = [...reference.matchAll(/```slip\n([\s\S]*?)```/g)].map(match => match[1]!)
  return [
    ...cases.flatMap(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as readonly NamedPlan[]),
    ...examples.flatMap(text => {
      const workspace = workspaceOf({ 'case.slip': text })
      const found = workspace.models().flatMap(({ name }) => workspace.plan(name).plan ?? [])
      return JSON.parse(JSON.stringify(found)) as readonly NamedPlan[]
    }),
  ]
}

test('every plan fulfils the schema', () => {
  const found = plans()
  assert.ok(found.length >= 8, String(found.length))
  for (const plan of found) {
    const [, errors] = validator.Errors(plan)
    assert.deepEqual(errors, [], plan.model)
  }
})

test('what is no plan does not fulfil it', () => {
  const good: Record<string, unknown> = { ...plans()[0]! }
  const wrong: readonly Record<string, unknown>[] = [
    { ...good, planVersion: 1 },
    { ...good, label: undefined },
    { ...good, extra: 1 },
    { ...good, evaluate: [{ metric: 'acu' }] },
    { ...good, features: [] },
  ]
  assert.ok(validator.Check(good))
  for (const one of wrong) assert.ok(!validator.Check(JSON.parse(JSON.stringify(one))))
})

test('a plan depends neither on the order nor on the names of files', () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, 'golden', 'plan', name), 'utf8')
  const parts = read('complete.slip').split(/^(?=\/\/\/ Whether|model )/m)
  const [shared, ...models] = parts as [string, ...string[]]
  const planned = (files: readonly (readonly [string, string])[]) => {
    const workspace = workspaceOf(Object.fromEntries(files))
    return JSON.stringify(workspace.plan('returned_order').plan)
  }
  const imported = (path: string) => `import { orders, amount_share } from "${path}"\n`
  const model = models.slice(0, 2).join('')
  const first = planned([
    ['a.slip', shared],
    ['b.slip', imported('a.slip') + model],
  ])
  const second = planned([
    ['models/a.slip', imported('z/shared.slip') + model],
    ['z/shared.slip', shared],
  ])
  const alone = workspaceOf({ 'case.slip': shared + model }).plan('returned_order').plan
  assert.ok(alone)
  assert.equal(first, JSON.stringify(alone))
  assert.equal(second, first)
})
