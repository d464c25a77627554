/**
 * The reference says what is: its examples check and are canonical, its tables are those of the language
 * (`UPDATE_GOLDEN=1` rewrites them), and every diagnostic is explained and occurs in a golden case.
 */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import {
  type DiagnosticCode,
  type FunctionEntry,
  type Hyperparameters,
  aggregates,
  algorithms,
  allFunctions,
  describeLimits,
  describeRange,
  diagnosticCodes,
  explanationOf,
  format,
  functionEntry,
  functionGroups,
  metrics,
  monitors,
  writeDefault,
} from './index.ts'
import { workspaceOf } from './testing/world.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const referencePath = join(docs, 'language.md')
const reference = readFileSync(referencePath, 'utf8')
const examples = [...reference.matchAll(/```slip\n([\s\S]*?)```/g)].map(match => match[1]!)

test('the examples of the reference check, and are canonical', () => {
  assert.ok(examples.length >= 4)
  for (const example of examples) {
    const workspace = workspaceOf({ 'example.slip': example })
    assert.deepEqual(workspace.diagnostics('example.slip'), [])
    for (const { name } of workspace.models()) assert.ok(workspace.plan(name).plan, name)
    assert.equal(format(example), example)
  }
})

const row = (...cells: readonly string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), `|${head.map(() => '---|').join('')}`, ...rows].join('\n')
const code = (text: string): string => '`' + text + '`'

const monitorOf = { feature: 'a feature', category: 'a category', endpoint: 'the endpoint' } as const

function functionRow({ signature, doc, missing, example }: FunctionEntry): string {
  return row(code(signature), doc, missing, `${code(example.expression)} is ${code(example.value)}`)
}

function hyperparameterTable(entries: Hyperparameters): string {
  const rows = Object.entries(entries).map(([name, entry]) =>
    row(code(name), entry.kind, writeDefault(entry), describeLimits(entry), entry.doc),
  )
  return table(['hyperparameter', 'type', 'default', 'allowed', 'meaning'], rows)
}

const tables: Readonly<Record<string, string>> = {
  aggregates: table(
    ['aggregate', 'meaning'],
    [...aggregates.values()].map(({ signature, doc }) => row(code(signature), doc)),
  ),
  operators: table(
    ['operator', 'meaning', 'missing values', 'example'],
    allFunctions.flatMap(entry => (entry.operator ? [functionRow(entry)] : [])),
  ),
  functions: Object.entries(functionGroups)
    .map(([group, entries]) => {
      const rows = entries.map(functionRow)
      return `### ${group}\n\n${table(['function', 'meaning', 'missing values', 'example'], rows)}`
    })
    .join('\n\n'),
  algorithms: Object.entries(algorithms)
    .map(([name, { doc, labels, hyperparameters, random, families }]) => {
      const learns = `Learns a label of type ${labels.map(code).join(', ')}.`
      const family = families
        ? ` A label of type ${Object.entries(families)
            .map(([one, kinds]) => `${kinds.map(code).join(' or ')} goes with ${code(one)}`)
            .join(', one of type ')}.`
        : ''
      const effects = random ? `\n\nOf a random effect:\n\n${hyperparameterTable(random)}` : ''
      return `### ${name}\n\n${doc} ${learns}${family}\n\n${hyperparameterTable(hyperparameters)}${effects}`
    })
    .join('\n\n'),
  metrics: table(
    ['metric', 'labels', 'better', 'range', 'meaning'],
    Object.entries(metrics).map(([name, entry]) => {
      const cutoff = entry.k === undefined ? '' : entry.k === 'required' ? '@K' : '[@K]'
      return row(
        code(name + cutoff),
        entry.labels.map(code).join(', '),
        entry.better,
        describeRange(entry),
        entry.doc,
      )
    }),
  ),
  monitors: table(
    ['monitor', 'of', 'better', 'range', 'meaning'],
    Object.entries(monitors).map(([name, entry]) =>
      row(code(name), monitorOf[entry.of ?? 'endpoint'], entry.better, describeRange(entry), entry.doc),
    ),
  ),
}

