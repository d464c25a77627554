import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCellChecks, type CheckMode } from './checking.ts'

const finding = { start: 6, end: 7, severity: 'error', message: 'No.', code: 2322 } as const
const cell = { source: 'const x: number = "a"', cell: null, file: 'Cell[1]' }
const ok = { status: 'ok', expressions: {} } as const

function checks(
  mode: CheckMode,
  { delayMs = 0, found = [finding] as readonly object[], prints = true } = {},
) {
  const printed: string[] = []
  const made = createCellChecks({
    language: { diagnostics: () => sleep(delayMs, found as never) },
    mode,
    prints,
    print: (_, text) => printed.push(text),
  })
  return { ...made, printed }
}

/** The first check of a session only loads TypeScript. */
async function warm({ begin, end, printed }: ReturnType<typeof checks>): Promise<void> {
  begin(cell)
  await end(cell, ok)
  await sleep(50)
  printed.length = 0
}

test('warn: a finding is printed before the reply, with its place', async () => {
  const parts = checks('warn', { delayMs: 10 })
  await warm(parts)
  parts.begin(cell)
  await parts.end(cell, ok)
  assert.deepEqual(parts.printed, [`Cell[1]:1:7 TS2322: No.\n    ${cell.source}\n          ~\n`])
  assert.equal(await parts.failure(cell), undefined)
})

test('warn: a slow check is not waited for, and told later', async () => {
  const parts = checks('warn', { delayMs: 200 })
  parts.begin(cell)
  await parts.end(cell, ok)
  await sleep(300)
  parts.printed.length = 0
  parts.begin(cell)
  const start = performance.now()
  await parts.end(cell, ok)
  assert.ok(performance.now() - start < 190)
  assert.equal(parts.printed.length, 0)
  await sleep(150)
  assert.equal(parts.printed.length, 1)
})

test('stop: the cell fails with the lines', async () => {
  const failure = await checks('stop').failure(cell)
  assert.equal(failure?.status, 'error')
  assert.match(
    failure?.status === 'error' ? failure.traceback.join('\n') : '',
    /not run[^]*Cell\[1\]:1:7 TS2322/,
  )
})

for (const [title, parts, text] of [
  ['off', checks('off'), cell.source],
  ['a client that underlines findings', checks('warn', { prints: false }), cell.source],
  ['a cell that names nothing', checks('warn'), '1 + 1'],
  ['findings that are only noise', checks('warn', { found: [{ ...finding, code: 7006 }] }), cell.source],
  ['hints', checks('warn', { found: [{ ...finding, severity: 'hint' }] }), cell.source],
] as const)
  test(`nothing is printed: ${title}`, async () => {
    for (let i = 0; i < 2; i++) {
      const one = { ...cell, source: text }
      parts.begin(one)
      await parts.end(one, ok)
      await sleep(5)
    }
    assert.deepEqual(parts.printed, [])
  })
