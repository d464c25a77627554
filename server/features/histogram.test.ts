import assert from 'node:assert/strict'
import test from 'node:test'
import { markdownImage, percent, shortNumber, svgHistogram, textHistogram } from './histogram.ts'

test('a histogram has a bar per bin, and few bins', () => {
  assert.equal(textHistogram([0, 1, 4, 8]), ' ▂▅█')
  assert.equal(textHistogram([1, 10_000]), '▁█')
  assert.equal(textHistogram([]), '')
  assert.equal(textHistogram(Array(100).fill(1)).length, 20)
})

test('as an image it has the same bars and says its ends', () => {
  const svg = svgHistogram([0, 1, 4, 8], { low: '<0', high: '8' })
  const heights = [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="59" height="([\d.]+)"/g)].map(
    m => m[1],
  )
  assert.deepEqual(heights, ['0', '5.5', '22', '44'])
  assert.match(svg, />&#60;0<.*>8</)
  assert.equal(svgHistogram(Array(1000).fill(1), { low: '', high: '' }).match(/<rect/g)!.length, 41)
  const image = markdownImage(svg, 'Values')
  const [, data] = /^!\[Values\]\(data:image\/svg\+xml;base64,(.*)\)$/.exec(image)!
  assert.equal(Buffer.from(data!, 'base64').toString('utf8'), svg)
})

test('numbers are short', () => {
  assert.equal(shortNumber(1234567), '1,234,567')
  assert.equal(shortNumber(0.123456), '0.1235')
  assert.equal(shortNumber(12345.6), '12,346')
  assert.equal(shortNumber(NaN), 'NaN')
  assert.deepEqual([0, 0.0001, 0.02, 1].map(percent), ['0 %', '< 0.1 %', '2.0 %', '100.0 %'])
})
