/** Verification with the real kernel and real steps: nothing of the user's is touched, and every doubt is told. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { installation } from '../../library/installation.ts'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { parseNotebook, propose } from '../../promote/index.ts'
import { sampleFiles } from './sample.ts'
import { createScratchProject } from './scratch-project.ts'
import { promotionRequest } from './request.ts'
import { verifyPipeline } from './verify.ts'
import { createContext } from '../context.ts'

type Files = Readonly<Record<string, string>>

function projectOf(context: { after(end: () => void): void }, files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'slipway-verify-test-'))
  context.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries({ 'slipway.json': '{ "language": 1 }', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

interface Cell {
  readonly id: string
  readonly source: string
  readonly output?: string
  readonly shown?: string
}

function notebook(cells: readonly Cell[], log: readonly { cell: string; source: string }[] = []): string {
  return JSON.stringify({
    ...{ nbformat: 4, nbformat_minor: 5, metadata: log.length > 0 ? { slipway: { log } } : {} },
    cells: cells.map(({ id, source, output, shown }) => ({
      ...{
        id,
        cell_type: 'code',
        source,
        metadata: output ? { slipway: { output } } : {},
        execution_count: 1,
      },
      outputs:
        shown === undefined
          ? []
          : [
              {
                output_type: 'execute_result',
                data: { 'text/plain': shown },
                metadata: {},
                execution_count: 1,
              },
            ],
    })),
  })
}

async function verified(root: string, name: string, sampleRows?: number) {
  const context = createContext({ json: true }, new AbortController().signal)
  const file = join(root, name)
  const request = promotionRequest({ root, file, colors: context.output.colors })
  const proposal = await propose(request.options)
  assert.deepEqual(proposal.diagnostics, [])
  const found = await verifyPipeline(context, {
    root,
    file,
    proposal,
    notebook: request.notebook,
    sampleRows,
  })
  assert.ok(found.verification)
  return found.verification
}

test(
  'a notebook in a folder of its own: files, drift, hidden state and chance',
  { timeout: 240_000 },
  async context => {
    const write =
      "import { writeFileSync } from 'node:fs'\nlet scale = 3\nwriteFileSync('out.json', JSON.stringify([scale / 7]))"
    const cells: readonly Cell[] = [
      { id: 'a', source: write.replace('3', '4') },
      { id: 'b', source: 'scale * 2', output: 'twice', shown: '6' },
      { id: 'c', source: 'scale * 3', output: 'thrice', shown: '1000' },
      { id: 'd', source: 'Math.random()', output: 'chance', shown: '0.5' },
    ]
    const log = [
      { cell: 'a', source: write },
      ...cells.slice(1).map(({ id, source }) => ({ cell: id, source })),
    ]
    const root = projectOf(context, {
      'notes/n.ipynb': notebook(cells, log),
      'notes/out.json': 'of the user',
    })
    assert.equal(parseNotebook(readFileSync(join(root, 'notes/n.ipynb'), 'utf8')).origin, 'log')
    const found = await verified(root, 'notes/n.ipynb')
    assert.deepEqual(
      found.outputs.map(({ name, verdict, cause }) => `${name} ${verdict} ${cause ?? ''}`.trim()),
      ['twice exact', 'thrice different drift', 'chance statistical nondeterminism'],
    )
    assert.deepEqual(found.findings.map(({ cause }) => cause).sort(), [
      'drift',
      'hidden-state',
      'nondeterminism',
    ])
    const hidden = found.findings.find(({ cause }) => cause === 'hidden-state')
    assert.deepEqual(
      hidden?.cells.map(({ cell }) => cell),
      ['a'],
    )
    assert.deepEqual(hidden.outputs, ['twice', 'thrice'])
    assert.deepEqual([found.passed, found.blocked], [false, false])
    assert.equal(readFileSync(join(root, 'notes/out.json'), 'utf8'), 'of the user')
    assert.ok(!existsSync(join(root, 'notes/.slipway')))
  },
)

test('written files are what is compared where nothing else is', { timeout: 240_000 }, async context => {
  const cells = [
    { id: 'a', source: "import { readFileSync, writeFileSync } from 'node:fs'" },
    { id: 'b', source: "const lines = readFileSync('data/t.csv', 'utf8').trim().split('\\n')" },
    { id: 'c', source: "writeFileSync('count.json', JSON.stringify({ n: lines.length }))" },
  ]
  const csv = `a\n${Array.from({ length: 50 }, (_, i) => `${i}\n`).join('')}`
  const root = projectOf(context, { 'n.ipynb': notebook(cells), 'data/t.csv': csv })
  const found = await verified(root, 'n.ipynb', 10)
  assert.deepEqual(found.outputs, [{ name: 'count.json', verdict: 'exact', differences: [] }])
  assert.deepEqual(found.sample?.files, [{ path: 'data/t.csv', rows: 10, of: 50 }])
  assert.equal(readFileSync(join(root, 'data/t.csv'), 'utf8'), csv)
  assert.ok(!existsSync(join(root, 'count.json')))
})

test('what was verified on a sample is tested on the same sample', { timeout: 240_000 }, async context => {
  const cells = [
    { id: 'a', source: "import { read } from 'slipway'\nconst rows = read('t.csv')" },
    { id: 'b', source: '[await rows.count()]', output: 'n' },
  ]
  const csv = `a\n${Array.from({ length: 50 }, (_, i) => `${i}\n`).join('')}`
  const root = projectOf(context, { 'n.ipynb': notebook(cells), 't.csv': csv })
  const { node, entry, env } = installation()
  const run = async (command: readonly string[], cwd = root) =>
    await promisify(execFile)(node, [...command], {
      cwd,
      // Else a test within a test says nothing of its own.
      env: { ...process.env, ...env, INIT_CWD: undefined, NODE_TEST_CONTEXT: undefined },
    })
  await run([...entry('cli'), 'promote', 'n.ipynb', '--sample', '10', '--yes', '--json'])
  const folder = join(root, 'pipelines/n')
  const file = join(folder, 'tests/expected.json')
  const expected = JSON.parse(readFileSync(file, 'utf8')) as { sampleRows: number; outputs: { n: [number] } }
  assert.deepEqual([expected.sampleRows, expected.outputs.n[0]], [10, 10])
  const { stdout } = await run(['--test', 'tests/pipeline.test.js'], folder)
  assert.match(stdout, /the pipeline gives what was verified on a sample of 10 rows/)
  expected.outputs.n[0] = 50
  writeFileSync(file, JSON.stringify(expected))
  await assert.rejects(run(['--test', 'tests/pipeline.test.js'], folder), { stdout: /expected 50, got 10/ })
})

test('a scratch project knows what was written, and leaves the original alone', async context => {
  const root = projectOf(context, { 'a.txt': '1', 'b/c.txt': '2', '.git/x': '3' })
  const scratch = await createScratchProject(root)
  context.after(() => scratch.dispose())
  assert.deepEqual(await scratch.written(), [])
  writeFileSync(join(scratch.root, 'b/c.txt'), '20')
  writeFileSync(join(scratch.root, 'new.txt'), '')
  assert.deepEqual([...(await scratch.written())].sort(), ['b/c.txt', 'new.txt'])
  assert.equal(readFileSync(join(root, 'b/c.txt'), 'utf8'), '2')
  assert.ok(!existsSync(join(scratch.root, '.git')))
})

test('samples keep rows as they stand, evenly and in order', async context => {
  const root = projectOf(context, {
    'a.csv': 'n;text\n1;"x;y"\n2;\n3;b\n4;c\n',
    'b.json': JSON.stringify([1, 2, 3, 4, 5, 6]),
    'c.ndjson': '{"a":1}\n{"a":2}\n',
    'd.txt': 'text',
    'e.json': '{"a":1}',
  })
  const sample = await sampleFiles(root, ['a.csv', 'b.json', 'c.ndjson', 'd.txt', 'e.json'], 2)
  assert.deepEqual(sample, {
    rows: 2,
    files: [
      { path: 'a.csv', rows: 2, of: 4 },
      { path: 'b.json', rows: 2, of: 6 },
      { path: 'c.ndjson', rows: 2, of: 2 },
    ],
    whole: ['d.txt', 'e.json'],
  })
  assert.equal(readFileSync(join(root, 'a.csv'), 'utf8'), 'n;text\n2;\n4;c\n')
  assert.equal(readFileSync(join(root, 'b.json'), 'utf8'), '[3,6]')
})
