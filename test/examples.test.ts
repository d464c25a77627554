/**
 * Every example on its real data: what the engine can fit passes its tests, what it cannot fit yet is refused with one
 * sentence, and is no pass.
 */
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
    readonly problem?: string
    readonly expectations: readonly {
      readonly met: boolean
      readonly text: string
      readonly actual: string
    }[]
  }[]
  readonly models: Readonly<Record<string, { readonly kind: string; readonly rows: number }>>
}

/** What the engine could fit at all times. */
const fitted: readonly string[] = ['flights', 'birdstrikes']

for (const example of readdirSync(join(import.meta.dirname, '../examples')) as Example[]) {
  test(`${example}: the tests of its model`, { timeout: 300_000 }, async () => {
    await using project = await createTestProject(example)
    const { code, stdout, stderr } = await project.run(['test', '--json'])
    const { tests, models } = JSON.parse(stdout) as TestDocument
    assert.ok(tests.length > 0)
    if (tests.every(({ state }) => state === 'passed')) {
      assert.equal(code, 0)
      assert.ok(Object.values(models).every(({ rows }) => rows > 0))
      assert.ok(tests.every(({ expectations }) => expectations.length > 0))
      return
    }
    assert.ok(!fitted.includes(example), `${JSON.stringify(tests, null, 2)}\n${stderr}`)
    assert.equal(code, 1)
    for (const { state, problem } of tests) {
      assert.equal(state, 'errored')
      assert.match(problem!, /^ENG007: Expected [^\n]+\.$/)
    }
  })
}
