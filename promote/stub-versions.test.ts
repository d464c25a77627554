import assert from 'node:assert/strict'
import test from 'node:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { propose } from './propose.ts'
import { checkEffectStub, loadEffects, type EffectStub } from './slice/effects.ts'
import { createTestCache, notebookText, testFolder, testProject, testTypes } from './testing/types.ts'

const cache = createTestCache()
const strange = (versions: string): EffectStub => ({
  ...{ format: 1, package: 'strange', versions },
  effects: { mystery: { returns: ['new'] } },
})

async function told(stub: EffectStub, installed: string | undefined, cells?: readonly string[]) {
  const project = { ...testProject, packageVersion: async () => installed && { version: installed } }
  const { assumptions, diagnostics } = await propose({
    ...{ name: 'demo', folder: testFolder, typesOf: testTypes, cache, stubs: [stub] },
    project: project as typeof testProject,
    notebook: notebookText(
      cells ?? ["import { mystery } from 'strange'", 'mystery(1)', 'const out = 2', 'out'],
    ),
  })
  assert.deepEqual(diagnostics, [])
  return assumptions.filter(({ kind }) => kind === 'stub-version')
}

test('a stub for other versions than the installed one is told, also of what is not kept', async () => {
  const [only, ...others] = await told(strange('>=2 <3'), '3.1.0')
  assert.deepEqual(others, [])
  assert.equal(
    only?.message,
    'The effect stub for strange was written for versions >=2 <3, and 3.1.0 is installed: what it says of calls may be wrong.',
  )
  assert.deepEqual([only.cell, only.stub], ['c0', 'strange'])
  for (const [range, installed] of [
    ['>=2 <3', '2.0.0'],
    ['*', '3.1.0'],
    ['>=2 <3', '2.5.0-beta.1'],
    ['^2', undefined],
    ['^2', 'unknown'],
  ] as const)
    assert.deepEqual(await told(strange(range), installed), [], `${installed} of ${range}`)
  assert.deepEqual(await told(strange('^2'), '9.0.0', ['const out = 2', 'out']), [])
})

test('a range that is none is refused', () => {
  assert.throws(
    () => checkEffectStub(strange('two')),
    /\/versions: expected a range such as ">=2 <3", got "two"/,
  )
})

test('what comes with Slipway is for the packages that come with it', async () => {
  const modules = join(import.meta.dirname, '../node_modules')
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string }).version
  const effects = loadEffects()
  for (const name of [
    'danfojs-node',
    'apache-arrow',
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs-layers',
    '@observablehq/plot',
  ]) {
    const { versions } = effects.stubs.find(stub => stub.package === name) ?? assert.fail(name)
    const stub = { ...strange(versions) }
    assert.deepEqual(await told(stub, version(name)), [], `${name} ${version(name)} of ${versions}`)
  }
})
