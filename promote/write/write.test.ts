/** Generated code: it checks, has nothing unused, and is what its author wrote. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import type { ProjectView } from '../lock.ts'
import { propose, type Proposal } from '../propose.ts'
import { checkPipeline } from '../testing/check.ts'
import { createTestCache, notebookText, testProject, testTypes, type TestCell } from '../testing/types.ts'

const cache = createTestCache()
const modules: Readonly<Record<string, string>> = {
  'src/rows.ts':
    "import { scale } from '@lib/scale'\nimport extra from './extra.json' with { type: 'json' }\n" +
    'export interface Row { n: number; kind: string }\nexport interface Hidden { deep: Row }\n' +
    "export const make = (): Row[] => [{ n: scale + extra.n, kind: 'a' }]\n" +
    'export const hide = (): Hidden => ({ deep: make()[0]! })\n',
  'src/scale.ts': 'export const scale: number = 2\n',
  'src/extra.json': '{ "n": 1 }\n',
}
// The checker reads them where a notebook's imports find them.
const root = mkdtempSync(join(tmpdir(), 'slipway-write-'))
mkdirSync(join(root, 'src'))
for (const [path, text] of Object.entries(modules)) writeFileSync(join(root, path), text)
after(() => rmSync(root, { recursive: true }))

/** `./x` and `@lib/x` are both `src/x`. */
const project: ProjectView = {
  ...testProject,
  async module(specifier) {
    const name = /^(?:\.\/|\.\.\/src\/|@lib\/)([\w.]+)$/.exec(specifier)?.[1]
    const path = [`src/${name}`, `src/${name}.ts`].find(path => path in modules)
    return path === undefined ? undefined : { path, text: modules[path]! }
  },
}
const request = { name: 'demo', folder: join(root, 'notebooks'), typesOf: testTypes, project, cache }

async function written(cells: readonly (string | TestCell)[]): Promise<Required<Proposal>> {
  const proposal = await propose({ ...request, notebook: notebookText(cells) })
  assert.deepEqual(proposal.diagnostics, [])
  return proposal as Required<Proposal>
}

const code = (files: Readonly<Record<string, string>>) =>
  Object.entries(files)
    .filter(([path]) => path.startsWith('steps/'))
    .map(([path, text]) => `// ${path}\n${text}`)
    .join('\n')

const notebooks: Readonly<Record<string, readonly (string | TestCell)[]>> = {
  'types of cells cross as they are called': [
    '## Load',
    'interface Row { n: number }\ntype Rows = Row[]\nconst rows: Rows = [{ n: 1 }, { n: 2 }]',
    '## Sum',
    'const sums = new Map(rows.map(row => [row.n, row]))',
    '## End',
    { source: 'const first = sums.get(1)\nfirst', output: 'first' },
  ],
  'a function shared by steps, with its types': [
    '## A',
    'interface Row { n: number }\nfunction twice(row: Row): Row { return { n: row.n * 2 } }\nconst a = [1, 2].map(n => twice({ n }))',
    '## B',
    { source: 'const b = a.map(twice)\nb', output: 'b' },
  ],
  'names declared again': [
    '## A',
    'const x = [1, 2, 3]',
    'const y = x.length',
    '## B',
    { source: 'const x = y + 1\nconst total = x * 2\ntotal', output: 'total' },
  ],
  'tables, models and await': [
    "import { read, model, sql } from 'slipway'\nconst rows = read('data/x.csv')",
    '## Train',
    "const sample = sql`select * from ${rows} limit 10`\nconst trained = await model('m.slip').train({ observations: sample })\ntrained",
    '## Score',
    { source: 'const scored = await trained.score(await rows.rows())\nscored', output: 'scored' },
  ],
  'a loop, a let and a closure': [
    '## Count',
    'let n = 0\nconst add = (by: number) => { n += by }\nfor (const each of [1, 2, 3]) add(each)',
    '## Use',
    { source: 'n > 3 ? "many" : "few"', output: 'amount' },
  ],
  'destructuring and defaults': [
    '## A',
    'const { a, b: [first, ...others] } = { a: 1, b: [2, 3, 4] }\nconst unused = 5',
    '## B',
    { source: 'others.map(x => x + a + first)', output: 'sum' },
  ],
}
for (const [what, cells] of Object.entries(notebooks))
  test(`checks: ${what}`, async () => {
    const { pipeline } = await written(cells)
    assert.deepEqual(checkPipeline(pipeline.files), [], code(pipeline.files))
  })

