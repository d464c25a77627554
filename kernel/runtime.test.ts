import assert from 'node:assert/strict'
import * as nodeModule from 'node:module'
import { test } from 'node:test'
import { KernelError } from './errors.ts'
import { checkRuntime, lacksOf, thisRuntime, type Runtime } from './runtime.ts'

const here = thisRuntime(nodeModule as unknown as Runtime['module'])

const fatal = (change: Partial<Runtime>) => lacksOf({ ...here, ...change }).filter(lack => lack.fatal)

test('this runtime lacks nothing', () => {
  assert.deepEqual(lacksOf(here), [])
})

test('an old Node is refused in one sentence that says what to do', () => {
  const [lack] = fatal({ node: '20.20.2' })
  assert.match(
    lack!.message,
    /^Cells need Node 22\.15 or newer.*which Node 20\.20\.2 is not\. Name a Node 24/,
  )
  assert.throws(
    () => checkRuntime({ ...here, node: '20.20.2' }, () => undefined),
    error => error instanceof KernelError && error.code === 'KERNEL011',
  )
})

test('functions that are not there are named', () => {
  const { registerHooks: _, ...module } = here.module
  assert.match(fatal({ module })[0]!.message, /module\.registerHooks/)
})

test('what can be done without is told and runs', () => {
  const getBuiltinModule = (name: string) =>
    name === 'node:sqlite' || name === 'node:inspector' ? undefined : {}
  const told: string[] = []
  checkRuntime({ ...here, getBuiltinModule, electron: '41.0.0' }, text => told.push(text))
  assert.equal(told.length, 2)
  assert.match(told[0]!, /of Electron 41\.0\.0 was built without an inspector: loops cannot be interrupted/)
  assert.match(told[1]!, /has no node:sqlite: the catalog cannot be opened; cells run without it/)
})
