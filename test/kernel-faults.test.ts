/** What cells can do to the kernel: interrupts of all kinds, floods, crashes and garbage. */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKernel, type CellResult, type KernelClient } from '../kernel/client.ts'
import { installation } from '../library/installation.ts'

let folder: string
let kernel: KernelClient

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-faults-'))
  kernel = await startKernel({ cwd: folder })
})

after(async () => {
  await kernel.shutdown()
  await rm(folder, { recursive: true, force: true })
})

const printed = ({ outputs }: CellResult, name = 'stdout') =>
  outputs.map(o => (o.output_type === 'stream' && o.name === name ? o.text : '')).join('')

async function valueOf(code: string): Promise<unknown> {
  const { outputs, error } = await kernel.execute(code)
  assert.equal(error, undefined)
  const last = outputs.at(-1)
  return last?.output_type === 'execute_result' ? last.data['text/plain'] : undefined
}

/** Interrupts the cell when it has run for a while. Milliseconds until it was over. */
async function interrupt(code: string, runsMs = 30): Promise<number> {
  const running = kernel.execute(code)
  await sleep(runsMs)
  const start = performance.now()
  await kernel.interrupt()
  const { error } = await running
  const tookMs = performance.now() - start
  assert.equal(error?.ename, 'Interrupted', `${code}\n${error?.evalue}`)
  return tookMs
}

const medianOf = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** In the goal's 10 ms when the machine is free; a busy one is known by how long other cells take. */
const interruptMs = 40
const interruptCells = 4

const endless: Readonly<Record<string, string>> = {
  'a loop': 'while (true) kept += 0',
  'a loop after await': 'await 1; while (true) kept += 0',
  'a pending promise': 'await new Promise(() => {})',
  'a loop of timers': 'for (;;) await new Promise(resolve => setTimeout(resolve, 1))',
  'a regular expression': '/^(a+)+$/.test("a".repeat(40) + "b")',
}

test('every kind of endless cell is interrupted a hundred times in turn, and state is kept', async () => {
  await kernel.execute('let kept = 42')
  const times = new Map(Object.keys(endless).map(kind => [kind, [] as number[]]))
  const others: number[] = []
  for (let i = 0; i < 100; i++) {
    for (const [kind, code] of Object.entries(endless)) times.get(kind)!.push(await interrupt(code, 10))
    const start = performance.now()
    assert.equal(await valueOf('kept'), '42')
    others.push(performance.now() - start)
  }
  const limitMs = Math.max(interruptMs, interruptCells * medianOf(others))
  for (const [kind, values] of times)
    assert.ok(medianOf(values) < limitMs, `${kind}: ${medianOf(values)} ms of ${limitMs}`)
})

test('an interrupt at any moment of a cell ends it', async () => {
  for (let i = 0; i < 200; i++) {
    const running = kernel.execute(i % 2 ? 'while (true) {}' : 'await new Promise(() => {})')
    await sleep((i * 7) % 13)
    await kernel.interrupt()
    const { status, error } = await running
    // One that was sent before the failure of the cell before it was known does not run at all.
    assert.ok(status === 'aborted' || error?.ename === 'Interrupted', `${status} ${error?.evalue}`)
  }
})

const others: Readonly<Record<string, string>> = {
  'a flood': 'for (;;) console.log("a line of some length")',
  'a flood that awaits': 'for (;;) { console.log("a line"); await 1 }',
  'handlers that go on': `
    async function inner() { try { await 1; for (;;) {} } finally { for (;;) {} } }
    try { await inner() } catch { for (;;) {} } finally { for (;;) {} }`,
  'a thread that sleeps': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  execSync: 'require("node:child_process").execSync("sleep 4711 & sleep 4711")',
  'spawnSync in a loop': 'for (;;) require("node:child_process").spawnSync("sleep", ["4711"])',
  'a child process': `
    const { spawn } = require('node:child_process')
    await new Promise(resolve => spawn('sh', ['-c', 'sleep 4711 & sleep 4711']).on('exit', resolve))`,
  'a worker': `
    const { Worker } = require('node:worker_threads')
    await new Promise(() => new Worker('for (;;) {}', { eval: true }))`,
  'a request': `
    const server = require('node:http').createServer(() => {})
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
    server.unref()
    await fetch('http://127.0.0.1:' + server.address().port)`,
}

