import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { readEffectStubs } from './effect-stubs.ts'

function inProject(run: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'slipway-stubs-'))
  try {
    run(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

test('stubs of a project are read in the order of their names', () =>
  inProject(root => {
    assert.deepEqual(readEffectStubs(root), [])
    mkdirSync(join(root, 'effects'))
    for (const name of ['b', 'a'])
      writeFileSync(
        join(root, `effects/${name}.json`),
        JSON.stringify({ format: 1, package: name, versions: '*', effects: { f: {} } }),
      )
    assert.deepEqual(
      readEffectStubs(root).map(stub => stub.package),
      ['a', 'b'],
    )
  }))

test('a stub with a mistake is named with its place', () =>
  inProject(root => {
    mkdirSync(join(root, 'effects'))
    writeFileSync(
      join(root, 'effects/x.json'),
      JSON.stringify({ format: 1, package: 'x', versions: '*', effects: { f: { mutates: ['all'] } } }),
    )
    assert.throws(() => readEffectStubs(root), /PRO027.*effects\/x\.json.*\/effects\/f\/mutates/)
  }))
