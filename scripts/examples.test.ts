/** The examples are what newcomers read first: each checks, is in its canonical form, and says what it shows. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import Schema from 'typebox/schema'
import { format, type Plan } from '../language/index.ts'
import { loadProject } from '../library/project.ts'
import { layExampleData, type Example } from './example-data.ts'

const checkout = join(import.meta.dirname, '..')
const folder = join(checkout, 'examples')
const examples = readdirSync(folder).sort() as Example[]
const schemaFile = join(checkout, 'language/plan.schema.json')
const plans = new Map<Example, readonly Plan[]>()

for (const example of examples) {
  test(`${example}: no problem, canonical, with tests and a page about it`, async () => {
    const root = join(folder, example)
    layExampleData(example)
    const project = await loadProject(root, { statistics: true })
    assert.deepEqual(project.problems, [])
    assert.deepEqual(project.diagnostics(), [])
    for (const path of project.workspace.files())
      assert.equal(project.text(path), format(project.text(path)!), `${path} is not in its canonical form`)

    const models = project.workspace.models().map(({ name }) => project.plan(name).plan!)
    assert.ok(models.length > 0)
    for (const plan of models) assert.ok(plan.tests.length > 0, `${plan.model} has no test`)
    plans.set(example, models)

    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const nLines = readme.trimEnd().split('\n').length
    assert.ok(nLines >= 10 && nLines <= 20, `README.md has ${nLines} lines`)
    for (const [, target] of readme.matchAll(/\]\(([^)]+)\)/g))
      assert.ok(existsSync(join(root, target!)), `README.md links to ${target}`)
  })
}

test('the examples are of different kinds and show most of the language', () => {
  const all = [...plans.values()].flat()
  const has = (what: string, holds: (plan: Plan) => boolean) =>
    assert.ok(all.some(holds), `no example has ${what}`)
  assert.equal(plans.size, examples.length)
  assert.ok(plans.size >= 6)
  assert.ok(new Set(all.map(({ algorithm }) => algorithm.name)).size >= 5)
  for (const kind of ['bool', 'int', 'float', 'string'])
    has(`a label of type ${kind}`, p => p.label.type.kind === kind)
  for (const kind of ['time', 'random', 'key']) has(`a split by ${kind}`, p => p.split.kind === kind)
  for (const kind of ['probability', 'prediction', 'rank'])
    has(`an output of kind ${kind}`, p => p.outputs.some(output => output.kind === kind))
  has('folds', p => p.split.folds !== undefined)
  has('tuning', p => p.tune !== undefined)
  has('a weight', p => p.weight !== undefined)
  has('health', p => p.health.length > 0)
  has('random effects', p => (p.algorithm.random?.length ?? 0) > 0)
  has('a metric per group', p => p.evaluate.some(metric => metric.per !== undefined))
  has('a derived feature', p => Object.values(p.catalogFeatures).some(feature => feature.kind === 'derived'))
  has('a unit', p =>
    Object.values(p.sources).some(s => s.columns.some(column => column.type.unit !== undefined)),
  )
})

test('their plans are as the published schema says', () => {
  const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>
  for (const plan of [...plans.values()].flat()) {
    const [isValid, errors] = Schema.Errors(schema as never, JSON.parse(JSON.stringify(plan)))
    assert.ok(isValid, `${plan.model}: ${JSON.stringify(errors.slice(0, 3))}`)
  }
})