for (const [kind, code] of Object.entries(others))
  test(
    `${kind} is interrupted again and again, and state is kept`,
    { skip: process.platform === 'win32' },
    async () => {
      await kernel.execute('let kept = 42')
      for (let i = 0; i < 10; i++) await interrupt(code)
      assert.equal(await valueOf('kept'), '42')
      assert.deepEqual(await running('sleep 4711'), [])
    },
  )

test('a query through slipway is cancelled', async () => {
  await kernel.execute(`import { sql } from 'slipway'; let kept = 42
    await sql\`select 1 as one\`.rows()`)
  const code =
    'await sql`select sum(sin(a.range * b.range)) as s from range(10000000) a, range(100000) b`.rows()'
  const tookMs = await interrupt(code, 500)
  assert.ok(tookMs < 1000, `${tookMs} ms`)
  assert.equal(await valueOf('(await sql`select kept from (select 42 as kept)`.rows())[0].kept'), '42')
})

test('100,000 lines arrive in order before the cell ends', async () => {
  const result = await kernel.execute('for (let i = 0; i < 100_000; i++) console.log(i)')
  assert.equal(printed(result), Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(''))
})

test('the last line of a burst is shown while the cell computes on', async () => {
  let seen = ''
  const running = kernel.execute('for (let i = 0; i < 500; i++) console.log(i); for (;;) {}', {
    onOutput: output => (seen += output.output_type === 'stream' ? output.text : ''),
  })
  const deadline = performance.now() + 5000
  while (!seen.endsWith('499\n') && performance.now() < deadline) await sleep(10)
  assert.ok(seen.endsWith('499\n'))
  await kernel.interrupt()
  await running
})

const lines = 'for (let i = 0; i < 3000; i++) console.log("line " + i);'

const crashes: readonly [name: string, code: string, message: RegExp][] = [
  ['process.exit', 'process.exit(3)', /exit code 3, as by process\.exit/],
  ['process.abort', 'process.abort()', /aborted \(SIGABRT\)/],
  ['kill -9', 'process.kill(process.pid, "SIGKILL")', /killed \(SIGKILL\)/],
  ['native code', 'process.kill(process.pid, "SIGSEGV")', /native code \(SIGSEGV, segmentation fault\)/],
]

for (const [name, code, message] of crashes)
  test(
    `an end by ${name} keeps what was printed, is told, and cells run again`,
    { skip: process.platform === 'win32' },
    async () => {
      const result = await kernel.execute(`${lines}${code}`)
      assert.match(printed(result), /line 2999\n$/)
      assert.equal(result.error?.ename, 'KERNEL003')
      assert.match(result.error.evalue, message)
      assert.equal(await valueOf('1 + 1'), '2')
    },
  )

test('out of memory is told as that', { timeout: 120_000 }, async () => {
  const small = await startKernel({ cwd: folder, env: { NODE_OPTIONS: '--max-old-space-size=80' } })
  try {
    const { error } = await small.execute('const kept = []; for (;;) kept.push(new Array(1000).fill({}))')
    assert.match(error?.evalue ?? '', /heap out of memory.*--max-old-space-size/)
    assert.equal((await small.execute('1')).status, 'ok')
  } finally {
    await small.shutdown()
  }
})

test('errors that nobody catches are shown, and the process lives', async () => {
  await kernel.execute('let kept = 42')
  const timer = await kernel.execute(
    'setTimeout(() => { throw new Error("late") }, 1); await new Promise(r => setTimeout(r, 30))',
  )
  assert.match(printed(timer, 'stderr'), /Uncaught Error: late/)
  const rejected = await kernel.execute(
    'Promise.reject(new Error("nobody")); await new Promise(r => setTimeout(r, 30))',
  )
  assert.match(printed(rejected, 'stderr'), /nobody/)
  const deep = await kernel.execute('function f(): number { return f() + 1 }; f()')
  assert.equal(deep.error?.ename, 'RangeError')
  assert.equal(await valueOf('kept'), '42')
})

