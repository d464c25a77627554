/** Whatever changes a version is named, and nothing else is. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { diffPipelines, type PipelineChange, type PipelineContent } from './diff.ts'
import type { ProjectView } from './lock.ts'
import { propose, type ProposeOptions } from './propose.ts'
import { createTestCache, notebookText, testFolder, testProject, testTypes } from './testing/types.ts'

const cache = createTestCache()
const cells = (least = 2) => [
  "import { read, model } from 'slipway'\nimport { mystery } from 'strange'\nconst rows = read('data/x.csv')",
  '## Clean',
  `const least = ${least}\nconst some = await rows.rows()\nconst n = mystery(some.length) > least ? 1 : 2`,
  '## Train',
  { source: "const trained = await model('m.slip').train({ rows: n })\ntrained", output: 'trained' },
]
const request = {
  ...{ name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject, cache },
  notebook: notebookText(cells()),
}

async function pipelineOf(changes: Partial<ProposeOptions> = {}): Promise<PipelineContent> {
  const { pipeline, diagnostics } = await propose({ ...request, ...changes })
  assert.deepEqual(diagnostics, [])
  assert.ok(pipeline)
  return pipeline
}
const base = await pipelineOf()

const project = (changes: Partial<ProjectView>): Partial<ProposeOptions> => ({
  project: { ...testProject, ...changes },
})
const cases: Readonly<Record<string, readonly [Partial<ProposeOptions>, ...(readonly [string, string])[]]>> =
  {
    'a byte of code': [
      { notebook: notebookText(cells()).replace('some.length', 'some.length ') },
      // The formatter takes the blank out again.
    ],
    'a statement': [
      { notebook: notebookText(cells()).replace('some.length', 'some.length + 1') },
      ['code', 'steps/clean.ts'],
    ],
    'a default': [{ notebook: notebookText(cells(3)) }, ['parameter', 'least']],
    'a byte of data': [
      project({ data: async path => [{ path, sha256: 'f'.repeat(64), sizeBytes: 3 }] }),
      ['data', 'data/x.csv'],
    ],
    'a model': [
      project({
        model: async path => ({
          files: [{ path, text: 'model x {}\n' }],
          plan: { sources: {}, catalogFeatures: {} } as never,
        }),
      }),
      ['model', 'm.slip'],
    ],
    'a feature': [
      project({
        model: async path => ({
          files: [{ path, text: `// ${path}\n` }],
          plan: {
            sources: { s: { path: '' } },
            catalogFeatures: { 'f@2': { name: 'f', version: 2, source: 's' } },
          } as never,
        }),
      }),
      ['feature', 'f@2'],
    ],
    'a package': [
      project({ packageVersion: async () => ({ version: '1.0.1' }) }),
      ['package', 'slipway'],
      ['package', 'strange'],
    ],
    'the seed': [{ seed: 7 }, ['seed', 'seed']],
    'the working folder': [{ workingFolder: 'nb' }, ['folder', 'workingFolder']],
    "an output's name": [
      { notebook: notebookText(cells()).replace('"output":"trained"', '"output":"late"') },
      ['output', 'late'],
      ['output', 'trained'],
    ],
    'a boundary': [
      { edits: { format: 1, boundaries: [{ before: { cell: 'c4', statement: 0 }, boundary: false }] } },
      ['step', 'clean'],
      ['step', 'train'],
      ['code', 'steps/clean.ts'],
      ['code', 'steps/train.ts'],
      ['output', 'trained'],
    ],
  }
for (const [what, [changes, ...expected]] of Object.entries(cases))
  test(`${what} is named`, async () => {
    const changed = await pipelineOf(changes)
    const named = ({ part, name }: PipelineChange) => [part, name]
    assert.deepEqual(diffPipelines(base, changed).map(named), expected)
    assert.equal(changed.manifest.version === base.manifest.version, expected.length === 0)
  })

test('each byte of what a pipeline is, changed, is another version and is named', async () => {
  const { manifest, lock, files } = base
  for (const path of Object.keys(files).filter(path => path.startsWith('steps/'))) {
    const text = files[path] as string
    const changed = { manifest, lock, files: { ...files, [path]: `${text.slice(0, 40)} ${text.slice(40)}` } }
    assert.deepEqual(
      diffPipelines(base, changed).map(({ part, name, change }) => [part, name, change]),
      [['code', path, 'changed']],
    )
  }
})
