import assert from 'node:assert/strict'
import test from 'node:test'
import { parseCases, readCorpus } from './corpus.ts'
import { examine, isMinimal, isSound } from './examine.ts'
import { hazardReport } from './report.ts'
import { reduce } from './reduce.ts'

/** What has been reached; it may rise and not fall. */
const minimalShare = 0.98

test('every hazard is sliced soundly, and as few statements too many are kept as ever', async t => {
  const corpus = readCorpus()
  const findings = await examine({ corpus })

  await t.test('there are enough of them, each with a name of its own', () => {
    assert.ok(corpus.length >= 300)
    assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length)
  })
  await t.test('the slices written by hand give what the whole cases give', () => {
    const wrong = findings.filter(
      ({ verdict }) => verdict && ('error' in verdict.whole || !verdict.isHandEqual),
    )
    assert.deepEqual(
      wrong.map(({ hazard, verdict }) => [hazard.name, verdict?.whole]),
      [],
    )
  })
  await t.test('no needed statement is missing', () => {
    const unsound = findings.filter(finding => !isSound(finding))
    assert.equal(unsound.length, 0, hazardReport(unsound))
  })
  await t.test('the share of minimal slices does not fall', () => {
    const share = findings.filter(isMinimal).length / findings.length
    assert.ok(share >= minimalShare, `${share}\n${hazardReport(findings.filter(f => !isMinimal(f)))}`)
  })
  await t.test('what Rollup keeps and the slice drops has a rule', () => {
    const without = findings.flatMap(({ hazard, rollup }) =>
      (rollup?.droppedByUs ?? [])
        .filter(({ citations }) => citations.includes(undefined))
        .map(({ statement }) => `${hazard.name}: ${hazard.statements[statement]?.text}`),
    )
    assert.deepEqual(without, [])
  })
})

test('cases are read with their marks and cells', () => {
  const [one, two] = parseCases(
    '# G\n## a\n+ const x = 1\n- f(\n    x)\n## b\n! PRO012\n+ a\n+ b\n\n+ c\n',
    'g',
  )
  assert.deepEqual(one?.statements, [
    { text: 'const x = 1', cell: 0, isNeeded: true },
    { text: 'f(\nx)', cell: 1, isNeeded: false },
  ])
  assert.deepEqual(
    two?.statements.map(({ cell }) => cell),
    [0, 0, 1],
  )
  assert.equal(two?.refusal, 'PRO012')
  assert.throws(() => parseCases('## a\nconst x = 1', 'g'), /expected a line/)
})

test('delta debugging ends at a part of which nothing can be left out', async () => {
  const needed = new Set([2, 7, 8])
  let nRuns = 0
  const works = async (part: readonly number[]) => {
    nRuns++
    return [...needed].every(i => part.includes(i))
  }
  assert.deepEqual(await reduce([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], works), [2, 7, 8])
  assert.ok(nRuns < 40)
  assert.deepEqual(
    await reduce(
      [0, 1, 2],
      async () => true,
      i => i === 1,
    ),
    [1],
  )
})
