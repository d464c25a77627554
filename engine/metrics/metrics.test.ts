import assert from 'node:assert/strict'
import test from 'node:test'
import { accuracy, auc, averagePrecision, calibrationError, f1, logLoss, ndcg, precision } from './metrics.ts'

const p = Float64Array.of(0.1, 0.4, 0.35, 0.8)
const y = Uint8Array.of(0, 0, 1, 1)

test('AUC is the share of pairs in the right order, ties counting half', () => {
  assert.equal(auc(p, y), 0.75)
  assert.equal(auc(Float64Array.of(0.5, 0.5, 0.5), Uint8Array.of(0, 1, 1)), 0.5)
  assert.equal(auc(Float64Array.of(0.2, 0.5, 0.5, 0.9), Uint8Array.of(0, 0, 1, 1)), 0.875)
})

test('AUC equals counting all pairs', () => {
  const scores = Float64Array.from({ length: 300 }, (_, i) => ((i * 37) % 41) / 41)
  const labels = Uint8Array.from({ length: 300 }, (_, i) => ((i * 13) % 7 < 3 ? 1 : 0))
  let wins = 0
  let pairs = 0
  scores.forEach((a, i) =>
    scores.forEach((b, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return
      pairs++
      wins += a > b ? 1 : a === b ? 0.5 : 0
    }),
  )
  assert.ok(Math.abs(auc(scores, labels)! - wins / pairs) < 1e-12)
})

test('the AUC of one class is not defined', () => {
  assert.equal(auc(p, Uint8Array.of(1, 1, 1, 1)), null)
  assert.equal(auc(new Float64Array(), new Uint8Array()), null)
})

test('log loss, accuracy and calibration error by hand', () => {
  assert.ok(
    Math.abs(logLoss(p, y)! + (Math.log(0.9) + Math.log(0.6) + Math.log(0.35) + Math.log(0.8)) / 4) < 1e-12,
  )
  assert.ok(Number.isFinite(logLoss(Float64Array.of(0, 1), Uint8Array.of(1, 0))!), 'certainty that is wrong')
  assert.equal(accuracy(p, y), 0.75)
  // Bins 0.1–0.2, 0.3–0.4, 0.4–0.5 and 0.8–0.9 hold one row each.
  assert.ok(Math.abs(calibrationError(p, y)! - (0.1 + 0.65 + 0.4 + 0.2) / 4) < 1e-12)
})

test('average precision and F1 by hand', () => {
  // True rows stand at ranks 1 and 3 of 4.
  assert.ok(Math.abs(averagePrecision(p, y)! - (1 + 2 / 3) / 2) < 1e-12)
  assert.equal(
    averagePrecision(Float64Array.of(0.5, 0.5), Uint8Array.of(0, 1)),
    0.5,
    'ties are one threshold',
  )
  assert.equal(averagePrecision(p, new Uint8Array(4)), null)
  // Only 0.8 is said to be true, and is: precision 1, recall 1/2.
  assert.ok(Math.abs(f1(p, y)! - 2 / 3) < 1e-12)
  assert.equal(f1(Float64Array.of(0.5), Uint8Array.of(0)), 0, 'one half counts as true')
  assert.equal(f1(Float64Array.of(0.1), Uint8Array.of(0)), null)
})

test('ranking metrics by hand', () => {
  const best = 1 + 1 / Math.log2(3)
  assert.ok(Math.abs(ndcg(p, y)! - (1 + 1 / 2) / best) < 1e-12)
  assert.ok(Math.abs(ndcg(p, y, 2)! - 1 / best) < 1e-12)
  assert.equal(ndcg(p, y, 1), 1)
  assert.equal(ndcg(p, new Uint8Array(4)), null)
  assert.equal(precision(p, y, 2), 0.5)
  assert.equal(precision(p, y, 3), 2 / 3)
  assert.equal(precision(p, y, 10), 0.5, 'of all rows where there are fewer')
  assert.equal(precision(new Float64Array(), new Uint8Array(), 2), null)
})

test('rows of equal probability share their ranks, in whatever order they stand', () => {
  const tied = Float64Array.of(0.5, 0.5, 0.5, 0.1)
  for (const labels of [Uint8Array.of(1, 0, 0, 1), Uint8Array.of(0, 0, 1, 1)]) {
    assert.ok(Math.abs(precision(tied, labels, 2)! - 1 / 3) < 1e-12)
    const gain = (1 + 1 / Math.log2(3)) / 3
    assert.ok(Math.abs(ndcg(tied, labels, 2)! - gain / (1 + 1 / Math.log2(3))) < 1e-12)
  }
})