const counted = ['const rows = [1, 2, 3]', 'const count = () => rows.length']
const again = ['const n = rows.length', 'const rows = [4]']
const ends = (source: string): TestCell => ({ source, output: 'out' })
/** Whether it is clear which value the function reads. */
const late: Readonly<Record<string, readonly [boolean, readonly (string | TestCell)[]]>> = {
  'called before': [true, [...counted, 'const m = count()', ...again, ends('rows.length + n + m')]],
  'called after': [false, [...counted, ...again, ends('count() + n')]],
  'called after by another': [
    false,
    [...counted, 'const twice = () => 2 * count()', ...again, ends('twice() + n')],
  ],
  'called before by another': [
    true,
    [
      ...counted,
      'const twice = () => 2 * count()',
      'const m = twice()',
      ...again,
      ends('rows.length + n + m'),
    ],
  ],
  'handed on': [false, [...counted, 'const held = { count }', ...again, ends('held.count() + n')]],
  'declared again too': [
    true,
    [...counted, 'const m = count()', ...again, 'const count = () => rows[0]!', ends('count() + n + m')],
  ],
  'in a list': [false, [counted[0]!, 'const list = [() => rows.length]', ...again, ends('list[0]!() + n')]],
}
for (const [what, [isClear, cells]] of Object.entries(late))
  test(`a name declared again under a function that is ${what}`, async () => {
    const { diagnostics, pipeline } = await propose({ ...request, notebook: notebookText(cells) })
    assert.deepEqual(
      diagnostics.map(d => d.code),
      isClear ? [] : ['PRO019'],
    )
    if (isClear) assert.deepEqual(checkPipeline(pipeline!.files), [])
  })

test('modules of the project go along, with what they import, and their types are imported', async () => {
  const { pipeline } = await written([
    '## Load',
    "import { make, type Row } from '../src/rows'\nconst rows: Row[] = make()",
    '## Use',
    {
      source: "const { scale } = await import('@lib/scale')\nrows.length + scale",
      output: 'n',
    },
  ])
  const paths = Object.keys(pipeline.files).filter(path => path.startsWith('steps/'))
  assert.deepEqual(paths.sort(), [
    'steps/load.ts',
    'steps/modules/src/extra.json',
    'steps/modules/src/rows.ts',
    'steps/modules/src/scale.ts',
    'steps/use.ts',
  ])
  assert.match(pipeline.files['steps/modules/src/rows.ts'] ?? '', /from '\.\/scale\.ts'/)
  assert.match(pipeline.files['steps/use.ts'] ?? '', /await import\('\.\/modules\/src\/scale\.ts'\)/)
  assert.match(
    pipeline.files['steps/use.ts'] ?? '',
    /import type \{ Row \} from '\.\/modules\/src\/rows\.ts'/,
  )
})

test('types that the notebook never names are imported from where they are declared', async () => {
  const { pipeline } = await written([
    '## Load',
    "import { hide } from '../src/rows'\nconst hidden = hide()",
    '## Use',
    { source: 'hidden.deep.n + 1', output: 'n' },
  ])
  assert.match(code(pipeline.files), /import type \{ Hidden \} from '\.\/modules\/src\/rows\.ts'/)
  assert.match(code(pipeline.files), /hidden \}: \{ hidden: Hidden \}/)
})

test('a module that is not there is told', async () => {
  const notebook = notebookText(["import { x } from './nowhere'\nx.length"])
  const { diagnostics } = await propose({ ...request, notebook })
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['PRO023'],
  )
})

test("a changed module is another version, and so is one of its imports'", async () => {
  const cells = ["import { make } from '../src/rows'\nmake()"]
  const first = (await written(cells)).pipeline
  for (const path of Object.keys(modules)) {
    const other: ProjectView = {
      ...project,
      async module(specifier, from) {
        const found = await project.module?.(specifier, from)
        return found?.path === path ? { path, text: `${found.text}\n` } : found
      },
    }
    const changed = await propose({ ...request, project: other, notebook: notebookText(cells) })
    assert.notEqual(changed.pipeline?.manifest.version, first.manifest.version, path)
  }
})
