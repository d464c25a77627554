/** A real kernel in a folder of files: what cells import, what becomes of changes, what is told of errors, what is kept. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type TestContext } from 'node:test'
import { startKernel, type CellOutput } from '../kernel/client.ts'
import type { CellEvidence, SessionEvidence } from '../kernel/evidence/record.ts'
import { createMessageFactory, type Message } from '../kernel/wire/message.ts'
import { installation } from '../library/installation.ts'

async function createFolder(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-session-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  const put = async (name: string, text: string | Uint8Array) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return { folder, put }
}

async function createNotebook(context: TestContext, files: Readonly<Record<string, string>> = {}) {
  const { folder, put } = await createFolder(context)
  for (const [name, text] of Object.entries(files)) await put(name, text)
  const kernel = await startKernel({ cwd: folder })
  context.after(() => kernel.shutdown())
  /** The text of the value; of a cell that failed, its traceback. */
  async function run(source: string): Promise<string> {
    const { error, outputs } = await kernel.execute(source)
    if (error) return error.traceback.join('\n')
    return outputs.map(textOf).join('')
  }
  return { folder, put, run }
}

const textOf = (output: CellOutput) => ('data' in output ? String(output.data['text/plain']) : '')

test('TypeScript that Node refuses, found as tsconfig.json, package.json and habit allow', async context => {
  const { run } = await createNotebook(context, {
    'package.json': '{ "name": "self", "imports": { "#u": "./lib/util.ts" }, "exports": "./lib/util.ts" }',
    'tsconfig.json':
      '{ // with comments\n "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["lib/*"] } } }',
    'lib/util.ts': 'export const u = 9\n',
    'lib/deep/index.ts': "import { u } from '@lib/util'\nexport const deep = u + 1\n",
    'more.ts':
      'export enum Color { red, green = 5 }\nexport class P { constructor(readonly x: number) {} }\nexport namespace N { export const y = 2 }\n',
    'decorated.ts': 'const d = (v: any, c: any) => v\n@d export class A { @d m() { return 1 } }\n',
    'common.cts': 'enum E { a = 1 }\nexport = { k: 3, e: E.a }\n',
    'module.mts': 'export const k: number = await Promise.resolve(3)\n',
    'page.tsx': 'export const f = <T,>(x: T) => x\n',
    'data.json': '{ "a": 1 }',
  })
  const cases = {
    "import { Color, P, N } from './more'\n[Color.green, new P(3).x, N.y]": '[ 5, 3, 2 ]',
    "import { Color } from './more.js'\nColor.red": '0',
    "import { A } from './decorated.ts'\nnew A().m()": '1',
    "import c from './common.cts'\nc.k + c.e + require('./common.cts').k": '7',
    "import { k } from './module.mts'\nk": '3',
    "import { f } from './page.tsx'\nf(4)": '4',
    "import { deep } from '@lib/deep'\ndeep": '10',
    "import { u as inner } from '#u'\ninner": '9',
    "import { u as outer } from 'self'\nouter": '9',
    "import data from './data.json'\ndata.a": '1',
    "import again from './data.json' with { type: 'json' }\nagain.a": '1',
    "require('./more.ts').Color.green": '5',
    'import.meta.dirname === process.cwd()': 'true',
  }
  for (const [source, expected] of Object.entries(cases)) assert.equal(await run(source), expected, source)
})

test('a changed file is loaded anew with all that import it; the others keep their state', async context => {
  const { put, run } = await createNotebook(context, {
    'a.ts':
      "import { b } from './b.ts'\nimport { state } from './state.ts'\nexport const a = () => `${b}:${state.n++}`\n",
    'b.ts': "export { b } from './c.cjs'\n",
    'c.cjs': 'exports.b = 1\n',
    'state.ts': 'export const state = { n: 0 }\n',
    'data.json': '1',
    'one.ts': "import { two } from './two.ts'\nexport const one = 1\nexport const sum = () => one + two\n",
    'two.ts': "import { one } from './one.ts'\nexport const two = 2\nexport const f = () => one\n",
    'required.ts': 'export const v: number = 1\n',
  })
  assert.equal(await run("import { a } from './a.ts'\na() + ' ' + a()"), "'1:0 1:1'")
  await put('c.cjs', 'exports.b = 22\n')
  assert.equal(await run("import { a } from './a.ts'\na()"), "'22:2'")
  assert.equal(await run("(await import('./a.ts')).a()"), "'22:3'")
  assert.equal(await run("import { sum } from './one.ts'\nsum()"), '3')
  await put('two.ts', "import { one } from './one.ts'\nexport const two = 20\nexport const f = () => one\n")
  assert.equal(await run("import { sum } from './one.ts'\nsum()"), '21')
  assert.equal(await run("import data from './data.json'\ndata + require('./data.json')"), '2')
  await put('data.json', '100')
  assert.equal(await run("import data from './data.json'\ndata + require('./data.json')"), '200')
  assert.equal(await run("require('./required.ts').v"), '1')
  await put('required.ts', 'export const v: number = 10\n')
  assert.equal(await run("require('./required.ts').v"), '10')
})

