/**
 * Calls that nothing is known of, in a real session, a real package and real runs: left out where the kernel saw them
 * change nothing and the verification agrees, kept where either does not.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { startKernel } from '../kernel/client.ts'
import { createProjectOf } from './support/project.ts'

const packageFiles = {
  'node_modules/strange/package.json':
    '{ "name": "strange", "version": "2.1.0", "type": "module", "main": "index.js", "types": "index.d.ts" }',
  'node_modules/strange/index.js': [
    'export function look(value) { return JSON.stringify(value).length }',
    // In the middle of what a fingerprint samples.
    'export function nudge(values) { values[1001] += 5 }',
    'let warm = 1',
    'export function heat() { warm = 2 }',
    'export function cooked(value) { return value * warm }',
  ].join('\n'),
  'node_modules/strange/index.d.ts': [
    'export declare function look(value: unknown): number',
    'export declare function nudge(values: number[]): void',
    'export declare function heat(): void',
    'export declare function cooked(value: number): number',
  ].join('\n'),
  'node_modules/odd/package.json':
    '{ "name": "odd", "version": "1.0.0", "type": "module", "main": "index.js", "types": "index.d.ts" }',
  'node_modules/odd/index.js': 'export function glance(value) { return value.length }',
  'node_modules/odd/index.d.ts': 'export declare function glance(value: readonly number[]): number',
  'data/numbers.json': JSON.stringify(Array.from({ length: 4000 }, (_, i) => i % 97)),
}

interface Promoted {
  readonly outputs: readonly { readonly name: string; readonly verdict: string }[]
  readonly kept: readonly { readonly cell: string }[]
  readonly trims: readonly {
    readonly state: string
    readonly calls: readonly string[]
    readonly isSafe: boolean
  }[]
  readonly version: string
  readonly unchanged: boolean
}

/** A notebook that was run in the kernel as its editor does, in a project with the package. */
async function session(sources: readonly string[]) {
  const project = await createProjectOf(packageFiles)
  const env = { SLIPWAY_EVIDENCE: 'on', SLIPWAY_ROOT: project.root }
  const kernel = await startKernel({ cwd: project.root, env })
  const log = sources.map((source, i) => ({ cell: `c${i}`, source }))
  try {
    for (const { source, cell } of log) {
      const { status, error } = await kernel.execute(source, { cellId: cell })
      assert.equal(status, 'ok', error?.evalue)
    }
  } finally {
    await kernel.shutdown()
  }
  const cells = log.map(({ cell, source }, i) => ({
    ...{ id: cell, cell_type: 'code', source, outputs: [], execution_count: i + 1 },
    metadata: i === log.length - 1 ? { slipway: { output: 'out' } } : {},
  }))
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { slipway: { log } }, cells }
  await writeFile(join(project.root, 'n.ipynb'), JSON.stringify(notebook))
  const promote = async (...args: readonly string[]) => {
    const found = await project.json<Promoted>(['promote', 'n.ipynb', '--yes', ...args])
    const kept = [...new Set(found.kept.map(({ cell }) => cell))]
    const states = found.trims.map(
      ({ calls, state, isSafe }) => `${calls.join()} ${state}${isSafe ? ' safe' : ''}`,
    )
    return { ...found, kept, states, verdicts: found.outputs.map(({ verdict }) => verdict) }
  }
  return { project, promote, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() }
}

test('what has to do with no data goes by itself; what has, when one says so', async () => {
  await using made = await session([
    "import { look } from 'strange'\nimport { glance } from 'odd'\nimport { readFileSync } from 'node:fs'",
    "const settings = { unit: 'mm', factors: [1, 2] }",
    'look(settings)',
    "const rows: number[] = JSON.parse(readFileSync('data/numbers.json', 'utf8')).slice(0, 20)",
    'glance(rows)',
    'const out = rows.map(row => row * settings.factors[1]!)\nout',
  ])
  const safe = await made.promote()
  assert.deepEqual(safe.states, ['look left-out safe', 'glance kept'])
  assert.deepEqual([safe.kept, safe.verdicts], [['c0', 'c1', 'c3', 'c4', 'c5'], ['exact']])
  const again = await made.promote()
  assert.equal(again.unchanged, true)
  const all = await made.promote('--trim', 'all')
  assert.deepEqual(all.states, ['look left-out safe', 'glance left-out'])
  assert.deepEqual([all.kept, all.verdicts], [['c0', 'c1', 'c3', 'c5'], ['exact']])
  assert.notEqual(all.version, safe.version)
  const report = await readFile(join(made.project.root, 'pipelines/n/tests/verification.md'), 'utf8')
  assert.match(report, /## Assumed, and seen otherwise\n\n- Nothing is known of look\./)
})

test('what the kernel could not see change is kept when the verification sees it', async () => {
  await using made = await session([
    "import { nudge } from 'strange'\nimport { readFileSync } from 'node:fs'",
    "const rows: number[] = JSON.parse(readFileSync('data/numbers.json', 'utf8'))",
    'nudge(rows)',
    'const out = rows.reduce((sum, row) => sum + row, 0)\nout',
  ])
  const found = await made.promote('--trim', 'all')
  assert.deepEqual([found.states, found.verdicts], [['nudge kept-after-all'], ['exact']])
  assert.deepEqual(found.kept, ['c0', 'c1', 'c2', 'c3'])
  const again = await made.promote('--trim', 'all')
  assert.deepEqual([again.unchanged, again.version], [true, found.version])
})

test("a library's own state is nothing that the kernel sees", async () => {
  await using made = await session([
    "import { heat, cooked } from 'strange'",
    'heat()',
    'const out = cooked(3)\nout',
  ])
  const found = await made.promote('--trim', 'all')
  assert.deepEqual([found.states, found.kept], [[], ['c0', 'c1', 'c2']])
})
