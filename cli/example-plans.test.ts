/** The examples check without a warning, and their plans fulfil the published schema. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { Compile } from 'typebox/schema'
import { loadProject } from '../library/project.ts'

const root = join(import.meta.dirname, '..')
const schema = JSON.parse(readFileSync(join(root, 'language/plan.schema.json'), 'utf8')) as object
const validator = Compile(schema)
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter(entry =>
  entry.isDirectory(),
)

for (const { name } of examples)
  test(`the models of examples/${name} check, and their plans fulfil the schema`, async () => {
    const { workspace, diagnostics, plan } = await loadProject(join(root, 'examples', name))
    const errors = diagnostics().filter(({ severity }) => severity === 'error' || severity === 'warning')
    assert.deepEqual(errors, [])
    const models = workspace.models()
    assert.ok(models.length > 0, name)
    for (const model of models) {
      const [, faults] = validator.Errors(JSON.parse(JSON.stringify(plan(model.name).plan)))
      assert.deepEqual(faults, [], model.name)
    }
  })
