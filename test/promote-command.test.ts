/**
 * Promotion by command, as people use it who know only the documentation: notebooks of other clients, broken input,
 * files as outputs, and everything after the first promotion.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { createProjectOf, type TestProject } from './support/project.ts'

const timeout = 240_000

/** A notebook without any metadata of ours; a cell that begins with # is Markdown. */
function notebook(...sources: readonly string[]): string {
  const cells = sources.map((source, i) => ({
    ...{ id: `cell${i + 1}`, metadata: {}, source },
    ...(source.startsWith('#')
      ? { cell_type: 'markdown' }
      : { cell_type: 'code', execution_count: null, outputs: [] }),
  }))
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })
}

async function edit(project: TestProject, path: string, change: (text: string) => string): Promise<void> {
  const file = join(project.root, path)
  const text = await readFile(file, 'utf8')
  const changed = change(text)
  assert.notEqual(changed, text, `${path} is as it was`)
  await writeFile(file, changed)
}

/** What `npm test` runs in a pipeline's folder. */
async function testPipeline(project: TestProject, name: string): Promise<{ code: number; text: string }> {
  // Tests within tests would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const cwd = join(project.root, 'pipelines', name)
  return await new Promise(resolve =>
    execFile(process.execPath, ['--test', 'tests/pipeline.test.js'], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    ),
  )
}

test('a notebook below the root names models of the project, also after promotion', { timeout }, async () => {
  await using project = await createProjectOf({})
  await project.json(['init', 'shop'])
  const path = 'notebooks/late.ipynb'
  const given = notebook(
    "import { model } from 'slipway'\nconst late = await model('late_delivery').train({ rows: 400 })",
    'late.metrics.test.auc',
  )
  await using shop = await createProjectOf({
    [path]: given,
    ...Object.fromEntries(
      await Promise.all(
        ['late.slip', 'shared/deliveries.slip', 'data/deliveries.csv'].map(
          async file => [file, await readFile(join(project.root, 'shop', file), 'utf8')] as const,
        ),
      ),
    ),
  })
  const first = await shop.json(['promote', path, '--yes'])
  const again = await shop.json(['promote', path, '--yes', '--name', 'again'])
  assert.equal(again['version'], first['version'])
})

test('files that a pipeline writes are what its test looks at', { timeout }, async () => {
  await using project = await createProjectOf({
    'data/in.csv': 'n\n1\n2\n',
    'report.ipynb': notebook(
      "import { readFileSync, writeFileSync, mkdirSync } from 'node:fs'",
      "const rows = readFileSync('data/in.csv', 'utf8').trim().split('\\n').slice(1).map(Number)",
      "mkdirSync('out', { recursive: true })\nwriteFileSync('out/sum.json', JSON.stringify({ sum: rows[0] + rows[1] }))",
      "writeFileSync('out/rows.txt', rows.join())",
    ),
  })
  await project.json(['promote', 'report.ipynb', '--yes'])
  const passing = await testPipeline(project, 'report')
  assert.equal(passing.code, 0, passing.text)
  assert.match(passing.text, /writes out\/sum\.json as it was verified/)
  await edit(project, 'pipelines/report/tests/expected.json', text => text.replace('"sum": 3', '"sum": 4'))
  const failing = await testPipeline(project, 'report')
  assert.equal(failing.code, 1)
  assert.match(failing.text, /out\/sum\.json\.json\.sum: expected 4, got 3/)
})

test('a run says which data is not what the version was promoted with', { timeout }, async () => {
  await using project = await createProjectOf({
    'data/in.csv': 'n\n1\n2\n',
    'sum.ipynb': notebook(
      "import { readFileSync } from 'node:fs'",
      "const rows = readFileSync('data/in.csv', 'utf8').trim().split('\\n').slice(1).map(Number)",
      'const sum = rows[0]! + rows[1]!',
      'sum',
    ),
  })
  await project.json(['promote', 'sum.ipynb', '--output', 'sum', '--yes'])
  const same = await project.json(['run', 'pipelines/sum'])
  assert.equal(same['dataChanged'], undefined)
  await edit(project, 'data/in.csv', text => text.replace('2', '5'))
  const other = await project.json(['run', 'pipelines/sum'])
  assert.deepEqual([other['outputs'], other['dataChanged']], [{ sum: 6 }, ['data/in.csv']])
  const { stderr } = await project.run(['run', 'pipelines/sum'])
  assert.match(stderr, /data\/in\.csv is not what sum was promoted with/)
  const { code, stderr: refusal } = await project.run(['submit', 'sum'])
  assert.equal(code, 1)
  assert.match(refusal, /CLI002: data\/in\.csv has other content than at promotion/)
})

test('files that are no notebook of ours are told as what they are', { timeout }, async t => {
  const code = (source: string) => ({
    cell_type: 'code',
    metadata: {},
    execution_count: 1,
    outputs: [],
    source,
  })
  await using project = await createProjectOf({
    'empty.ipynb': '',
    'half.ipynb': notebook('1').slice(0, 30),
    'data.ipynb': '[1, 2]',
    'cell.ipynb': '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[5]}',
    'python.ipynb': JSON.stringify({
      ...{ nbformat: 4, nbformat_minor: 2, cells: [code('import pandas as pd')] },
      metadata: { language_info: { name: 'python' } },
    }),
    'log.ipynb': JSON.stringify({
      ...{ nbformat: 4, nbformat_minor: 2, cells: [code('const n = 1\nn + 1')] },
      metadata: { slipway: { log: [{ cell: 5, source: null }] } },
    }),
  })
  const wrong: Readonly<Record<string, RegExp>> = {
    'nothing.ipynb': /^CLI002: There is no .*nothing\.ipynb\.$/m,
    'empty.ipynb': /^CLI008: Expected a notebook in .*, got an empty file\.$/m,
    'half.ipynb': /^CLI008: .*got text that is not JSON/m,
    'data.ipynb': /^CLI008: .*got JSON without "cells"/m,
    'cell.ipynb': /^CLI008: .*at \/cells\/0: must be object/m,
    'python.ipynb': /Its language is python.*\n.*PRO011: .*\(cell 1: import pandas as pd\)/,
  }
  for (const [name, message] of Object.entries(wrong))
    await t.test(name, async () => {
      const { code, stderr } = await project.run(['promote', name])
      assert.match(stderr, message)
      assert.equal(code, 1)
    })
  await t.test('a log that is none does not count', async () => {
    const { code, stdout } = await project.run(['promote', 'log.ipynb'])
    assert.equal(code, 0)
    assert.match(stdout, /has no log of what ran[^]*Nothing was written\. `--yes` writes it\./)
  })
  await t.test('a name that no folder may have is wrong usage', async () => {
    const { code, stderr } = await project.run(['promote', 'log.ipynb', '--name', 'Größe 1'])
    assert.match(stderr, /as in grosse-1, got Größe 1/)
    assert.equal(code, 2)
  })
})
