/** A new project from its first command to a registered model, and what the commands say when something is wrong. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { createTestProject, type TestProject } from './support/project.ts'

interface TestDocument {
  readonly tests: readonly {
    readonly name: string
    readonly state: string
    readonly problem?: string
    readonly expectations: readonly {
      readonly met: boolean
      readonly text: string
      readonly actual: string
      readonly expected: string
      readonly start: { readonly line: number; readonly column: number }
      readonly end: { readonly line: number; readonly column: number }
    }[]
  }[]
  readonly models: Readonly<Record<string, { readonly kind: string; readonly version?: number }>>
}

/** What `slipway init` makes, beside the example it is made in. */
async function createStarter(): Promise<TestProject> {
  const project = await createTestProject('penguins')
  for (const name of await readdir(project.root)) await rm(join(project.root, name), { recursive: true })
  await project.json(['init'])
  return project
}

const edit = async (project: TestProject, file: string, change: (text: string) => string) => {
  const path = join(project.root, file)
  const text = await readFile(path, 'utf8')
  const changed = change(text)
  assert.notEqual(changed, text)
  await writeFile(path, changed)
  return async () => await writeFile(path, text)
}

test(
  'a new project: it checks, trains, passes its test, and is not written over',
  { timeout: 300_000 },
  async t => {
    await using project = await createStarter()

    await t.test('it has no problem, and is in its canonical form', async () => {
      const { diagnostics } = await project.json<{ diagnostics: unknown[] }>(['check'])
      assert.deepEqual(diagnostics, [])
      assert.deepEqual(await project.json(['format', '--check']), { changed: [] })
      const again = await project.run(['init'])
      assert.equal(again.code, 1)
      assert.match(again.stderr, /CLI003: .*late\.slip.*Nothing was written/)
    })

    await t.test('train shows how good the model is', async () => {
      interface Trained {
        readonly rows: { readonly sampled: number }
        readonly display: { readonly model: string }
        readonly metrics: { readonly test: { readonly auc: number } }
      }
      const trained = await project.json<Trained>(['train', '--rows', '2000', '--save', 'out/late'])
      assert.equal(trained.rows.sampled, 2000)
      assert.equal(trained.display.model, 'late_delivery')
      assert.ok(trained.metrics.test.auc > 0.6)
      assert.deepEqual((await readdir(join(project.root, 'out/late'))).sort(), [
        'card.json',
        'fitted.json',
        'model.onnx',
      ])
      const wrong = await project.run(['train', '--rows', 'many'])
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /CLI006: .*many/)
    })

    await t.test('explain shows what the model goes by, and why it scores a row as it does', async () => {
      interface Explained {
        readonly importance: {
          readonly split: string
          readonly features: readonly { readonly name: string; readonly importance: number }[]
        }
      }
      const { importance } = await project.json<Explained>(['explain', 'out/late'])
      assert.equal(importance.split, 'test')
      assert.equal(importance.features[0]!.name, 'weather')
      assert.ok(importance.features[0]!.importance > 0.05)

      const row = { ordered_at: '2026-04-20T18:00', distance_km: 9, weather: 'snow', courier_lateness: 4 }
      interface RowExplained {
        readonly outputs: { readonly late_probability: number }
        readonly explanations: readonly {
          readonly base: number
          readonly contributions: readonly { readonly contribution: number }[]
        }[]
      }
      const { outputs, explanations } = await project.json<RowExplained>([
        'explain',
        'out/late',
        '--row',
        JSON.stringify(row),
      ])
      const { base, contributions } = explanations[0]!
      const score = contributions.reduce((sum, { contribution }) => sum + contribution, base)
      assert.ok(Math.abs(1 / (1 + Math.exp(-score)) - outputs.late_probability) < 1e-6)

      const shown = await project.run(['explain', 'out/late', '--feature', 'weather'])
      assert.match(shown.stdout, /snow: 0\.\d+ \[/)
      const wrong = await project.run(['explain', 'out/late', '--row', 'snow'])
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /CLI006: .*snow/)
      const unknown = await project.run(['explain', 'out/late', '--feature', 'moon'])
      assert.match(unknown.stderr, /ENG010: .*`weather`.*`moon`/)
    })

    await t.test('preview shows what the features are, and their values on the first rows', async () => {
      interface Previewed {
        readonly features: readonly { readonly name: string; readonly type: { readonly kind: string } }[]
        readonly rows: readonly {
          readonly features: Readonly<Record<string, unknown>>
          readonly label: unknown
        }[]
        readonly display: { readonly nRows: number; readonly columns: readonly { readonly name: string }[] }
      }
      const { features, rows, display } = await project.json<Previewed>(['preview', '--rows', '7'])
      assert.deepEqual(
        features.map(({ name, type }) => `${name}: ${type.kind}`),
        ['distance_km: float', 'weather: category', 'hour: category', 'courier_lateness: float'],
      )
      assert.equal(rows.length, 7)
      // The first line of data/deliveries.csv: 2026-01-01T09:03:00,11.7,rain,Dalia,8
      assert.deepEqual(rows[0], {
        features: { distance_km: 11.7, weather: 'rain', hour: '9', courier_lateness: 0 },
        label: false,
      })
      assert.equal(display.nRows, 7)
      assert.equal(display.columns.at(-1)?.name, 'late (label)')
      const shown = await project.run(['preview'])
      assert.match(
        shown.stdout,
        /courier_lateness +float +lateness_7d@0 \(mean over 7 d\) of deliveries: courier/,
      )
    })

    await t.test('dataset writes every observation with its features, label and part', async () => {
      assert.equal((await project.json<{ rows: number }>(['dataset', '--out', 'out/rows.arrow'])).rows, 4000)
      const table = tableFromIPC(await readFile(join(project.root, 'out/rows.arrow')))
      assert.equal(table.numRows, 4000)
      assert.deepEqual(new Set(table.getChild('part')!), new Set(['train', 'validation', 'test']))
      const wrong = await project.run(['dataset', '--out', 'out/rows.txt'])
      assert.equal(wrong.code, 1)
      assert.match(wrong.stderr, /ENG010: .*\.parquet.*rows\.txt/)
    })

    await t.test('a test that does not hold says where, what came and what should have', async () => {
      const undo = await edit(project, 'late.slip', text =>
        text.replace('expect snow.late_probability > clear', 'expect snow.late_probability < clear'),
      )
      const { code, stdout } = await project.run(['test', '--json'])
      assert.equal(code, 1)
      const [outcome] = (JSON.parse(stdout) as TestDocument).tests
      assert.equal(outcome?.state, 'failed')
      const [expectation] = outcome.expectations
      assert.match(expectation!.actual, /^0\.\d+$/)
      assert.match(expectation!.expected, /^< clear\.late_probability \(0\.\d+\)$/)
      const line = (await readFile(join(project.root, 'late.slip'), 'utf8')).split('\n')[
        expectation!.start.line - 1
      ]!
      assert.equal(
        line.slice(expectation!.start.column - 1, expectation!.end.column - 1),
        'snow.late_probability < clear.late_probability',
      )
      const shown = await project.run(['test'])
      assert.match(shown.stdout, /late\.slip:\d+:\d+ not met: got 0\.\d+, expected < clear\.late_probability/)
      assert.match(shown.stdout, /1 test: 1 failed/)
      await undo()
    })

    await t.test('nothing to run is no pass', async () => {
      const none = await project.run(['test', '--name', 'nowhere'])
      assert.equal(none.code, 1)
      assert.match(none.stderr, /CLI014: .*nowhere/)
      const undo = await edit(project, 'late.slip', text => text.replace('distance_km\n', 'distance_klm\n'))
      const broken = await project.run(['test', '--json'])
      assert.equal(broken.code, 1)
      const [outcome] = (JSON.parse(broken.stdout) as TestDocument).tests
      assert.equal(outcome?.state, 'errored')
      assert.match(outcome.problem!, /CLI004|has errors/)
      const untrained = await project.run(['train', '--json'])
      assert.equal(untrained.code, 1)
      const { error } = JSON.parse(untrained.stdout) as {
        error: { code: string; details: { diagnostics: unknown[] } }
      }
      assert.equal(error.code, 'CLI004')
      assert.ok(error.details.diagnostics.length > 0)
      await undo()
    })

    await t.test('the SQL of a model and of a feature', async () => {
      const model = await project.json<{ kind: string; sql: string }>(['sql'])
      assert.match(model.sql, /read_csv\('data\/deliveries\.csv'/)
      const feature = await project.json<{ kind: string; sql: string }>(['sql', 'lateness_7d'])
      assert.equal(feature.kind, 'feature')
      assert.match(feature.sql, /observations/)
      assert.equal((await project.run(['sql', '--target', 'abacus'])).code, 2)
      assert.match((await project.run(['sql', 'nothing'])).stderr, /CLI013: .*late_delivery/)
    })

    await t.test('an unknown version of the language is said once, and stops nothing', async () => {
      const undo = await edit(project, 'slipway.json', text => text.replace('"language": 1', '"language": 9'))
      const checked = await project.run(['check'])
      assert.equal(checked.code, 1)
      assert.equal(checked.stdout.match(/SLIP406/g)?.length, 1)
      assert.match(checked.stdout, /slipway\.json:2:15/)
      assert.equal((await project.run(['plan'])).code, 0)
      await undo()
    })

    await t.test('what is ignored with a reason is not shown, and without one is', async () => {
      const codes = async () => {
        const { stdout } = await project.run(['check', '--json'])
        const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] }
        return diagnostics.map(({ code }) => code)
      }
      const unused = 'import { courier, deliveries, lateness_7d }'
      const importing = (before: string) =>
        edit(project, 'late.slip', text =>
          text.replace('import { deliveries, lateness_7d }', `${before}${unused}`),
        )
      let undo = await importing('')
      assert.deepEqual(await codes(), ['SLIP117'])
      await undo()
      undo = await importing('// slip-ignore SLIP117 kept for the next model\n')
      assert.deepEqual(await codes(), [])
      await undo()
      undo = await importing('// slip-ignore SLIP117\n')
      assert.ok((await codes()).includes('SLIP501'))
      await undo()
    })

    await t.test('a report has versions and counts, and nothing of who or where', async () => {
      const { stdout } = await project.run(['report', '--vscode', '1.2.3'])
      const file = join(project.root, 'slipway-report.md')
      assert.ok(existsSync(file))
      const text = await readFile(file, 'utf8')
      assert.ok(stdout.includes(text), 'it is shown as it is')
      assert.match(stdout, /nothing was sent/)
      for (const part of ['1.2.3', process.versions.node, '| models | 1 |', '| data files | 1 |'])
        assert.ok(text.includes(part), part)
      for (const secret of [project.root, homedir(), 'Ada', 'deliveries.csv'])
        assert.ok(!text.includes(secret), secret)
      const name = userInfo().username
      assert.doesNotMatch(text, new RegExp(`/${name}/`))
      assert.equal((await project.run(['report'])).code, 1)
      await rm(file)
    })
  },
)

test(
  'tests ask the registered model, running or not, until the model is another',
  { timeout: 300_000 },
  async () => {
    await using project = await createStarter()
    await project.json(['run', 'explore.ipynb', '--save'])
    await project.json(['promote', 'explore.ipynb', '--yes'])
    await project.json(['submit', '--watch'])
    const origin = async () => (await project.json<TestDocument>(['test'])).models['late_delivery']
    assert.deepEqual(await origin(), { kind: 'registered', version: 1 })
    await project.run(['backend', 'stop'])
    assert.deepEqual(await origin(), { kind: 'registered', version: 1 }, 'from what the backend left on disk')
    assert.equal(
      (await project.run(['backend', 'status'])).stdout.includes('running at'),
      false,
      'none was started',
    )
    // A test more is the same model; another penalty is not.
    await edit(project, 'late.slip', text => text.replace('require  auc >= 0.6', 'require  auc >= 0.55'))
    assert.equal((await origin())?.kind, 'registered')
    await edit(project, 'late.slip', text => text.replace('l2 = 1.0', 'l2 = 2.0'))
    assert.equal((await origin())?.kind, 'trained')
  },
)
