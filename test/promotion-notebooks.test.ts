/**
 * Six of the benchmark's notebooks on every test run: acted out in the kernel, promoted by command, and their pipelines
 * run at another place. `npm run bench -- promotion` runs all of them.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { runCase } from '../bench/promotion/notebooks/case.ts'
import { readCases } from '../bench/promotion/notebooks/cases.ts'
import { describeResult } from '../bench/promotion/notebooks/describe.ts'

for (const given of readCases().filter(({ quick }) => quick))
  test(`${given.name}: ${given.title}`, async () => {
    const result = await runCase(given)
    assert.ok(result.asExpected, describeResult(result))
  })
