import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { after, beforeEach } from 'node:test'
import { progressMime, type ProgressMessage } from '../display/messages.ts'
import { currentSession } from '../session.ts'
import { createSmallProject } from '../testing/small-project.ts'
import { createReporter } from './reporter.ts'
import { progress } from './progress.ts'
import { detailsOf, duration, lineOf, type BarState } from './text.ts'

interface Shown {
  readonly displayId: string | undefined
  readonly update: boolean
  readonly text: string
  readonly html: string
  readonly bars: ProgressMessage['bars']
}

/** The run of a cell, as the library sees it. */
let shown: Shown[] = []
let running = new AbortController()
Object.assign(globalThis, {
  [Symbol.for('slipway.kernel')]: {
    display(
      bundle: Record<string, unknown>,
      { displayId, update = false }: { displayId?: string; update?: boolean },
    ) {
      const { bars } = bundle[progressMime] as ProgressMessage
      shown.push({
        displayId,
        update,
        text: bundle['text/plain'] as string,
        html: bundle['text/html'] as string,
        bars,
      })
    },
    get signal() {
      return running.signal
    },
  },
})
const project = await createSmallProject()
after(project.dispose)
beforeEach(() => {
  shown = []
  running = new AbortController()
})
const last = () => shown.at(-1)!.bars.map(({ label, state, share }) => [label, state, share])

test('everything passes through, in one place, and the end is shown', async () => {
  assert.deepEqual([...progress(new Set([1, 2, 3]), { label: 'Look <here>' })], [1, 2, 3])
  assert.deepEqual([...progress(3)], [0, 1, 2])
  const slow = (async function* () {
    yield* ['a', 'b']
  })()
  const taken: string[] = []
  for await (const item of progress(slow, { unit: 'rows' })) taken.push(item)
  assert.deepEqual(taken, ['a', 'b'])
  assert.equal(shown.length, 6, 'first and last of each: the rest came within 100 ms')
  assert.match(shown[0]!.html, /Look &lt;here&gt;/)
  assert.deepEqual(
    shown.filter((_, i) => i % 2).map(({ update, bars }) => [update, bars[0]!.state, bars[0]!.share]),
    [
      [true, 'done', '100 %'],
      [true, 'done', '100 %'],
      [true, 'done', '2 rows'],
    ],
  )
  assert.equal(new Set(shown.map(({ displayId }) => displayId)).size, 3)
})

test('at most ten updates a second, and the last state comes although nothing follows', async () => {
  const bar = progress(1000)
  for (let i = 0; i < 400; i++) {
    bar.advance()
    if (i % 100 === 0) await sleep(20)
  }
  await sleep(130)
  assert.equal(shown.at(-1)!.bars[0]!.done, 400)
  assert.ok(shown.length <= 4, `${shown.length} updates in 0.2 s`)
  bar.end()
  bar.end()
  bar.advance()
  assert.deepEqual(last(), [['Progress', 'stopped', '40 %']])
})

test('what begins inside stands below, and goes when it ends', async () => {
  for (const outer of progress(['a', 'b'], { label: 'Outer' })) {
    for (const _ of progress(2, { label: `Inner ${outer}` })) await sleep(60)
  }
  assert.ok(shown.some(({ bars }) => bars.length === 2 && bars[1]!.label === 'Inner b'))
  assert.equal(new Set(shown.map(({ displayId }) => displayId)).size, 1)
  assert.deepEqual(last(), [['Outer', 'done', '100 %']])
})

test('errors, breaks and interrupts end a bar', () => {
  assert.throws(() => {
    for (const _ of progress(
      (function* () {
        yield 1
        throw new Error('no')
      })(),
    ))
      continue
  }, /no/)
  assert.equal(last()[0]![1], 'failed')
  for (const i of progress([1, 2])) if (i === 1) break
  assert.equal(last()[0]![1], 'stopped')
  using bar = progress(10)
  bar.advance(3, 'third')
  running.abort()
  assert.deepEqual(last(), [['Progress', 'stopped', '30 %']])
  const { length } = shown
  bar.advance()
  assert.equal(shown.length, length, 'nothing is shown of what was interrupted')
})

test('phases are one bar', () => {
  const reporter = createReporter('Trained late')
  reporter.report('Reading', { done: 0, total: 2 })
  reporter.report('Fitting', { done: 3, total: 4, message: 'of fold 2' })
  reporter.end()
  assert.deepEqual(last(), [['Trained late', 'done', '100 %']])
  assert.equal(new Set(shown.map(({ displayId }) => displayId)).size, 1)
})

test('a long query shows how far it is; a short one nothing; an interrupt ends it', async () => {
  const { database } = currentSession()
  await database.all({ sql: 'select 1' })
  assert.equal(shown.length, 0)
  const endless = database.all({ sql: 'select count(*) from range(300000000000) t(i) where hash(i) % 7 = 3' })
  const failed = assert.rejects(endless)
  await sleep(900)
  assert.deepEqual([last()[0]![0], last()[0]![1]], ['Query', 'running'])
  running.abort(new Error('interrupted'))
  await failed
  assert.equal(last()[0]![1], 'stopped')
})

test('words', () => {
  const bar: BarState = { label: 'x', done: 120, total: 400, unit: 'rows', elapsedMs: 4000, state: 'running' }
  assert.equal(lineOf(bar), 'x  30 % ▕██████              ▏ 120 of 400 rows · 30 rows/s · 9.3 s left')
  assert.equal(detailsOf({ ...bar, done: 2, state: 'stopped' }), 'stopped · 2 of 400 rows · 2 s each · 4.0 s')
  assert.equal(detailsOf({ ...bar, unit: undefined, timed: false, message: 'fold 2' }), 'fold 2')
  assert.equal(lineOf({ ...bar, total: undefined, done: 5 }), 'x  5 rows  1.3 rows/s')
  assert.deepEqual([840, 12_400, 200_000, 7_500_000].map(duration), [
    '840 ms',
    '12.4 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
})
