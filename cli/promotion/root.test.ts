import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { noteRoot, rootOfNotebook, rootOfPipeline } from './root.ts'

const main = join(import.meta.dirname, '../main.ts')

function folderOf(context: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-root-')))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function slipway(
  cwd: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, INIT_CWD: undefined }
  return new Promise(resolve =>
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...args],
      { cwd, env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  )
}

const notebook = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    "import { readFileSync } from 'node:fs'\nconst lines = readFileSync('rows.csv', 'utf8').trim().split('\\n')",
    'const nRows = lines.length - 1\nnRows',
  ].map((source, i) => ({
    cell_type: 'code',
    id: `c${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  })),
})

test(
  'a notebook of no project is promoted to anywhere, and runs there',
  { timeout: 240_000 },
  async context => {
    const home = folderOf(context)
    const folder = join(home, 'mine')
    const out = join(home, 'elsewhere', 'counted')
    mkdirSync(folder)
    writeFileSync(join(folder, 'n.ipynb'), notebook)
    writeFileSync(join(folder, 'rows.csv'), 'a\n1\n2\n3\n')

    const promoted = await slipway(home, ['promote', 'mine/n.ipynb', '--out', out, '--yes', '--json'])
    assert.equal(promoted.code, 0, promoted.stderr)
    const { outputs } = JSON.parse(promoted.stdout)
    assert.deepEqual(outputs, [{ name: 'nRows', verdict: 'exact', differences: [] }])
    assert.ok(existsSync(join(folder, 'slipway.json')))

    const ran = await slipway(home, ['run', out, '--json'])
    assert.deepEqual(JSON.parse(ran.stdout).outputs, { nRows: 3 })
    const command = JSON.parse(readFileSync(join(out, '.slipway/command.json'), 'utf8')).command
    assert.ok(command.length > 1)

    // Moved together, they find each other again.
    cpSync(home, `${home}-moved`, { recursive: true })
    context.after(() => rmSync(`${home}-moved`, { recursive: true, force: true }))
    const moved = await slipway(tmpdir(), ['run', join(`${home}-moved`, 'elsewhere/counted'), '--json'])
    assert.deepEqual(JSON.parse(moved.stdout).outputs, { nRows: 3 })
  },
)

test('the root is the project around, else where it must be', context => {
  const home = folderOf(context)
  const inside = join(home, 'project', 'pipelines', 'p')
  const outside = join(home, 'p')
  mkdirSync(inside, { recursive: true })
  mkdirSync(outside)
  assert.equal(rootOfNotebook(join(home, 'project/n.ipynb')), join(home, 'project'))
  assert.equal(rootOfPipeline(inside), join(home, 'project'))
  assert.equal(rootOfPipeline(outside), outside)
  noteRoot(inside, join(home, 'project'))
  assert.ok(!existsSync(join(inside, '.slipway')))
  noteRoot(outside, join(home, 'project'))
  assert.equal(rootOfPipeline(outside), join(home, 'project'))
  rmSync(join(home, 'project'), { recursive: true })
  assert.equal(rootOfPipeline(outside), outside)
})
