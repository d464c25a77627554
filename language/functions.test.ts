/** What the table of functions says holds: its examples, evaluated by the engine's evaluator, give what they show. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { evaluateExpression } from '../engine/rows/expression.ts'
import { checkExpression, unknownValue } from './check/expression.ts'
import { Findings } from './check/findings.ts'
import { aggregates, allFunctions, foreignName, functions } from './functions.ts'
import type { Type } from './type-rules.ts'
import type { Value } from './types.ts'
import { declarationsOf } from './syntax/lower.ts'
import { writeInstant } from './syntax/literals.ts'
import { parse } from './syntax/parser.ts'

/** The vectors of the examples. */
const vectors: Readonly<Record<string, readonly number[]>> = { v: [3, 4], w: [4, 3] }

/** The expression as the language reads it: its type and what it gives. */
function evaluated(text: string): { type: Type; value: Value } {
  const [model] = declarationsOf(parse(`model m { label l = ${text} }`))
  assert.ok(model?.kind === 'model' && model.label?.value, text)
  const findings = new Findings('example.slip')
  const type = { kind: 'vector', size: 2, nullable: false } as const
  const scope = {
    name: ({ text: name }: { readonly text: string }) => ({
      type,
      expr: { op: 'column', name, type } as const,
    }),
    column: () => unknownValue,
    call: () => unknownValue,
  }
  const checked = checkExpression(model.label.value, scope, findings)
  assert.deepEqual(findings.diagnostics, [], text)
  assert.ok(checked.expr, text)
  const row = { column: (name: string) => vectors[name]!, feature: () => null }
  return { type: checked.type, value: evaluateExpression(checked.expr, row) }
}

/** As the reference shows it. */
function shown(value: Value, { kind }: Type): string {
  if (value === null) return 'missing'
  if (typeof value === 'number')
    return kind === 'timestamp' ? writeInstant(value) : String(Number(value.toPrecision(7)))
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

test('every example gives what it shows', () => {
  for (const { name, example } of allFunctions) {
    const { type, value } = evaluated(example.expression)
    assert.equal(shown(value, type), example.value, `${name}: ${example.expression}`)
  }
})

test('a value that is never missing by its type is there', () => {
  for (const { example } of allFunctions) {
    const { type, value } = evaluated(example.expression)
    assert.ok(type.nullable || value !== null, example.expression)
  }
})

test('every example shows its own function', () => {
  for (const { name, operator, example } of allFunctions)
    assert.ok(example.expression.includes(operator ?? `${name}(`), name)
})

test('a signature names its parameters in order, and a name means one function', () => {
  for (const { signature, parameters, name } of allFunctions) {
    const places = parameters.map(({ name: parameter }) =>
      signature.indexOf(parameter, signature.indexOf('(') + 1),
    )
    assert.ok(
      places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]!)),
      `${name}: ${signature}`,
    )
  }
  assert.equal(new Set(allFunctions.map(entry => entry.name)).size, allFunctions.length)
})

test('a name of another language leads to a function that is there', () => {
  const foreign = [
    'len',
    'substr',
    'ifelse',
    'isnull',
    'nvl',
    'ln',
    'power',
    'AVG',
    'dayofweek',
    'datediff',
    'cast',
  ]
  for (const name of foreign) {
    const meant = foreignName(name)
    assert.ok(meant, name)
    if (meant.name !== undefined) assert.ok(functions.has(meant.name) || aggregates.has(meant.name), name)
    else assert.ok(meant.hint, name)
    assert.ok(!functions.has(name), name)
  }
  assert.equal(foreignName('no such thing'), undefined)
})
