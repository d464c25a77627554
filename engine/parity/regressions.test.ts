/** Cases on which executions once differed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ParityCase } from './cases.ts'
import { differenceOf } from './differences.ts'
import { openParity } from './open.ts'

/** @param name what they said differently */
function parityTest(name: string, parityCase: ParityCase): void {
  test(name, async t => {
    assert.equal((await differenceOf(await openParity(t), parityCase))?.message, undefined)
  })
}