test('what could not be loaded is tried again: mended, installed, or for a reason outside', async context => {
  const { put, run } = await createNotebook(context, {
    'throws.ts': "throw new Error('at load')\nexport const ok = 1\n",
    'reason.ts': "if (!process.env.READY) throw new Error('not ready')\nexport const ready = 1\n",
    'user.ts': "import { gone } from './gone.ts'\nexport const user = gone\n",
  })
  assert.match(await run("import { ok } from './throws.ts'\nok"), /at load/)
  await put('throws.ts', 'export const ok = 2\n')
  assert.equal(await run("import { ok } from './throws.ts'\nok"), '2')
  for (let i = 0; i < 2; i++)
    assert.match(await run("import { ready } from './reason.ts'\nready"), /not ready/)
  await run("process.env.READY = '1'")
  assert.equal(await run("import { ready } from './reason.ts'\nready"), '1')
  assert.match(await run("import { user } from './user.ts'\nuser"), /Cannot find module .*gone\.ts/)
  await put('gone.ts', 'export const gone = 4\n')
  assert.equal(await run("import { user } from './user.ts'\nuser"), '4')
  assert.match(await run("import { z } from 'late'\nz"), /Cannot find package 'late'/)
  await put(
    'node_modules/late/package.json',
    '{ "name": "late", "exports": { "import": "./i.mjs", "require": "./i.cjs" } }',
  )
  await put('node_modules/late/i.mjs', "export const z = 'module'\n")
  await put('node_modules/late/i.cjs', "exports.z = 'common'\n")
  assert.equal(await run("import { z } from 'late'\nz + require('late').z"), "'modulecommon'")
  assert.match(await run("import.meta.resolve('late')"), /i\.mjs/)
})

test('errors show the lines of their authors', async context => {
  const { run } = await createNotebook(context, {
    'boom.ts':
      "enum E { a }\nexport function boom(x: number) {\n  throw new TypeError('boom ' + x + E.a)\n}\nexport async function later() {\n  await null\n  boom(3)\n}\n",
    'wrong.ts': 'export const x = 1\nexport const y = = 2\n',
    'wrong.mjs': 'export const x = 1\nexport const y = = 2\n',
    'user.ts': "export { y } from './wrong.ts'\n",
  })
  await run("import { boom, later } from './boom.ts'\nfunction outer(n: number) {\n  boom(n)\n}")
  const excerpt =
    "        2 | export function boom(x: number) {\n      > 3 |   throw new TypeError('boom ' + x + E.a)\n          |         ^\n        4 | }\n"
  assert.equal(
    await run('const n: number = 1\nouter(n)'),
    `TypeError: boom 10\n    at boom (boom.ts:3:9)\n${excerpt}    at outer (Cell[1]:3:3)\n    at Cell[2]:2:1`,
  )
  assert.equal(
    await run('await later()'),
    `TypeError: boom 30\n    at boom (boom.ts:3:9)\n${excerpt}    at later (boom.ts:7:3)\n    at async Cell[3]:1:1`,
  )
  for (const file of ['wrong.ts', 'wrong.mjs', 'user.ts'])
    assert.match(
      await run(`import { y } from './${file}'\ny`),
      /SyntaxError: .*\n {4}at wrong\.m?[jt]s:2:18\n[^]*> 2 \| export const y = = 2/,
    )
  assert.match(
    await run('const o: any = {}\no.a.b'),
    /Cannot read properties[^]*Cell\[\d+\]:2:5[^]*> 2 \| o\.a\.b\n\s+\| {5}\^/,
  )
  assert.match(
    await run('function f(): any { return f() }\nf()'),
    /Maximum call stack[^]*the same \d+ more times/,
  )
  for (const thrown of [
    'undefined',
    'null',
    '{ a: 1 }',
    "Symbol('s')",
    'Object.create(null)',
    'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 1 } })',
  ])
    assert.match(await run(`throw ${thrown}`), /^Thrown: /, thrown)
  assert.match(
    await run("throw new Error('a', { cause: new Error('b') })"),
    /^Error: a\n[^]*Caused by: Error: b/,
  )
})

