/**
 * Mutation: a pipeline in which any one kept statement is changed must not verify. Every statement of every step is
 * taken out, and every literal and operator of it is made another; at least one change of each statement must be
 * noticed, and taking it out always.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import ts from 'typescript'
import { propose, type Pipeline, type Proposal } from '../propose.ts'
import {
  createTestCache,
  notebookText,
  testFolder,
  testProject,
  testTypes,
  type TestCell,
} from '../testing/types.ts'
import { verify, type OutputDocuments, type Replay, type RunResult } from './verify.ts'

const cache = createTestCache()
const request = { name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject, cache }

interface Case {
  readonly what: string
  readonly cells: readonly (string | TestCell)[]
  /** What ran, when it is not the cells from top to bottom. */
  readonly log?: readonly { readonly cell: string; readonly source: string }[]
}

const output = (source: string, name: string): TestCell => ({ source, output: name })

const cases: readonly Case[] = [
  {
    what: 'aliases and changes through methods',
    cells: [
      'const rows = [5, 3, 8, 1]\nconst same = rows',
      'same.push(13)\nsame.sort((a, b) => a - b)\nrows[0] = 40',
      output('rows.map((n, i) => n * (i + 1))', 'weighted'),
    ],
  },
  {
    what: 'closures over names that change, and functions',
    cells: [
      'let scale = 2\nconst times = (n: number) => n * scale',
      'scale = 7\nfunction shift(n: number) {\n  return n - 3\n}',
      output('[1, 2].map(n => shift(times(n)))', 'shifted'),
    ],
  },
  {
    what: 'loops, branches and maps, in steps of their own',
    cells: [
      '## Count',
      "const words = 'the cat and the dog and the bird'.split(' ')\nconst counts = new Map<string, number>()",
      'for (const word of words) {\n  if (word.length < 4) counts.set(word, (counts.get(word) ?? 0) + 1)\n}',
      '## Rank',
      output(
        'const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))\nranked',
        'ranked',
      ),
      output('ranked.filter(([, n]) => n > 1).length', 'several'),
    ],
  },
  {
    what: 'classes and nested objects',
    cells: [
      'class Sum {\n  total = 0\n  add(n: number) {\n    this.total += n\n    return this\n  }\n}',
      'const box = { inner: { sum: new Sum() } }\nbox.inner.sum.add(4).add(9)',
      "const weights: Record<string, number> = { a: 2 }\nweights['b'] = 5\ndelete weights['a']",
      output('({ total: box.inner.sum.total, weights })', 'all'),
    ],
  },
  {
    what: 'what ran: edited, out of order, twice',
    cells: [
      { id: 'a', source: 'let n = 1' },
      { id: 'b', source: 'n = n * 3' },
      { id: 'c', source: 'n', output: 'n' },
    ],
    log: [
      { cell: 'a', source: 'let n = 5' },
      { cell: 'b', source: 'n = n * 3' },
      { cell: 'gone', source: 'n += 2' },
      { cell: 'b', source: 'n = n * 3' },
      { cell: 'c', source: 'n' },
    ],
  },
]

for (const { what, cells, log } of cases)
  test(`changing any kept statement makes verification fail: ${what}`, async () => {
    const proposal = await propose({ ...request, notebook: notebookText(cells, log) })
    assert.deepEqual(proposal.diagnostics, [])
    const { pipeline } = proposal
    assert.ok(pipeline)
    const untouched = await judge(proposal, pipeline)
    assert.ok(untouched.passed && !untouched.blocked, JSON.stringify(untouched.outputs))
    let nStatements = 0
    for (const [path, text] of Object.entries(pipeline.files)) {
      if (!path.startsWith('steps/')) continue
      for (const { statement, mutants } of mutate(text)) {
        nStatements++
        const survived: string[] = []
        for (const mutant of mutants) {
          const found = await judge(proposal, { ...pipeline, files: { ...pipeline.files, [path]: mutant } })
          if (found.passed) survived.push(mutant)
        }
        assert.ok(survived.length < mutants.length, `${path}: no change of this is noticed:\n${statement}`)
        assert.ok(!survived.includes(mutants[0] as string), `${path}: it passes without this:\n${statement}`)
      }
    }
    assert.ok(nStatements >= 3, `only ${nStatements} statements were changed`)
  })