test('garbage on standard output is text, on the pipe of the kernel an end that is told', async () => {
  const bytes = 'Buffer.from([0xff, 0xfe, 0, 1, 0x80, 10])'
  assert.match(printed(await kernel.execute(`process.stdout.write(${bytes})`)), /�/)
  const { error } = await kernel.execute(
    `require('node:fs').writeSync(3, ${bytes}); await new Promise(() => {})`,
  )
  assert.match(error?.evalue ?? '', /file descriptor 3/)
  assert.equal(await valueOf('1 + 1'), '2')
})

const replaced = [
  'globalThis.console = { log() { throw 1 } }',
  'process.stdout.write = () => { throw 1 }',
  'globalThis.JSON = undefined',
  'JSON.stringify = () => "no"',
  'Promise.resolve = null',
  'Promise.prototype.then = null',
  'Object.prototype.anything = 1',
  'Object.prototype.get = function () {}',
  'Array.prototype.forEach = null',
  'globalThis.Buffer = undefined',
  'globalThis.setTimeout = undefined',
  'globalThis.performance = undefined',
]

for (const code of replaced)
  test(`cells go on after ${code}`, async () => {
    await kernel.restart()
    await kernel.execute(code)
    assert.equal(await valueOf('[1, 2]'), '[ 1, 2 ]')
    assert.equal((await kernel.execute('throw new TypeError("x")')).error?.evalue, 'x')
    await interrupt('for (;;) {}')
    await kernel.restart()
  })

test('a kernel that is killed leaves no process behind', { skip: process.platform === 'win32' }, async () => {
  const { child, pid } = await kernelThat(`require('node:child_process').spawn('sleep', ['4712'])`)
  assert.equal((await running('sleep 4712', 0)).length, 1)
  child.kill('SIGKILL')
  assert.deepEqual(await running('sleep 4712'), [])
  assert.ok(await isGone(pid))
})

test(
  'a kernel whose client is gone ends, also when a cell goes on printing',
  { timeout: 30_000 },
  async () => {
    const { child } = await kernelThat(`setInterval(() => console.log('still here'), 1)`)
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.stderr.destroy()
    child.stdout.destroy()
    child.stdin.destroy()
    assert.equal(await ended, 0)
  },
)

/** A kernel process that has run `code`, and the process of its cells. */
async function kernelThat(code: string) {
  const { node, entry, env } = installation()
  const child = spawn(node, [...entry('kernel'), '--stdio', '--headless'], {
    cwd: folder,
    env: { ...process.env, ...env },
  })
  const header = {
    msg_id: 'a',
    msg_type: 'execute_request',
    session: 's',
    username: 'u',
    date: '',
    version: '5.4',
  }
  const content = { code: `${code}; process.pid` }
  const message = { channel: 'shell', header, parent_header: {}, metadata: {}, content }
  child.stdin.write(`${JSON.stringify(message)}\n`)
  const pid = await new Promise<number>(resolve => {
    let text = ''
    child.stdout.on('data', data => {
      const found = /"text\/plain":"(\d+)"/.exec((text += String(data)))
      if (found) resolve(Number(found[1]))
    })
  })
  return { child, pid }
}

test('what a cell had started ends with its process', { skip: process.platform === 'win32' }, async () => {
  const { error } = await kernel.execute(
    `require('node:child_process').spawn('sleep', ['4713']); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50); await new Promise(() => {})`,
  )
  assert.match(error?.evalue ?? '', /SIGKILL/)
  assert.deepEqual(await running('sleep 4713'), [])
})

/** Whether the process ends within a second. Its parent is gone: it may stay as a zombie. */
async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    if (stdout === '' || stdout.startsWith('Z')) return true
    await sleep(20)
  }
  return false
}

/** Processes of this command line, when there have been none for a second at most. */
async function running(command: string, waitMs = 1000): Promise<readonly string[]> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const all = execFileSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' }).split('\n')
    const found = all.filter(line => line.trim().endsWith(command) && !line.startsWith('Z'))
    if (found.length === 0 || performance.now() >= deadline) return found
    await sleep(20)
  }
}
