/** Every example is fitted on its real data and passes the tests its model declares. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Example } from '../scripts/example-data.ts'
import { createTestProject } from './support/project.ts'

interface TestDocument {
  readonly tests: readonly {
    readonly name: string
    readonly state: string
    readonly expectations: readonly unknown[]
  }[]
  readonly models: Readonly<Record<string, { readonly kind: string; readonly rows: number }>>
}

for (const example of readdirSync(join(import.meta.dirname, '../examples')) as Example[]) {
  test(`${example}: the tests of its model`, { timeout: 300_000 }, async () => {
    await using project = await createTestProject(example)
    const { code, stdout, stderr } = await project.run(['test', '--json'])
    const { tests, models } = JSON.parse(stdout) as TestDocument
    assert.ok(tests.length > 0)
    assert.ok(
      tests.every(({ state }) => state === 'passed'),
      `${JSON.stringify(tests, null, 2)}\n${stderr}`,
    )
    assert.equal(code, 0)
    assert.ok(Object.values(models).every(({ rows }) => rows > 0))
    assert.ok(tests.every(({ expectations }) => expectations.length > 0))
  })
}