test('the tables of the reference are those of the language', () => {
  let written = reference
  for (const [name, text] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- end -->)`)
    assert.match(written, place)
    written = written.replace(place, (_, start: string, end: string) => `${start}\n${text}\n\n${end}`)
  }
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(referencePath, written)
  assert.equal(readFileSync(referencePath, 'utf8'), written)
})

test('every diagnostic is explained under its anchor, and no other is', () => {
  const errors = readFileSync(join(docs, 'errors.md'), 'utf8')
  const explained = [...errors.matchAll(/^### (SLIP\d{3})\n\n\*\*(.+?)\.\*\* \S/gm)].map(match => [
    match[1],
    match[2],
  ])
  assert.deepEqual(
    explained,
    Object.entries(diagnosticCodes).map(([name, { title }]) => [name, title]),
  )
  assert.equal(explanationOf('SLIP301').anchor, 'docs/errors.md#slip301')
})

/** What stands around an example that is a part of a model. */
const parts: Readonly<Record<string, string>> = {
  observe: 'observe orders',
  features: 'features { amount, items }',
  label: 'label returned = vip',
  split: 'split by random { train 0.7, validation 0.15, test 0.15 }',
  algorithm: 'algorithm logistic_regression',
}

/** A whole file: an example of declarations as it is, parts of a model with the parts that it needs besides. */
function whole(example: string): string {
  if (/^(import|source|entity|feature|model) /m.test(example)) return example
  const said = (part: string) => new RegExp(`^${part}\\b`, 'm').test(example)
  const others = Object.entries(parts).flatMap(([part, text]) => (said(part) ? [] : [text]))
  const source = 'source orders {\n from parquet "data/orders.parquet"\n time placed\n}'
  return `${source}\nmodel m {\n${[...others, example].join('\n')}\n}`
}

test("an error's example gives its code, and its cure does not", () => {
  const errors = readFileSync(join(docs, 'errors.md'), 'utf8')
  let nExamples = 0
  for (const section of errors.split(/^### /m).slice(1)) {
    const name = section.slice(0, 'SLIP000'.length)
    const found = [...section.matchAll(/```slip\n([\s\S]*?)```/g)].map(match => match[1]!)
    if (found.length === 0) continue
    const codes = found.map(text => {
      const workspace = workspaceOf({ 'example.slip': whole(text) })
      return workspace.diagnostics('example.slip').map(diagnostic => diagnostic.code as string)
    })
    assert.ok(found.length > 1, `${name} lacks the cure`)
    for (const [i, given] of codes.entries())
      assert.equal(given.includes(name), i < codes.length - 1, `${name}, example ${i + 1}: ${given.join()}`)
    const errorsLeft = codes
      .at(-1)!
      .filter(one => diagnosticCodes[one as DiagnosticCode].severity === 'error')
    assert.deepEqual(errorsLeft, [], `${name}: the cure has other errors`)
    nExamples++
  }
  assert.ok(nExamples >= 35, String(nExamples))
})

test('every diagnostic occurs in a golden case', () => {
  const folder = join(import.meta.dirname, 'golden', 'diagnostics')
  const golden = readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join()
  assert.deepEqual(
    Object.keys(diagnosticCodes).filter(name => !golden.includes(` ${name}: `)),
    [],
  )
})

test('every function of the plan has one entry', () => {
  const plan = readFileSync(join(import.meta.dirname, 'plan.ts'), 'utf8')
  const union = plan.slice(plan.indexOf('export type FunctionName'))
  const named = [...union.matchAll(/'(\w+)'/g)].map(match => match[1])
  assert.deepEqual(allFunctions.map(entry => entry.function).sort(), named.sort())
  for (const entry of allFunctions) assert.equal(functionEntry(entry.function), entry)
})
