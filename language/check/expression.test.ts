import assert from 'node:assert/strict'
import test from 'node:test'
import type { Expr, Plan } from '../plan.ts'
import { columns, host, workspaceOf } from '../testing/world.ts'
import { describeType } from '../type-rules.ts'

const row = columns(
  'n int',
  'm int?',
  'x float',
  'y float?',
  'b bool',
  'c bool?',
  's string',
  'z string?',
  't timestamp',
  'k category',
)

/** A model with one feature of the expression, and `typed` before it as declared units need. */
function check(expression: string) {
  const text = `source rows {
  from parquet "a.parquet"
  columns { n: int unit "minutes" }
}
model m {
  observe rows where b
  features {
    v = ${expression}
  }
  label l = not b
  split by random { train 0.5, test 0.5 }
  algorithm logistic_regression
}
`
  const workspace = workspaceOf({ 'a.slip': text }, { ...host, columns: () => row })
  const at = text.indexOf('v = ') + 4
  const spans = workspace.diagnostics('a.slip').filter(({ code }) => code !== 'SLIP301')
  const type = workspace.typeAt('a.slip', at)
  const { plan } = workspace.plan('m')
  return {
    codes: spans.map(({ code, span }) => `${code} ${text.slice(span.start, span.end)}`),
    type,
    plan,
    at,
    workspace,
  }
}

/** The type of the feature itself. */
function typeOf(expression: string): string {
  const { workspace, codes } = check(expression)
  assert.deepEqual(codes, [], expression)
  const v = workspace.text('a.slip')!.indexOf('v = ')
  return describeType(workspace.symbolAt('a.slip', v)!.type!)
}

test('expressions have the types of the reference', () => {
  const table: Readonly<Record<string, string>> = {
    'n + 1': 'int "minutes"',
    'n * 2': 'int',
    'n / 2': 'float',
    'n / m': 'float?',
    'n % 2': 'int "minutes"',
    'n % n': 'int? "minutes"',
    'x % 0': 'float?',
    'm + 1': 'int?',
    'n + x': 'float "minutes"',
    '-n': 'int "minutes"',
    'abs(y)': 'float?',
    'log(x)': 'float?',
    'exp(x)': 'float',
    'round(x)': 'int',
    'floor(n)': 'int "minutes"',
    'clip(m, 0, 10)': 'int?',
    'clip(m, 0, 1.5)': 'float?',
    'n > 15': 'bool',
    'm > 15': 'bool?',
    's == k': 'bool',
    't >= 2001-01-01': 'bool',
    'is_missing(z)': 'bool',
    'coalesce(m, 0)': 'int',
    'coalesce(y, m)': 'float?',
    'coalesce(m, y, 1)': 'float',
    'if(n > 1, 1, 2.5)': 'float',
    'if(m > 1, 1, missing)': 'int?',
    'if(c or true, z, s)': 'category?',
    'category(n)': 'category',
    'category(z)': 'category?',
    'float(n > 1)': 'float',
    'lower(k)': 'category',
    'length(z)': 'int?',
    'hour(t)': 'int',
    s: 'category',
    k: 'category',
    'rows.x': 'float',
  }
  for (const [expression, type] of Object.entries(table)) assert.equal(typeOf(expression), type, expression)
})

test('one mistake gives one diagnostic, at the culprit', () => {
  const table: Readonly<Record<string, string>> = {
    'n + s': 'SLIP201 s',
    's + n': 'SLIP201 s',
    'log(s) + 1 > 2': 'SLIP201 s',
    'nn + 1 > exp(nn2)': 'SLIP102 nn,SLIP102 nn2',
    'log(nn) + 1': 'SLIP102 nn',
    'if(n, 1, 2)': 'SLIP201 n',
    'if(n > 1, 1, s)': 'SLIP201 s',
    'not n': 'SLIP201 n',
    'n > 1 and s': 'SLIP201 s',
    'n == s': 'SLIP201 s',
    'n > t': 'SLIP201 t',
    'x < (n > 1)': 'SLIP201 n > 1',
    'hour(s)': 'SLIP201 s',
    'category(x)': 'SLIP201 x',
    'float(s)': 'SLIP201 s',
    'log()': 'SLIP203 log()',
    'coalesce(n)': 'SLIP203 coalesce(n)',
    'n == missing': 'SLIP206 n == missing',
    'n + missing': 'SLIP201 missing',
    'loog(n)': 'SLIP103 loog',
    'hour(2001-13-01)': 'SLIP005 2001-13-01',
    '99999999999999999999 + n': 'SLIP005 99999999999999999999',
    'hour(t) + hour(t': 'SLIP003 t',
    t: 'SLIP204 t',
  }
  for (const [expression, expected] of Object.entries(table))
    assert.equal(check(expression).codes.join(), expected, expression)
})

/** An expression of the plan as text. */
function written(expr: Expr): string {
  if (expr.op === 'literal') return `${JSON.stringify(expr.value)}:${expr.type.kind}`
  return expr.op === 'call' ? `${expr.function}(${expr.args.map(written).join(', ')})` : expr.name
}

function planned(plan: Plan | undefined): string {
  const value = plan!.features[0]!.value
  return value.kind === 'row' ? written(value.expr) : value.feature
}

test('conversions that the text leaves out are in the plan', () => {
  const table: Readonly<Record<string, string>> = {
    s: 'category(s)',
    k: 'k',
    'n > 1': 'float(greater(n, 1:int))',
    'if(n > 1, 1, 2.5)': 'if(greater(n, 1:int), 1:float, 2.5:float)',
    'if(n > 1, n, x)': 'if(greater(n, 1:int), float(n), x)',
    'clip(m, 0, 1.5)': 'clip(float(m), 0:float, 1.5:float)',
    'coalesce(m, -5)': 'coalesce(m, -5:int)',
    'if(n > 1, missing, x)': 'if(greater(n, 1:int), null:float, x)',
    '- -3 + n': 'add(3:int, n)',
    'hour(t) + 1': 'add(hour(t), 1:int)',
  }
  for (const [expression, expected] of Object.entries(table))
    assert.equal(planned(check(expression).plan), expected, expression)
})
