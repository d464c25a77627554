/** Evidence adds to a slice what the text does not show, and never takes anything away. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { propose } from '../propose.ts'
import { createTestCache, notebookText, testFolder, testProject, testTypes } from '../testing/types.ts'
import { sourceHash, type RunEvidence } from './read.ts'

const cache = createTestCache()

interface Ran {
  readonly source: string
  readonly seen?: Partial<RunEvidence>
}

function seenRun({ source, seen }: Ran, i: number): RunEvidence {
  return {
    ...{
      order: i + 1,
      cell: `c${i}`,
      source: sourceHash(source),
      status: 'ok',
      time: '',
      reads: [],
      writes: [],
    },
    ...{
      dynamic: false,
      clock: false,
      random: false,
      files: [],
      hosts: [],
      environment: [],
      processes: [],
      values: [],
    },
    ...seen,
  } as RunEvidence
}

/** The cells that are kept, without and with evidence. */
async function kept(ran: readonly Ran[], output: string) {
  const log = ran.map(({ source }, i) => ({ cell: `c${i}`, source }))
  const given = {
    ...{
      name: 'demo',
      folder: testFolder,
      typesOf: testTypes,
      project: testProject,
      cache,
      outputs: [output],
    },
    notebook: notebookText(
      ran.map(({ source }) => source),
      log,
    ),
  }
  const cells = async (more: object) => {
    const { kept, diagnostics } = await propose({ ...given, ...more })
    assert.deepEqual(diagnostics, [])
    return [...new Set(kept.map(({ cell }) => cell))]
  }
  return [await cells({}), await cells({ evidence: { runs: ran.map(seenRun) } })]
}

const values = (hash: string) => ({ values: [{ name: 'seen', type: 'Array', hash }] })

test('a value that changes without being named keeps the run that changes it', async () => {
  const [without, withEvidence] = await kept(
    [
      { source: 'const seen: number[] = []', seen: { writes: ['seen'], ...values('1') } },
      { source: 'const unrelated = 1', seen: values('2') },
      { source: 'const other = 2' },
      { source: 'const n = seen.length', seen: { reads: ['seen'] } },
    ],
    'n',
  )
  assert.deepEqual(without, ['c0', 'c3'])
  assert.deepEqual(withEvidence, ['c0', 'c1', 'c3'])
})

test('a file that passes between runs keeps its writer', async () => {
  const file = (read: boolean) => ({ files: [{ path: 't.txt', read, written: !read }] })
  const [, withEvidence] = await kept(
    [
      { source: "import { writeFileSync, readFileSync } from 'node:fs'" },
      { source: "const a = ['t', 'txt'].join('.')\nwriteFileSync(a, 'x')", seen: file(false) },
      { source: 'const other = 2' },
      { source: "const text = readFileSync('./' + 't.txt', 'utf8')", seen: file(true) },
    ],
    'text',
  )
  assert.deepEqual(withEvidence, ['c0', 'c1', 'c3'])
})

test('what was seen of runs that nothing needs changes nothing', async () => {
  const [without, withEvidence] = await kept(
    [
      { source: 'let n = 1', seen: { writes: ['n'], hosts: ['example.org:443'] } },
      { source: 'n + 1', seen: { reads: ['n'], random: true } },
    ],
    'n',
  )
  assert.deepEqual(withEvidence, without)
})

test('a run that does not parse did nothing; a document that does not parse is refused', async () => {
  const given = { name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject, cache }
  const log = [
    { cell: 'c0', source: 'const n = (1' },
    { cell: 'c0', source: 'const n = (1)' },
  ]
  const logged = await propose({ ...given, outputs: ['n'], notebook: notebookText(['const n = (1)'], log) })
  assert.deepEqual(logged.diagnostics, [])
  assert.deepEqual(
    logged.replay.runs.map(run => run.source),
    ['const n = (1)'],
  )
  const document = await propose({ ...given, outputs: ['n'], notebook: notebookText(['const n = (1']) })
  assert.equal(document.diagnostics[0]?.code, 'PRO011')
})
