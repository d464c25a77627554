/**
 * One plan, three executions: SQL on DuckDB, TypeScript and ONNX agree, each computed on its own.
 * `SLIPWAY_PARITY_SEED` tries other plans, `SLIPWAY_PARITY_RUNS` more of them.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { allFunctions } from '../../language/functions.ts'
import { functionsOf, parityCases } from './cases.ts'
import { differenceOf } from './differences.ts'
import { openParity } from './open.ts'
import { printCase } from './print.ts'
import { shrink } from './shrink.ts'

const nRuns = Number(process.env['SLIPWAY_PARITY_RUNS'] ?? 50)
const nRowsPerRun = 40
const seed = Number(process.env['SLIPWAY_PARITY_SEED'] ?? 1)

test('SQL, TypeScript and ONNX agree on arbitrary models and rows', async t => {
  const connection = await openParity(t)
  const functions = new Set<string>()
  const algorithms = new Set<string>()
  for (const generated of fc.sample(parityCases(nRowsPerRun), { seed, numRuns: nRuns })) {
    functionsOf(generated.plan).forEach(name => functions.add(name))
    algorithms.add(generated.fitted.algorithm)
    const found = await differenceOf(connection, generated)
    if (!found) continue
    const small = await shrink(generated, c => differenceOf(connection, c))
    assert.fail(
      `${found.message}\nThe least case that was found:\n\n${printCase(small.case, small.difference)}`,
    )
  }
  const untried = allFunctions.map(entry => entry.function).filter(name => !functions.has(name))
  assert.deepEqual(untried, [], 'every function is tried')
  assert.equal(algorithms.size, 6, 'every algorithm is tried')
})
