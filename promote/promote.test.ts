/**
 * Promotions that are run: the pipeline's steps, each in a process of its own, against the notebook's cells run as one
 * program. A pipeline with one changed statement must not pass.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { promote, verifyProposal, type Pipeline } from './index.ts'
import { propose } from './propose.ts'
import { createTestRequest, notebookText, testFolder, type TestCell } from './testing/types.ts'
import type { OutputDocuments, Replay, RunResult } from './verify/verify.ts'

const request = createTestRequest()

const cells: readonly (string | TestCell)[] = [
  '## Load',
  'interface Row { n: number; kind: string }\nconst rows: Row[] = []\nfor (let i = 0; i < 20; i++) rows.push({ n: i * 7 % 13, kind: i % 3 ? "a" : "b" })',
  'console.log(rows.length)\nconst unused = rows.map(row => row.n * 100)',
  '## Clean',
  'const least = 2\nconst clean = rows.filter(row => row.n >= least)',
  'clean[0]!.n += 5\nclean.sort((a, b) => a.n - b.n)',
  '## Sum up',
  'const weight = 10\nfunction score(row: Row) { return row.n * weight }',
  { source: 'const total = clean.reduce((sum, row, i) => sum + i * score(row), 0)\ntotal', output: 'total' },
  { source: 'clean.map(row => row.kind).join()', output: 'kinds' },
]
const notebook = notebookText(cells)

/** Every step in a process of its own, values as JSON between them. */
async function run(pipeline: Pipeline): Promise<RunResult> {
  return await runSteps(pipeline, (file, name, given) => {
    const script =
      `const step = await import(${JSON.stringify(file)})\n` +
      `console.log(JSON.stringify(await step.${name}(${JSON.stringify(given)})))`
    const options = { encoding: 'utf8', stdio: 'pipe' } as const
    return JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], options),
    ) as object
  })
}

/** The same without the processes, for many runs. */
async function runHere(pipeline: Pipeline): Promise<RunResult> {
  return await runSteps(pipeline, async (file, name, given) => {
    const step = (await import(file)) as Record<string, (given: unknown) => Promise<object>>
    return JSON.parse(JSON.stringify(await step[name]?.(given))) as object
  })
}

type CallStep = (file: string, name: string, given: object) => object | Promise<object>

async function runSteps({ files, manifest }: Pipeline, call: CallStep): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-promote-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const values = new Map<string, unknown>()
    const defaults = Object.fromEntries(manifest.parameters.map(p => [p.name, p.default]))
    for (const step of manifest.steps) {
      const inputs = step.inputs.map(i => [
        i.name,
        structuredClone(values.get(`${i.from.step}.${i.from.output}`)),
      ])
      const parameters = step.parameters.map(name => [name, defaults[name]])
      const given = Object.fromEntries([...inputs, ...parameters]) as object
      const outputs = await call(join(folder, step.file), step.function, given)
      for (const [name, value] of Object.entries(outputs)) values.set(`${step.name}.${name}`, value)
    }
    const outputs = manifest.outputs.map(o => [o.name, values.get(`${o.step}.${o.output}`)])
    return { outputs: Object.fromEntries(outputs) as OutputDocuments }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The cells as one program. */
const replay: Replay = async ({ runs, outputs }) => {
  const source = runs.map(({ source }, i) => {
    const wanted = outputs.filter(o => o.afterRun === i)
    return `${source}\n${wanted.map(o => `\n;$outputs[${JSON.stringify(o.name)}] = ${o.expression}`).join('')}`
  })
  const body = stripTypeScriptTypes(`async function run($outputs) {\n${source.join('\n;')}\n}`)
  const found: Record<string, unknown> = {}
  const silent = { log: () => undefined }
  await (new Function('console', `${body}\nreturn run`)(silent) as (outputs: object) => Promise<void>)(found)
  return { outputs: JSON.parse(JSON.stringify(found)) as OutputDocuments }
}

test('a pipeline gives what its notebook gave, and keeps that for its own test', async () => {
  const { pipeline, verification, diagnostics } = await promote({
    ...request,
    notebook,
    runner: run,
    replay,
  })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(verification?.outputs, [
    { name: 'total', verdict: 'exact', differences: [] },
    { name: 'kinds', verdict: 'exact', differences: [] },
  ])
  assert.ok(verification.passed && !verification.blocked)
  assert.deepEqual(JSON.parse(pipeline?.files['tests/expected.json'] ?? ''), {
    outputs: verification.recorded?.outputs,
  })
  assert.deepEqual(
    pipeline?.manifest.steps.map(step => step.name),
    ['load', 'clean', 'sum-up'],
  )
})

test('a pipeline with one changed statement does not pass', async () => {
  const proposal = await propose({ ...request, notebook })
  const { pipeline } = proposal
  assert.ok(pipeline)
  const mutants = Object.entries(pipeline.files).flatMap(([path, text]) =>
    path.startsWith('steps/') ? mutate(text).map(changed => ({ path, changed })) : [],
  )
  assert.ok(mutants.length >= 8, `${mutants.length} mutants`)
  for (const { path, changed } of mutants) {
    const mutant = { ...pipeline, files: { ...pipeline.files, [path]: changed } }
    const options = { runner: () => runHere(mutant), replay }
    const found = await verifyProposal({ ...proposal, pipeline: mutant }, options).then(
      ({ verification }) => verification?.blocked,
      () => true,
    )
    assert.ok(found, `passed with ${path}:\n${changed}`)
  }
})

/** The text with one statement of a body left out, or one number changed. */
function mutate(text: string): readonly string[] {
  const lines = text.split('\n')
  const removed = lines.flatMap((line, i) =>
    /^ {2}(clean[.[]|for |rows\.)/.test(line) ? [lines.toSpliced(i, 1).join('\n')] : [],
  )
  const numbers = [...text.matchAll(/(?<=[ %*+] |= )\d+/g)].map(
    match =>
      `${text.slice(0, match.index)}${Number(match[0]) + 3}${text.slice(match.index + match[0].length)}`,
  )
  return [...removed, ...numbers]
}

test('another folder, other outputs of cells and another key order: the same version', async () => {
  const first = await propose({ ...request, notebook })
  const file = JSON.parse(notebook) as { cells: Record<string, unknown>[] }
  const other = {
    cells: file.cells.map(cell => ({
      ...cell,
      outputs: [{ output_type: 'stream', text: 'x' }],
      execution_count: 9,
    })),
    metadata: { kernelspec: { name: 'other' } },
    nbformat_minor: 4,
    nbformat: 4,
  }
  const second = await propose({
    ...request,
    notebook: JSON.stringify(other),
    folder: `${testFolder}/elsewhere`,
    name: 'x',
  })
  assert.equal(second.pipeline?.manifest.version, first.pipeline?.manifest.version)
  const changed = await propose({
    ...request,
    notebook: notebook.replace('const least = 2', 'const least = 3'),
  })
  assert.notEqual(changed.pipeline?.manifest.version, first.pipeline?.manifest.version)
})

test('spans of steps lead back to their cells', async () => {
  const { pipeline } = await propose({ ...request, notebook })
  const { spans } = JSON.parse(pipeline?.files['map.json'] ?? '') as {
    spans: { file: string; span: { start: number; end: number }; cell: string }[]
  }
  const total = spans.find(({ cell }) => cell === 'c8')
  assert.ok(total)
  const text = pipeline?.files[total.file]?.slice(total.span.start, total.span.end)
  assert.equal(text, 'const total = clean.reduce((sum, row, i) => sum + i * score(row), 0)')
})
