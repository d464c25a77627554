/** Promoting again: edits of steps are merged with what the notebook gives, and carried back to its cells. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { editsToCells } from './back.ts'
import type { Texts } from './merge.ts'
import { propose, type Pipeline } from './propose.ts'
import { createTestRequest, notebookText } from './testing/types.ts'

const request = createTestRequest()
const cells = (filter = 'row.n >= least', last = 'total * 2') =>
  notebookText([
    '## Load',
    { id: 'load', source: 'const rows = [3, 1, 2].map((n) => ({ n, kind: "a" }));' },
    '## Clean',
    { id: 'clean', source: `const least = 2;\nconst clean = rows.filter((row) => ${filter});` },
    '## Sum',
    {
      id: 'sum',
      source: `let total = 0;\nfor (const row of clean) {\n    total += row.n;\n}\nconst clean2 = 1;\n${last}`,
      output: 'total',
    },
  ])

async function promoted(notebook = cells(), previous?: Texts): Promise<Pipeline> {
  const { pipeline, diagnostics } = await propose({ ...request, notebook, ...(previous ? { previous } : {}) })
  assert.deepEqual(diagnostics, [])
  assert.ok(pipeline)
  return pipeline
}

function edit(files: Texts, path: string, from: string, to: string): Texts {
  assert.ok(files[path]?.includes(from), `${from} in\n${files[path]}`)
  return { ...files, [path]: (files[path] ?? '').replace(from, to) }
}

test('what changed on one side only is taken, whichever it is', async () => {
  const first = await promoted()
  const edited = edit(first.files, 'steps/sum.ts', 'total += row.n', 'total += row.n * 10')
  const again = await promoted(cells('row.n > least'), edited)
  assert.match(again.files['steps/sum.ts'] ?? '', /row\.n \* 10/)
  assert.match(again.files['steps/clean.ts'] ?? '', /row\.n > least/)
  assert.deepEqual([again.edited, again.conflicts], [['steps/sum.ts'], []])
  // And once more, from what was merged.
  const third = await promoted(cells('row.n > least'), again.files)
  assert.equal(third.manifest.version, again.manifest.version)
  assert.deepEqual(third.files, again.files)
})

test('what changed on both sides is a conflict, told apart by the texts of all three', async () => {
  const first = await promoted()
  const edited = edit(first.files, 'steps/clean.ts', 'row.n >= least', 'row.n !== least')
  const proposal = await propose({ ...request, notebook: cells('row.n > least'), previous: edited })
  assert.deepEqual(proposal.pipeline?.conflicts, ['steps/clean.ts'])
  const diff = proposal.preview?.files.find(({ path }) => path === 'steps/clean.ts')
  assert.equal(diff?.state, 'conflict')
  assert.match(diff.after ?? '', /<<<<<<< [^]*!== least[^]*\|{7} [^]*>= least[^]*={7}[^]*> least[^]*>>>>>>> /)
  assert.match(diff.merge?.base ?? '', />= least/)
  assert.match(diff.merge?.generated ?? '', /n > least/)
  const next = await propose({ ...request, notebook: cells(), previous: proposal.pipeline.files })
  assert.deepEqual(
    next.diagnostics.map(({ code }) => code),
    ['PRO025'],
  )
  // Resolved, it is an edit like any other.
  const resolved = { ...proposal.pipeline.files, 'steps/clean.ts': edited['steps/clean.ts'] ?? '' }
  const after = await promoted(cells('row.n > least'), resolved)
  assert.deepEqual([after.edited, after.conflicts], [['steps/clean.ts'], []])
  assert.match(after.files['steps/clean.ts'] ?? '', /!== least/)
})

test('files of a person stay, steps that are gone go, edited ones are left and told', async () => {
  const first = await promoted()
  const own = { ...first.files, 'notes.md': 'mine', 'tests/own.test.js': '// mine' }
  const shorter = notebookText(['## Other', { source: 'const x = 1\nx + 1', output: 'x' }])
  const again = await promoted(shorter, own)
  assert.equal(again.files['notes.md'], 'mine')
  assert.equal(again.files['tests/own.test.js'], '// mine')
  assert.ok(!('steps/clean.ts' in again.files))
  const edited = edit(own, 'steps/clean.ts', '>=', '>')
  const proposal = await propose({ ...request, notebook: shorter, previous: edited })
  assert.match(proposal.pipeline?.files['steps/clean.ts'] ?? '', />/)
  assert.match(proposal.preview?.problems[0]?.message ?? '', /steps\/clean\.ts was edited[^]*no step runs it/)
  assert.deepEqual(proposal.pipeline?.edited, [])
})

test('a step whose heading has another name keeps its edits', async () => {
  const first = await promoted()
  const edited = edit(first.files, 'steps/clean.ts', 'row.n >= least', 'row.n > least')
  const renamed = cells().replace('## Clean', '## Believable rows')
  const again = await promoted(renamed, edited)
  assert.match(again.files['steps/believable-rows.ts'] ?? '', /function believableRows[^]*row\.n > least/)
  assert.ok(!('steps/clean.ts' in again.files))
  assert.deepEqual([again.edited, again.conflicts], [['steps/believable-rows.ts'], []])
  const third = await promoted(renamed, again.files)
  assert.deepEqual(third.files, again.files)
})

test('an edit goes back to its cell, in the hand of its author', async () => {
  const { files } = await promoted()
  let edited = edit(files, 'steps/clean.ts', 'row.n >= least', 'row.n > least && row.kind !== "b"')
  edited = edit(edited, 'steps/sum.ts', 'total += row.n', 'total += row.n ** 2')
  const { cells: back, problems } = editsToCells(cells(), edited)
  assert.deepEqual(problems, [])
  assert.deepEqual(Object.fromEntries(back.map(({ cell, after }) => [cell, after])), {
    clean: 'const least = 2;\nconst clean = rows.filter((row) => row.n > least && row.kind !== "b");',
    sum: 'let total = 0;\nfor (const row of clean) {\n    total += row.n ** 2;\n}\nconst clean2 = 1;\ntotal * 2',
  })
})

test('new and removed statements go back too; imports and signatures stay', async () => {
  const { files } = await promoted()
  let edited = edit(files, 'steps/sum.ts', '  for (const', '  const by = 2;\n  for (const')
  edited = edit(edited, 'steps/sum.ts', 'total += row.n', 'total += row.n * by')
  edited = { ...edited, 'steps/load.ts': `import { x } from 'x';\n${edited['steps/load.ts']}` }
  const { cells: back, problems } = editsToCells(cells(), edited)
  assert.deepEqual(
    back.map(({ after }) => after),
    [
      'let total = 0;\nconst by = 2;\nfor (const row of clean) {\n    total += row.n * by;\n}\nconst clean2 = 1;\ntotal * 2',
    ],
  )
  assert.match(problems[0]?.message ?? '', /steps\/load\.ts: what was changed outside/)
})

test('an edit of a cell that says something else now is told and left', async () => {
  const { files } = await promoted()
  const edited = edit(files, 'steps/clean.ts', 'row.n >= least', 'row.n > least')
  const { cells: back, problems } = editsToCells(cells('everything(else).is(here, now)'), edited)
  assert.deepEqual(back, [])
  assert.equal(problems.length, 1)
})

test('after it went back, promoting gives the edited step', async () => {
  const { files } = await promoted()
  const edited = edit(files, 'steps/sum.ts', 'total += row.n', 'total += row.n * 7')
  const [back] = editsToCells(cells(), edited).cells
  const again = await promoted(
    cells().replace(JSON.stringify(back?.before), JSON.stringify(back?.after)),
    edited,
  )
  assert.equal(again.files['steps/sum.ts'], edited['steps/sum.ts'])
  assert.deepEqual(again.edited, [])
})

test('what went back to the cells is no conflict with the step that it came from, comments and all', async () => {
  const first = await promoted()
  const edited = edit(first.files, 'steps/clean.ts', 'row.n >= least)', 'row.n > least) // without the least')
  const { cells: carried, problems } = editsToCells(cells(), edited)
  assert.match(carried[0]?.after ?? '', /row\.n > least\)/)
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['steps/clean.ts: a changed comment within a statement stays in the step.'],
  )
  const again = await promoted(cells('row.n > least'), edited)
  assert.deepEqual([again.edited, again.conflicts], [['steps/clean.ts'], []])
  assert.match(again.files['steps/clean.ts'] ?? '', /row\.n > least\) \/\/ without the least/)
})