test('an interrupted loop that computes keeps what it has', async context => {
  const { folder } = await createFolder(context)
  const kernel = await startKernel({ cwd: folder })
  context.after(() => kernel.shutdown())
  const running = kernel.execute('let rounds = 0, total = 0\nwhile (true) { rounds++; total += 0.5 }')
  setTimeout(() => void kernel.interrupt(), 300)
  assert.equal((await running).status, 'error')
  const { outputs } = await kernel.execute('rounds > 1000 && total === rounds / 2')
  assert.deepEqual(outputs.map(textOf), ['true'])
})

/** A kernel as an editor starts it: its evidence is kept. */
async function startForPerson(context: TestContext, folder: string, env: Record<string, string>) {
  const { node, entry } = installation()
  const child = spawn(node, [...entry('kernel'), '--stdio'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise(resolve => child.once('close', resolve))
  context.after(() => child.kill('SIGKILL'))
  const create = createMessageFactory('test')
  const waiting = new Map<string, (reply: Message) => void>()
  createInterface({ input: child.stdout }).on('line', line => {
    const message = JSON.parse(line) as Message
    if (message.header.msg_type === 'execute_reply')
      waiting.get(String(message.parent_header.msg_id))?.(message)
  })
  return {
    run: (code: string) =>
      new Promise<Message>(resolve => {
        const message = create('execute_request', { code, silent: false, store_history: true })
        waiting.set(message.header.msg_id, resolve)
        child.stdin.write(`${JSON.stringify({ channel: 'shell', ...message })}\n`)
      }),
    async end() {
      child.stdin.end()
      await ended
    },
  }
}

test('evidence: what cells touched, without values and secrets; none when it is off', async context => {
  const { folder, put } = await createFolder(context)
  await put('data.csv', 'a,b\n1,2\n')
  await put('book.ipynb', '{}')
  const kernel = await startForPerson(context, folder, {
    SLIPWAY_NOTEBOOK: join(folder, 'book.ipynb'),
    MY_NAME: 'x',
  })
  await kernel.run(
    "import fs from 'node:fs'\nconst text = fs.readFileSync('data.csv', 'utf8')\nfs.writeFileSync('out.txt', text)",
  )
  await kernel.run("const apiKey = 'hunter2hunter2'; let list = [1, 2]; process.env.MY_NAME")
  await kernel.run('list.push(3)\nMath.random()')
  await kernel.run(
    "import { createConnection } from 'node:net'\nawait new Promise(end => createConnection(9, '127.0.0.1').on('error', end))",
  )
  await kernel.run("import { execSync } from 'node:child_process'\nexecSync('echo private')\nnew Date()")
  await kernel.end()
  const sessions = join(folder, '.slipway/sessions')
  const [file] = (await readdir(sessions)).filter(name => name.endsWith('.evidence.jsonl'))
  const text = await readFile(join(sessions, file!), 'utf8')
  assert.ok(!/hunter2|private/.test(text))
  const [first, ...others] = text.trim().split('\n')
  const session = JSON.parse(first!) as SessionEvidence
  const cells = others.map(line => JSON.parse(line) as CellEvidence)
  assert.equal(session.notebook, 'book.ipynb')
  assert.deepEqual(
    cells[0]!.files.map(f => [f.path, f.read, f.written, f.sizeBytes]),
    [
      ['data.csv', true, false, 8],
      ['out.txt', false, true, 8],
    ],
  )
  const valuesOf = (cell: number) => Object.fromEntries(cells[cell]!.values.map(v => [v.name, v]))
  assert.equal(valuesOf(1)['apiKey']!.hash, undefined)
  assert.deepEqual(cells[1]!.environment, ['MY_NAME'])
  assert.notEqual(valuesOf(1)['list']!.hash, valuesOf(2)['list']!.hash)
  assert.deepEqual(
    [cells[1]!.random, cells[2]!.random, cells[2]!.clock, cells[4]!.clock],
    [false, true, false, true],
  )
  assert.deepEqual(cells[3]!.hosts, ['127.0.0.1:9'])
  assert.deepEqual(cells[4]!.processes, ['echo'])

  const silent = await createFolder(context)
  const other = await startForPerson(context, silent.folder, { SLIPWAY_EVIDENCE: 'off' })
  await other.run('1')
  await other.end()
  await assert.rejects(readdir(join(silent.folder, '.slipway')))
})

test('SLIPWAY_CHECK=stop: a cell in which TypeScript finds an error does not run', async context => {
  const { folder } = await createFolder(context)
  const kernel = await startForPerson(context, folder, { SLIPWAY_CHECK: 'stop' })
  const { content } = await kernel.run("globalThis.ran = 1\nconst n: number = 'x'")
  assert.equal(content['status'], 'error')
  assert.match((content['traceback'] as string[]).join('\n'), /not run[^]*Cell\[1\]:2:7 TS2322/)
  assert.equal((await kernel.run('const n: number = 1')).content['status'], 'ok')
  // What it still writes is written before the folder goes.
  await kernel.end()
})
