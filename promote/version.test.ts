import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from '../language/canonical-json.ts'
import { PromoteError } from './errors.ts'
import { parseLock, parseManifest, printPipelineJson, type Lock, type Manifest } from './manifest.ts'
import { checkVersion, currentPlatform, pipelineVersion, sha256, stepKey } from './version.ts'

const files = {
  'steps/a.ts': 'export async function a() {}\n',
  'models/m.slip': 'model m {}\n',
  'README.md': 'x',
}
const lock: Lock = {
  format: 1,
  data: [{ path: 'data/x.csv', sha256: sha256('x'), sizeBytes: 1 }],
  models: [{ path: 'm.slip', sha256: sha256(files['models/m.slip']) }],
  features: {},
  packages: { slipway: { version: '0.1.0' } },
  seed: 1,
  fixtures: {},
}
const manifest: Manifest = {
  format: 1,
  name: 'demo',
  version: `sha256:${'0'.repeat(64)}`,
  parameters: [{ name: 'rows', schema: { type: 'number' }, default: 5 }],
  steps: [
    {
      name: 'a',
      file: 'steps/a.ts',
      function: 'a',
      inputs: [],
      parameters: ['rows'],
      outputs: [{ name: 'out', codec: 'json' }],
      cells: ['c1'],
    },
  ],
  outputs: [{ name: 'out', step: 'a', output: 'out', codec: 'json' }],
}
const version = pipelineVersion(manifest, lock, files)

test('the same content has the same version: other name, cells, fixtures, key order, other files', () => {
  const reordered = JSON.parse(
    JSON.stringify(
      lock,
      Object.keys(lock).reverse().concat('path', 'sha256', 'sizeBytes', 'slipway', 'version'),
    ),
  ) as Lock
  const [step] = manifest.steps
  const renamed = { ...manifest, name: 'other', version: 'sha256:1', steps: [{ ...step!, cells: ['z'] }] }
  assert.equal(
    pipelineVersion(
      renamed,
      { ...reordered, fixtures: { 'expected.json': sha256('e') } },
      { ...files, 'README.md': 'y' },
    ),
    version,
  )
  assert.match(version, /^sha256:[0-9a-f]{64}$/)
})

const changes: Readonly<Record<string, () => string>> = {
  'a byte of code': () =>
    pipelineVersion(manifest, lock, { ...files, 'steps/a.ts': `${files['steps/a.ts']} ` }),
  'a module beside the steps': () =>
    pipelineVersion(manifest, lock, { ...files, 'steps/shared.ts': 'export {}' }),
  'a default': () =>
    pipelineVersion({ ...manifest, parameters: [{ ...manifest.parameters[0]!, default: 6 }] }, lock, files),
  data: () =>
    pipelineVersion(manifest, { ...lock, data: [{ ...lock.data[0]!, sha256: sha256('y') }] }, files),
  'a model': () =>
    pipelineVersion(
      manifest,
      { ...lock, models: [{ path: 'm.slip', sha256: sha256('n') }] },
      { ...files, 'models/m.slip': 'n' },
    ),
  'a feature': () =>
    pipelineVersion(
      manifest,
      { ...lock, features: { 'f@1': { feature: { version: 1 }, source: {} } as never } },
      files,
    ),
  'a package': () =>
    pipelineVersion(manifest, { ...lock, packages: { slipway: { version: '0.1.1' } } }, files),
  'the seed': () => pipelineVersion(manifest, { ...lock, seed: 2 }, files),
  "an output's name": () =>
    pipelineVersion({ ...manifest, outputs: [{ ...manifest.outputs[0]!, name: 'o' }] }, lock, files),
}
for (const [what, changed] of Object.entries(changes))
  test(`${what} changes the version`, () => assert.notEqual(changed(), version))

test('a version that does not fit, and a model that is not the locked one, are refused', () => {
  assert.throws(() => checkVersion(manifest, lock, files), codeOf('PRO005'))
  checkVersion({ ...manifest, version }, lock, files)
  assert.throws(() => pipelineVersion(manifest, lock, { ...files, 'models/m.slip': 'n' }), codeOf('PRO005'))
})

test('manifest and lock come back as they were printed', () => {
  assert.deepEqual(parseManifest(printPipelineJson({ ...manifest, version })), { ...manifest, version })
  assert.deepEqual(parseLock(printPipelineJson(lock)), lock)
})

const wrong: readonly (readonly [string, string, string])[] = [
  ['text', '{', 'PRO001'],
  ['an empty object', '{}', 'PRO002'],
  ['a later format', '{"format": 2}', 'PRO003'],
  ['a parameter that is not declared', JSON.stringify({ ...manifest, parameters: [] }), 'PRO004'],
  ['an output of no step', JSON.stringify({ ...manifest, steps: [] }), 'PRO004'],
  [
    'a path that leaves the folder',
    JSON.stringify({ ...manifest, steps: [{ ...manifest.steps[0], file: '../a.ts' }] }),
    'PRO002',
  ],
]
for (const [what, text, code] of wrong)
  test(`a manifest with ${what} is refused with ${code}`, () => {
    assert.throws(() => parseManifest(text), codeOf(code))
  })

test('a step key depends on what the step uses', () => {
  const inputs = {
    code: { 'steps/a.ts': 'a' },
    function: 'a',
    parameters: { rows: 5 },
    inputs: { x: sha256('x') },
    outputs: [{ name: 'out', codec: 'json' }],
    packages: lock.packages,
    features: {},
    seed: 1,
    platform: currentPlatform(),
  }
  const key = stepKey(inputs)
  assert.equal(stepKey({ ...inputs, parameters: { rows: 5 } }), key)
  const others = [
    { ...inputs, parameters: { rows: 6 } },
    { ...inputs, inputs: { x: sha256('y') } },
    { ...inputs, code: { 'steps/a.ts': 'b' } },
    { ...inputs, platform: { ...inputs.platform, arch: 'other' } },
  ]
  assert.equal(new Set([key, ...others.map(stepKey)]).size, 5)
})

test('canonical JSON reads back as the value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(JSON.parse(text)), text)
    }),
  )
  assert.equal(canonicalJson({ b: 1, a: { d: undefined, c: [1e21, 'ü'] } }), '{"a":{"c":[1e+21,"ü"]},"b":1}')
  assert.throws(() => canonicalJson(Number.NaN), TypeError)
})

function codeOf(code: string) {
  return (thrown: unknown) => thrown instanceof PromoteError && thrown.code === code
}
