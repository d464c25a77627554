/** What is kept only for what nobody knows, against what a session saw of it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TrimEdit } from './edits.ts'
import { sourceHash, type RunEvidence, type ValueEvidence } from './evidence/read.ts'
import { propose, type ProposeOptions } from './propose.ts'
import { createTestCache, notebookText, testFolder, testProject, testTypes } from './testing/types.ts'

const cache = createTestCache()

interface Ran {
  readonly source: string
  readonly cell?: string
  readonly seen?: Partial<RunEvidence>
}

const nothing = {
  files: [],
  hosts: [],
  environment: [],
  processes: [],
  values: [],
  unlooked: [],
  changes: [],
}

function seenRun({ source, cell, seen }: Ran, i: number): RunEvidence {
  const flags = { dynamic: false, clock: false, random: false, status: 'ok' as const, time: '' }
  const run = { order: i + 1, cell: cell ?? `c${i}`, source: sourceHash(source), reads: [], writes: [] }
  return { ...nothing, ...flags, ...run, ...seen }
}

const made = (...values: readonly (string | ValueEvidence)[]): Partial<RunEvidence> => {
  const list = values.map(value =>
    typeof value === 'string' ? { name: value, type: 'Object', hash: '1', whole: true } : value,
  )
  return { values: list, writes: list.map(({ name }) => name) }
}

type More = Partial<Pick<ProposeOptions, 'trim' | 'edits'>> & { readonly output?: string }

async function proposed(ran: readonly Ran[], { output = 'out', ...more }: More = {}) {
  const log = ran.map(({ source, cell }, i) => ({ cell: cell ?? `c${i}`, source }))
  const sources = new Map(log.map(({ cell, source }) => [cell, source]))
  const cells = [...sources].map(([id, source]) => ({ id, source }))
  const proposal = await propose({
    ...{ name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject, cache },
    outputs: [output],
    notebook: notebookText(cells, log),
    evidence: { runs: ran.map(seenRun) },
    ...more,
  })
  assert.deepEqual(proposal.diagnostics, [])
  const { kept, trims } = proposal
  return { proposal, trims, kept: [...new Set(kept.map(({ cell }) => cell))] }
}

const imported = { hash: '9', type: 'function' }
const imports = {
  seen: made({ name: 'mystery', ...imported }, { name: 'Registry', ...imported }),
  source: "import { mystery, Registry } from 'strange'\nimport { readFileSync } from 'node:fs'",
}
const plain = (seen: Partial<RunEvidence> = {}, call = 'mystery(settings)'): readonly Ran[] => [
  imports,
  { source: 'const settings = { a: [1, 2] }', seen: made('settings') },
  { source: call, seen },
  { source: 'const out = settings.a.length', seen: made('out') },
]

test('a call that was seen to change nothing is left out, and the pipeline with it stays at hand', async () => {
  const { kept, trims, proposal } = await proposed(plain())
  assert.deepEqual(kept, ['c1', 'c3'])
  assert.deepEqual(
    proposal.untrimmed?.kept.map(({ cell }) => cell),
    ['c0', 'c1', 'c2', 'c3'],
  )
  const [{ state, calls, unchanged, isSafe, stubs, statements, message, at } = assert.fail()] = trims
  assert.deepEqual({ state, calls, unchanged, isSafe, stubs }, {
    ...{ state: 'left-out', calls: ['mystery'], unchanged: ['settings'], isSafe: true },
    stubs: ['strange:mystery'],
  }) // prettier-ignore
  assert.deepEqual(at, [{ cell: 'c2', statement: 0 }])
  assert.deepEqual(
    statements.map(({ cell }) => cell),
    ['c0', 'c2'],
  )
  assert.match(
    message,
    /^Nothing is known of mystery\. It changed nothing in the session \(settings stayed the same\)/,
  )
  assert.equal(proposal.untrimmed?.trims[0]?.state, 'kept-after-all')
})

const keeps: readonly (readonly [string, readonly Ran[]])[] = [
  ['without evidence of it', plain({ unlooked: undefined } as never)],
  ['when the value changed', plain({ values: [{ name: 'settings', type: 'Object', hash: '2' }] })],
  ['when nobody had the time to look', plain({ unlooked: ['settings'] })],
  [
    'when the cell changed the value before it failed',
    plain({ status: 'error', values: [{ name: 'settings', type: 'Object', hash: '2' }] }),
  ],
  ['when names could be reached unsaid', plain({ dynamic: true })],
  [
    'when the value cannot be looked at',
    plain().map((ran, i) => (i === 1 ? { ...ran, seen: made({ name: 'settings', type: 'Object' }) } : ran)),
  ],
  [
    'when it once changed the value, in another run of the same cell',
    [
      ...plain().slice(0, 3),
      { ...plain()[2]!, cell: 'c2', seen: { values: [{ name: 'settings', type: 'Object', hash: '2' }] } },
      plain()[3]!,
    ],
  ],
  [
    'when a function that it was given counts',
    [
      imports,
      { source: 'let n = 0', seen: made('n') },
      { source: 'mystery(() => n++)' },
      { source: 'const out = n', seen: made('out') },
    ],
  ],
  [
    'when it may change what only a closure holds',
    [
      imports,
      { source: 'const counter = () => { let n = 0; return { next: () => n++ } }', seen: made('counter') },
      { source: 'const c = counter()', seen: made('c') },
      { source: 'mystery(c)' },
      { source: 'const out = c.next()', seen: made('out') },
    ],
  ],
  [
    'when the same library is asked for something later',
    [imports, { source: 'mystery(1)' }, { source: 'const out = mystery(2)', seen: made('out') }],
  ],
]
for (const [name, ran] of keeps)
  test(`kept: ${name}`, async () => {
    const { trims, proposal } = await proposed(ran, { trim: 'all' })
    assert.deepEqual(trims, [])
    assert.equal(proposal.untrimmed, undefined)
    assert.ok(proposal.kept.some(({ text }) => text.startsWith('mystery(') || text.includes('mystery(')))
  })

const failing: readonly Ran[] = [
  { source: "import { readFileSync } from 'node:fs'", seen: made('readFileSync') },
  { source: "const rows: string[] = JSON.parse(readFileSync('rows.json', 'utf8'))", seen: made('rows') },
  { source: 'rows.fliter(Boolean)', seen: { status: 'error' } },
  { source: 'console.log(1); missing.go(rows)', seen: { status: 'error' } },
  { source: 'rows.srot()', cell: 'sort', seen: { status: 'error' } },
  {
    source: 'rows.sort()',
    cell: 'sort',
    seen: made({ name: 'rows', type: 'Array', hash: '2', whole: true }),
  },
  { source: 'const out = rows.length', cell: 'out', seen: made('out') },
]

test('a cell that failed and did nothing is left out, whatever data it had', async () => {
  const { kept, proposal } = await proposed(failing)
  assert.deepEqual(kept, ['c0', 'c1', 'sort', 'out'])
  assert.deepEqual(
    proposal.kept.filter(({ cell }) => cell === 'sort').map(({ text }) => text),
    ['rows.sort()'],
  )
  const told = proposal.assumptions.filter(({ message }) => message.startsWith('The cell failed'))
  assert.ok(told.some(({ cell }) => cell === 'c2'))
})

test('a cell that failed must be mended where nobody saw that it did nothing, or wants to rely on that', async () => {
  const unseen = failing.map(ran =>
    ran.seen?.status === 'error' ? { ...ran, seen: { ...ran.seen, unlooked: ['rows'] } } : ran,
  )
  await assert.rejects(proposed(unseen), /PRO016/)
  await assert.rejects(proposed(failing, { trim: 'none' }), /PRO016/)
})

const files = (how: { read?: boolean; written?: boolean }) => ({
  files: [{ path: 'a.txt', read: false, written: false, ...how }],
})

test('a call that might have touched a file goes when it touched none', async () => {
  const ran = (seen: Partial<RunEvidence>): readonly Ran[] => [
    imports,
    { source: "mystery('x')", seen },
    {
      source: "const out = readFileSync('a.txt', 'utf8')",
      seen: { ...made('out'), ...files({ read: true }) },
    },
  ]
  assert.deepEqual((await proposed(ran({}))).kept, ['c0', 'c2'])
  assert.deepEqual((await proposed(ran(files({ written: true })), { trim: 'all' })).kept, ['c0', 'c1', 'c2'])
})

test('a host that was talked to before may be talked to again unseen', async () => {
  const ran = (hosts: string[]): readonly Ran[] => [
    imports,
    { source: "await fetch('http://a.example/')", seen: { hosts } },
    { source: "mystery('x')" },
    { source: "const out = await (await fetch('http://a.example/')).text()", seen: made('out') },
  ]
  assert.equal((await proposed(ran(['a.example:80']), { trim: 'all' })).trims.length, 0)
  assert.equal((await proposed(ran([]), { trim: 'all' })).trims.length, 1)
})

const data: readonly Ran[] = [
  imports,
  {
    source: "const rows = JSON.parse(readFileSync('a.json', 'utf8'))",
    seen: { ...made('rows'), ...files({ read: true }) },
  },
  { source: 'mystery(rows)' },
  { source: 'const out = rows.length', seen: made('out') },
]

test('what gets data is left out only when a person says so', async () => {
  const { kept, trims } = await proposed(data)
  assert.deepEqual(kept, ['c0', 'c1', 'c2', 'c3'])
  assert.deepEqual([trims[0]?.state, trims[0]?.isSafe], ['kept', false])
  assert.match(trims[0]?.message ?? '', /with other data or parameters it might/)
  assert.deepEqual((await proposed(data, { trim: 'all' })).kept, ['c0', 'c1', 'c3'])
  const edit = (leaveOut: boolean): TrimEdit => ({ at: { cell: 'c2', statement: 0 }, leaveOut })
  const edits = (...trims: TrimEdit[]) => ({ edits: { format: 1 as const, trims } })
  assert.deepEqual((await proposed(data, edits(edit(true)))).kept, ['c0', 'c1', 'c3'])
  assert.deepEqual((await proposed(data, edits(edit(true), edit(false)))).kept, ['c0', 'c1', 'c2', 'c3'])
  assert.deepEqual((await proposed(plain(), edits(edit(false)))).kept, ['c0', 'c1', 'c2', 'c3'])
  assert.deepEqual((await proposed(plain(), { trim: 'none' })).kept, ['c0', 'c1', 'c2', 'c3'])
})

test('a parameter, and a value that was looked at in part, are data too', async () => {
  const parameter = plain().map((ran, i) =>
    i === 1 ? { source: 'const n = 2\nconst settings = { a: [n] }', seen: made('settings', 'n') } : ran,
  )
  const sampled = plain().map((ran, i) =>
    i === 1 ? { ...ran, seen: made({ name: 'settings', type: 'Object', hash: '1' }) } : ran,
  )
  for (const ran of [parameter, sampled]) assert.equal((await proposed(ran)).trims[0]?.state, 'kept')
})

test('an edit for what the evidence does not speak of is told', async () => {
  const changed = plain({ values: [{ name: 'settings', type: 'Object', hash: '2' }] })
  const trims = [{ at: { cell: 'c2', statement: 0 }, leaveOut: true }]
  const { proposal, kept } = await proposed(changed, { edits: { format: 1, trims } })
  assert.deepEqual(kept, ['c0', 'c1', 'c2', 'c3'])
  assert.match(proposal.preview?.problems[0]?.message ?? '', /is not left out/)
})

test('two calls of which each alone would have to stay go together', async () => {
  const { kept, trims } = await proposed([
    imports,
    { source: 'const settings = { a: [1, 2] }', seen: made('settings') },
    { source: 'mystery(settings)' },
    { source: 'mystery({ settings })' },
    { source: 'const out = settings.a.length', seen: made('out') },
  ])
  assert.deepEqual(kept, ['c1', 'c4'])
  assert.equal(trims.flatMap(({ at }) => at).length, 2)
})

test('many calls go together', async () => {
  const many = (given: string): readonly Ran[] => [
    imports,
    { source: 'const settings = { a: [1, 2] }', seen: made('settings') },
    { source: "const rows = JSON.parse(readFileSync('a.json', 'utf8'))", seen: made('rows') },
    ...Array.from({ length: 9 }, (_, i) => ({ source: `mystery({ ${given}, i: ${i} })` })),
    { source: 'const out = settings.a.length + rows.length', cell: 'out', seen: made('out') },
  ]
  const safe = await proposed(many('settings'))
  assert.deepEqual(
    safe.trims.map(({ at, isSafe, state }) => [at.length, isSafe, state]),
    [[9, true, 'left-out']],
  )
  assert.deepEqual(safe.kept, ['c0', 'c1', 'c2', 'out'])
  const data = await proposed(many('rows'))
  assert.deepEqual(
    data.trims.map(({ at, isSafe, state }) => [at.length, isSafe, state]),
    [[9, false, 'kept']],
  )
  assert.equal(data.kept.length, 13)
})
