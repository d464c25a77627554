/**
 * A backend in another process and another folder, known to the project by its URL and a token alone: what a run
 * needs is sent to it, and nothing else of the project's machine is used.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { fixturePipeline, writeFixture } from '../backend/testing/fixture-pipeline.ts'
import { installation } from '../library/installation.ts'
import { startBackend } from './support/backend-process.ts'

interface Ended {
  readonly code: number
  readonly lines: readonly Record<string, unknown>[]
  readonly text: string
  readonly stderr: string
}

function slipway(project: string, env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const { node, entry } = installation()
  const options = {
    cwd: project,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, INIT_CWD: project },
  }
  return new Promise(resolve =>
    execFile(node, [...entry('cli'), ...args], options, (error, text, stderr) => {
      const parse = () =>
        text
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as Record<string, unknown>)
      resolve({
        code: Number(error?.code ?? 0),
        text,
        stderr,
        lines: args.includes('--watch') && text ? parse() : [],
      })
    }),
  )
}

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-remote-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const backend = await startBackend(join(folder, 'far/away'), { cwd: tmpdir(), args: ['--port', '0'] })
  t.after(() => backend.kill())
  const project = join(folder, 'project')
  await writeFixture(project, fixturePipeline())
  await writeFile(join(project, 'slipway.json'), JSON.stringify({ language: 1, backend: backend.info.url }))
  return { backend, folder, project, env: { SLIPWAY_TOKEN_FILE: backend.info.tokenFile } }
}

test('a project submits to a remote backend with nothing but its URL and token', async t => {
  const { backend, folder, project, env } = await setUp(t)
  const first = await slipway(project, env, 'submit', 'tiny', '--watch', '--json')
  assert.equal(first.code, 0, first.stderr)
  const run = (first.lines.at(-1) as { run: { id: string; state: string } }).run
  assert.equal(run.state, 'succeeded')

  // The same again: the same run, and nothing is sent.
  const again = await slipway(project, env, 'submit', 'tiny', '--json')
  const document = JSON.parse(again.text) as { created: boolean; run: { id: string } }
  assert.deepEqual([document.created, document.run.id], [false, run.id])

  // The project's folder is gone: the backend goes on without it.
  await rename(project, join(folder, 'moved'))
  const { run: other } = await backend.client.submitRun({
    pipeline: 'tiny',
    version: fixturePipeline().version,
    parameters: { rate: 0.5 },
  })
  for await (const event of backend.client.events(other.id))
    if (event.type === 'run' && event.state !== 'running') break
  assert.notEqual((await backend.client.run(other.id)).state, 'failed')
  assert.equal(await backend.end(), 0)
})

test('a wrong token and a backend that is down are told apart', async t => {
  const { backend, project } = await setUp(t)
  const without = await slipway(project, {}, 'submit', 'tiny')
  assert.equal(without.code, 3)
  assert.match(without.stderr, /SLIPWAY_TOKEN/)
  const wrong = await slipway(project, { SLIPWAY_TOKEN: 'guess' }, 'submit', 'tiny', '--json')
  assert.equal(wrong.code, 3)
  assert.equal((JSON.parse(wrong.text) as { error: { code: string } }).error.code, 'BCK002')
  await backend.kill()
  const down = await slipway(project, { SLIPWAY_TOKEN: 'any' }, 'submit', 'tiny', '--json')
  assert.equal(down.code, 3)
  assert.equal((JSON.parse(down.text) as { error: { code: string } }).error.code, 'BCK001')
})

test('what was edited or lost since promotion is refused', async t => {
  const { project, env } = await setUp(t)
  await writeFile(join(project, 'data/rows.csv'), 'x,y\n1,1\n')
  const changed = await slipway(project, env, 'submit', 'tiny')
  assert.equal(changed.code, 1)
  assert.match(changed.stderr, /data\/rows\.csv/)
  await rm(join(project, 'data/rows.csv'))
  const lost = await slipway(project, env, 'submit', 'tiny')
  assert.equal(lost.code, 1)
  assert.match(lost.stderr, /data\/rows\.csv is missing/)
  await writeFile(join(project, 'pipelines/tiny/steps/fit.ts'), 'export const fit = () => ({ model: {} })\n')
  const edited = await slipway(project, env, 'submit', 'tiny')
  assert.equal(edited.code, 1)
  assert.match(edited.stderr, /edited after promotion/)
})
