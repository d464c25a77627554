/**
 * Interrupts at random moments of hundreds of short cells: only the cell that was under way when one was sent is hit,
 * and what earlier cells have going on beside goes on.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKernel, type CellResult, type KernelClient } from '../kernel/client.ts'

const nCells = 400
/** Told when something fails. */
const seed = Number(process.env['SLIPWAY_TEST_SEED'] ?? Date.now() % 100_000)
const skip = process.platform === 'win32'

let folder: string
let kernel: KernelClient

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-interrupts-'))
  kernel = await startKernel({ cwd: folder })
})

after(async () => {
  await kernel.shutdown()
  await rm(folder, { recursive: true, force: true })
})

const valueOf = ({ outputs }: CellResult) => {
  const last = outputs.at(-1)
  return last?.output_type === 'execute_result' ? last.data['text/plain'] : undefined
}

/** Chains of which every link starts the next: one that is lost ends its chain. */
const beside = `
import { spawn, execSync } from 'node:child_process'
let links = []
{
  const chain = start => {
    const i = links.push(0) - 1
    const next = () => { links[i]++; start(next) }
    start(next)
  }
  for (let i = 0; i < 8; i++) {
    chain(next => void setTimeout(next, 1 + i % 4))
    chain(next => void setImmediate(next))
    chain(next => void Promise.resolve().then(() => setTimeout(next, 1)))
    chain(next => void process.nextTick(() => setImmediate(next)))
    chain(next => void require('node:fs').stat('.', next))
    const { port1, port2 } = new MessageChannel()
    port1.on('message', () => { links[i + 100] = (links[i + 100] ?? 0) + 1; setTimeout(() => port2.postMessage(0), 2) })
    port2.postMessage(0)
  }
  chain(next => void spawn('true').on('exit', () => setTimeout(next, 20)))
}
for (let i = 0; i < 4; i++) {
  const at = links.push(0) - 1
  void (async () => { for (;;) { await new Promise(done => setTimeout(done, 1)); links[at]++ } })()
}
const busy = ms => { const end = performance.now() + ms; while (performance.now() < end); }
`

/** What ends by itself; its value is the text of \`i\`. */
const short: readonly ((i: number) => string)[] = [
  i => `${i}`,
  i => `busy(4); ${i}`,
  i => `await new Promise(done => setTimeout(done, 3)); ${i}`,
  i => `await new Promise(setImmediate); busy(2); ${i}`,
  i => `const code${i} = await new Promise(done => spawn('sleep', ['0.005']).on('exit', (...how) => done(how)))
    code${i}[0] === 0 ? ${i} : code${i}`,
  i => `execSync('sleep 0.01'); ${i}`,
  i => `const until${i} = performance.now() + 3; while (performance.now() < until${i}) await 1; ${i}`,
]

const endless: readonly string[] = [
  'for (;;);',
  'await 1; for (;;);',
  'for (;;) await 1',
  'await new Promise(() => {})',
  'setTimeout(() => { for (;;); }); await new Promise(() => {})',
  'setImmediate(() => { for (;;); }); await new Promise(() => {})',
  'process.nextTick(() => { for (;;); }); await new Promise(() => {})',
  "execSync('sleep 4714')",
  "await new Promise(done => spawn('sleep', ['4714']).on('exit', done))",
  'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  '/^(a+)+$/.test("a".repeat(40) + "b")',
]

/** A sequence that is the same each time. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pick = <T>(all: readonly T[], random: (below: number) => number): T => all[random(all.length)]!

/** Milliseconds after which it interrupts whatever cell is then under way. */
async function interruptAfter(ms: number): Promise<number> {
  await sleep(ms)
  const sentAt = performance.now()
  await kernel.interrupt()
  return sentAt
}

test('interrupts at random moments hit the cell under way and nothing else', { skip }, async () => {
  const random = randomNumbers(seed)
  const { error } = await kernel.execute(beside)
  assert.equal(error, undefined)
  const sent: Promise<number>[] = []
  const questions: Promise<unknown>[] = []
  const runs: { i: number; code: string; from: number; to: number; result: CellResult }[] = []
  for (let i = 0; i < nCells; i++) {
    const isEndless = random(3) === 0
    const code = isEndless ? pick(endless, random) : pick(short, random)(i)
    if (isEndless || random(2) === 0) sent.push(interruptAfter(random(14)))
    if (random(8) === 0)
      questions.push(kernel.request('slipway_variables_request', {}, { channel: 'control' }))
    const from = performance.now()
    const running = kernel.execute(code)
    // The interrupt may have been for the cell before.
    const insisting = isEndless ? setInterval(() => sent.push(interruptAfter(0)), 300) : undefined
    const result = await running
    clearInterval(insisting)
    runs.push({ i, code, from, to: performance.now(), result })
  }
  const moments = await Promise.all(sent)
  let nHit = 0
  for (const { i, code, from, to, result } of runs) {
    const { status, error } = result
    const what = `seed ${seed}, cell ${i} (${code}): ${status} ${error?.evalue ?? ''} ${String(valueOf(result))}`
    if (status === 'ok') {
      assert.equal(valueOf(result), String(i), what)
      continue
    }
    nHit += 1
    assert.equal(error?.ename, 'Interrupted', what)
    assert.ok(
      moments.some(moment => moment >= from && moment <= to),
      `${what}\nExpected no interrupt of a cell that was sent after it.`,
    )
  }
  assert.ok(nHit > nCells / 4 && nHit < nCells, `${nHit} cells were hit`)
  await Promise.all(questions)

  const links = async () =>
    JSON.parse(String(valueOf(await kernel.execute('JSON.stringify(links)'))).slice(1, -1))
  const earlier = (await links()) as readonly number[]
  await sleep(300)
  const later = (await links()) as readonly number[]
  const ended = later.flatMap((n, i) => (n !== null && n === earlier[i] ? [i] : []))
  assert.deepEqual(ended, [], `seed ${seed}: chains that have ended`)
})

test('a callback of an earlier cell that never ends is interrupted, with the cell that waits for it', async () => {
  for (let i = 0; i < 3; i++) {
    const begun = join(folder, `begun ${i}`)
    const says = `require('node:fs').writeFileSync(${JSON.stringify(begun)}, '')`
    await kernel.execute(`setTimeout(() => { ${says}; for (;;); }, 20)`)
    while (!existsSync(begun)) await sleep(10)
    const waiting = kernel.execute('1 + 1')
    await sleep(20)
    await kernel.interrupt()
    assert.equal((await waiting).error?.ename, 'Interrupted')
    assert.equal(valueOf(await kernel.execute('1 + 1')), '2')
  }
})

test('a recursion that never ends is interrupted', async () => {
  const running = kernel.execute('function again() { try { again() } finally { again() } }; again()')
  await sleep(300)
  await kernel.interrupt()
  assert.equal((await running).error?.ename, 'Interrupted')
  assert.equal(valueOf(await kernel.execute('1 + 1')), '2')
})
