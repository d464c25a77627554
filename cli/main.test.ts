import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { exitCodeOf, CliError } from './errors.ts'
import { table } from './output.ts'

const main = join(import.meta.dirname, 'main.ts')

async function slipway(args: readonly string[], cwd?: string) {
  const folder = cwd ?? (await mkdtemp(join(tmpdir(), 'slipway-cli-')))
  return await new Promise<{ code: number; stdout: string; stderr: string }>(resolve =>
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...args],
      { cwd: folder, env: { ...process.env, INIT_CWD: folder } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  )
}

test('the version is that of package.json', async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'))
  assert.equal((await slipway(['--version'])).stdout.trim(), version)
})

test('wrong usage ends with 2 and points to the help', async () => {
  const unknown = await slipway(['chekc'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /Did you mean check\?/)
  assert.equal((await slipway(['check', '--frobnicate'])).code, 2)
})

test('without a project the error says where it looked and what to do', async () => {
  const { code, stderr } = await slipway(['check'])
  assert.equal(code, 1)
  assert.match(stderr, /^CLI001: No slipway\.json in .* or above it\. .*slipway init/)
})

test('an error with --json is one document with its code', async () => {
  const { code, stdout } = await slipway(['check', '--json'])
  assert.equal(code, 1)
  assert.equal(JSON.parse(stdout).error.code, 'CLI001')
})

test('exit codes tell the user from the world', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  assert.equal(exitCodeOf(new CliError('CLI002', 'x')), 1)
  assert.equal(exitCodeOf(coded('BCK012')), 1)
  assert.equal(exitCodeOf(coded('BCK001')), 3)
  assert.equal(exitCodeOf(coded('EACCES')), 3)
  assert.equal(exitCodeOf(new Error('no code')), 3)
  assert.equal(exitCodeOf(new DOMException('stop', 'AbortError')), 130)
})

test('a table aligns text to the left and numbers to the right', () => {
  const text = table(['name', 'n'], [['a', 1], ['long', 200], ['b', undefined]]) // prettier-ignore
  assert.equal(text, ['name    n', '────  ───', 'a       1', 'long  200', 'b       –'].join('\n'))
})

test('a linked folder runs plain programs on the library, and keeps what is not ours', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-link-'))
  assert.equal((await slipway(['link', folder])).code, 0)
  assert.equal((await slipway(['link', folder])).code, 0, 'an own link is written anew')
  const program =
    "import { sql } from 'slipway'\nconsole.log(JSON.stringify(await sql`select 41 + 1 as x`.rows()))"
  await writeFile(join(folder, 'program.mts'), program)
  const stdout = await new Promise<string>((resolve, reject) =>
    execFile(process.execPath, [join(folder, 'program.mts')], { cwd: folder }, (error, out) =>
      error ? reject(error) : resolve(out),
    ),
  )
  assert.equal(stdout.trim(), '[{"x":42}]')
  await writeFile(join(folder, 'node_modules/slipway/package.json'), '{}')
  const refused = await slipway(['link', folder])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /CLI003: Expected to make .*slipway/)
})
