/** What a person changes in a preview, and what becomes of it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseEdits, type ProposalEdits } from './edits.ts'
import { PromoteError } from './errors.ts'
import { propose, type Proposal } from './propose.ts'
import { createTestRequest, notebookText, type TestCell } from './testing/types.ts'

const request = createTestRequest()

const cells: readonly (string | TestCell)[] = [
  '## Load',
  { id: 'load', source: 'const rows = [3, 1, 2].map(n => ({ n, share: n * 0.5 }))' },
  { id: 'most', source: 'const least = 2 // what counts' },
  '## Clean',
  {
    id: 'clean',
    source: 'const clean = rows.filter(row => row.n >= least)\nconst sorted = clean.toSorted()',
  },
  { id: 'sum', source: 'const total = sorted.reduce((sum, row) => sum + row.share * 10, 0)\ntotal' },
]
const notebook = notebookText(cells)

async function edited(edits: Omit<ProposalEdits, 'format'>, text = notebook): Promise<Required<Proposal>> {
  const proposal = await propose({ ...request, notebook: text, edits: { format: 1, ...edits } })
  assert.deepEqual(proposal.diagnostics, [])
  return proposal as Required<Proposal>
}

const steps = ({ preview }: Required<Proposal>) =>
  preview.steps.map(step => [step.name, step.statements.length])

test('a boundary moves: one is taken away, one is put elsewhere', async () => {
  assert.deepEqual(steps(await edited({})), [
    ['load', 1],
    ['clean', 3],
  ])
  const moved = await edited({
    boundaries: [
      { before: { cell: 'clean', statement: 0 }, boundary: false },
      { before: { cell: 'clean', statement: 1 }, boundary: true },
    ],
    steps: [{ step: 'clean', name: 'sum-up' }],
  })
  assert.deepEqual(steps(moved), [
    ['load', 2],
    ['sum-up', 2],
  ])
  assert.deepEqual(moved.preview.problems, [])
  assert.match(moved.pipeline.files['steps/sum-up.ts'] ?? '', /export async function sumUp\(\{\s+clean,/)
  assert.deepEqual(JSON.parse(moved.pipeline.files['edits.json'] ?? ''), {
    format: 1,
    boundaries: [
      { before: { cell: 'clean', statement: 0 }, boundary: false },
      { before: { cell: 'clean', statement: 1 }, boundary: true },
    ],
    steps: [{ step: 'clean', name: 'sum-up' }],
  })
})

test('a boundary that nothing can cross is told with its reason', async () => {
  const text = notebookText([
    { id: 'a', source: 'let n = 1\nconst next = () => n++' },
    { id: 'b', source: 'next()\nnext() + 1' },
  ])
  const { preview } = await edited(
    { boundaries: [{ before: { cell: 'b', statement: 0 }, boundary: true }] },
    text,
  )
  assert.equal(preview.steps.length, 1)
  assert.deepEqual(
    preview.steps[0]?.joined.map(({ before }) => before),
    [{ cell: 'b', statement: 0 }],
  )
  assert.match(preview.steps[0]?.joined[0]?.reason ?? '', /next would have to cross/)
})

test('a literal becomes a parameter, and a parameter a constant again', async () => {
  const { pipeline, preview } = await edited({
    parameters: [
      { lift: { cell: 'sum', statement: 0, literal: 0 }, name: 'weight', description: 'of a share' },
      { keep: 'least' },
    ],
  })
  assert.deepEqual(pipeline.manifest.parameters, [
    { name: 'weight', schema: { type: 'number' }, default: 10, description: 'of a share' },
  ])
  const text = pipeline.files['steps/clean.ts'] ?? ''
  assert.match(text, /rows,\s+weight,\s+\}: \{\s+rows: [^\n]*\s+weight: number\s+\}/)
  assert.match(text, /row\.share \* weight, 0\)/)
  assert.match(text, /const least = 2 \/\/ what counts/)
  assert.deepEqual(
    preview.parameters.map(({ name, isLifted, from, steps }) => ({ name, isLifted, from, steps })),
    [{ name: 'weight', isLifted: true, from: { cell: 'sum', statement: 0, literal: 0 }, steps: ['clean'] }],
  )
})

test('every literal that the preview offers can be lifted', async () => {
  const { preview } = await edited({})
  assert.ok(preview.literals.length >= 4)
  for (const { at, suggestedName, text } of preview.literals) {
    const lifted = await edited({ parameters: [{ lift: at, name: suggestedName }] })
    assert.deepEqual(lifted.preview.problems, [], text)
    const parameter = lifted.pipeline.manifest.parameters.find(({ name }) => name === suggestedName)
    assert.equal(parameter?.default, Number(text), text)
  }
})

test('a literal goes by name as a secret, also one that nobody named', async () => {
  const text = notebookText([
    { id: 'a', source: "const apiKey = 'sk-test-0123456789abcdefghij'\nconst place = 'north'" },
    {
      id: 'b',
      source: 'const answer = { key: apiKey.length, place: place.length, other: "hidden" }\nanswer',
    },
  ])
  const guessed = await edited({}, text)
  const code = (proposal: Required<Proposal>) => JSON.stringify(proposal.pipeline.files)
  assert.doesNotMatch(code(guessed), /sk-test/)
  assert.match(guessed.pipeline.files['steps/main.ts'] ?? '', /const apiKey = secret\('API_KEY'\)/)
  assert.match(guessed.pipeline.files['steps/main.ts'] ?? '', /import \{ secret \} from 'slipway'/)
  assert.deepEqual(guessed.pipeline.secrets, { API_KEY: 'sk-test-0123456789abcdefghij' })
  assert.doesNotMatch(JSON.stringify([guessed.preview, guessed.assumptions]), /sk-test-0123456789abcdefghij/)
  const named = await edited(
    { secrets: [{ literal: { cell: 'b', statement: 0, literal: 0 }, name: 'OTHER' }] },
    text,
  )
  assert.match(named.pipeline.files['steps/main.ts'] ?? '', /other: secret\('OTHER'\)/)
  assert.doesNotMatch(code(named), /hidden/)
})

test('outputs are those chosen', async () => {
  const { pipeline, preview } = await edited({
    outputs: [
      { variable: 'clean', name: 'kept rows' },
      { at: { cell: 'sum', statement: 1 }, name: 'total' },
    ],
  })
  assert.deepEqual(
    pipeline.manifest.outputs.map(({ name, step }) => [name, step]),
    [
      ['kept rows', 'clean'],
      ['total', 'clean'],
    ],
  )
  const again = await edited({ outputs: preview.outputs.map(output => output.source) })
  assert.deepEqual(again.pipeline.manifest.outputs, pipeline.manifest.outputs)
})

test('edits whose place is gone are told and change nothing', async () => {
  const plain = await edited({})
  const { preview, pipeline } = await edited({
    boundaries: [{ before: { cell: 'gone', statement: 0 }, boundary: true }],
    steps: [{ step: 'nothing', name: 'some' }],
    parameters: [{ lift: { cell: 'sum', statement: 0, literal: 9 }, name: 'x' }, { keep: 'never' }],
    secrets: [{ literal: { cell: 'sum', statement: 0, literal: 0 }, name: 'N' }],
  })
  assert.equal(preview.problems.length, 5)
  assert.equal(pipeline.manifest.version, plain.pipeline.manifest.version)
})

test('what is no edit is refused', () => {
  for (const text of ['{', '[]', '{"format": 2}', '{"format": 1, "steps": [{"step": "a", "name": "A b"}]}'])
    assert.throws(
      () => parseEdits(text),
      (thrown: unknown) => thrown instanceof PromoteError && thrown.code === 'PRO024',
    )
})

test('the folder remembers the edits', async () => {
  const first = await edited({ parameters: [{ keep: 'least' }] })
  const again = await propose({ ...request, notebook, previous: first.pipeline.files })
  assert.equal(again.pipeline?.manifest.version, first.pipeline.manifest.version)
  const without = await propose({
    ...request,
    notebook,
    previous: first.pipeline.files,
    edits: { format: 1 },
  })
  assert.deepEqual(
    without.pipeline?.manifest.parameters.map(({ name }) => name),
    ['least'],
  )
  assert.equal(without.preview?.files.find(({ path }) => path === 'edits.json')?.state, 'removed')
})