async function judge({ replay: asked }: Proposal, pipeline: Pipeline) {
  const { document: _, ...only } = asked
  return await verify({ request: only, replay, runner: () => runSteps(pipeline) })
}

/** The statements of the step's function and of the module, each with its mutants: first without it at all. */
function mutate(
  text: string,
): readonly { readonly statement: string; readonly mutants: readonly string[] }[] {
  const file = ts.createSourceFile('step.ts', text, ts.ScriptTarget.Latest, true)
  const step = file.statements.findLast(ts.isFunctionDeclaration)
  const own = file.statements.filter(s => s !== step && !ts.isImportDeclaration(s) && !isType(s))
  const inside = [...(step?.body?.statements ?? [])].filter(s => !ts.isReturnStatement(s) && !isType(s))
  return [...own, ...inside].map(statement => ({
    statement: statement.getText(),
    mutants: [replaced(text, statement, ''), ...smallChanges(text, statement)],
  }))
}

function isType(node: ts.Node): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
}

const operators: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '+'],
  [ts.SyntaxKind.LessThanToken, '>='],
  [ts.SyntaxKind.GreaterThanToken, '<='],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
])

function smallChanges(text: string, statement: ts.Node): readonly string[] {
  const changes: string[] = []
  const visit = (node: ts.Node): void => {
    const operator = operators.get(node.kind)
    if (operator !== undefined && ts.isBinaryExpression(node.parent))
      changes.push(replaced(text, node, operator))
    if (ts.isNumericLiteral(node)) changes.push(replaced(text, node, String(Number(node.text) + 3)))
    if (ts.isStringLiteral(node) && !ts.isLiteralTypeNode(node.parent))
      changes.push(replaced(text, node, "'changed'"))
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return changes
}

function replaced(text: string, node: ts.Node, by: string): string {
  return text.slice(0, node.getStart()) + by + text.slice(node.end)
}

/** Every step as the module that it is, values as JSON between them. */
async function runSteps({ files, manifest }: Pipeline): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-mutation-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const values = new Map<string, unknown>()
    const defaults = new Map(manifest.parameters.map(p => [p.name, p.default]))
    for (const step of manifest.steps) {
      const inputs = step.inputs.map(i => [i.name, values.get(`${i.from.step}.${i.from.output}`)] as const)
      const given = Object.fromEntries([
        ...inputs,
        ...step.parameters.map(name => [name, defaults.get(name)] as const),
      ])
      const module = (await import(join(folder, step.file))) as Record<
        string,
        (given: unknown) => Promise<object>
      >
      const outputs = asJson(await module[step.function]?.(structuredClone(given))) as object
      for (const [name, value] of Object.entries(outputs)) values.set(`${step.name}.${name}`, value)
    }
    const outputs = manifest.outputs.map(o => [o.name, values.get(`${o.step}.${o.output}`)])
    return { outputs: Object.fromEntries(outputs) as OutputDocuments }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The runs as one program. */
const replay: Replay = async ({ runs, outputs }) => {
  const source = runs.map(({ source }, i) => {
    const wanted = outputs.filter(o => o.afterRun === i)
    return `${source}\n${wanted.map(o => `;$outputs[${JSON.stringify(o.name)}] = $copy(${o.expression})`).join('\n')}`
  })
  const body = stripTypeScriptTypes(`async function run($outputs, $copy) {\n${source.join('\n;')}\n}`)
  const found: Record<string, unknown> = {}
  const run = new Function(`${body}\nreturn run`)() as (outputs: object, copy: typeof asJson) => Promise<void>
  await run(found, asJson)
  return { outputs: found }
}

/** As the codec does: maps are lists of entries, and what is an object stays one. */
function asJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) =>
      each instanceof Map ? { $slipway: 'map', entries: [...each] } : each,
    ),
    (_, each: { $slipway?: string; entries?: [unknown, unknown][] } | null) =>
      each?.$slipway === 'map' ? new Map(each.entries) : each,
  )
}
