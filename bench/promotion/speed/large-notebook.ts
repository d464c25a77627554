/**
 * A notebook of 500 cells as a long exploration leaves one: fifty topics, each of which loads, cleans, groups, plots
 * and keeps a result, with functions and containers that all of them share. Nothing of it is run.
 */

/** What a topic is about: names of its own, and a little of its own in the text of its cells. */
interface Topic {
  readonly id: string
  readonly i: number
  readonly column: string
}

const columns = ['delay', 'distance', 'price', 'volume', 'weight', 'mpg', 'rating', 'depth'] as const

const opening: readonly string[] = [
  `import * as dfd from 'danfojs-node'
import { tableFromArrays, type Table as ArrowTable } from 'apache-arrow'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { model, plot, read, sql } from 'slipway'`,
  `interface Finding { topic: string; value: number; tags: string[] }
const findings: Finding[] = []
const cache = new Map<string, dfd.DataFrame>()
const folder = 'out'`,
  `const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]) => {
  const m = mean(values)
  return Math.sqrt(mean(values.map(v => (v - m) ** 2)))
}`,
  `function note(topic: string, value: number, ...tags: string[]) {
  const finding = { topic, value, tags }
  findings.push(finding)
  return finding
}`,
  `class Running {
  #n = 0
  total = 0
  readonly seen: number[] = []
  add(value: number) {
    this.#n++
    this.total += value
    if (this.seen.length < 100) this.seen.push(value)
    return this
  }
  get mean() { return this.total / this.#n }
}
const overall = new Running()`,
  `async function frameOf(name: string): Promise<dfd.DataFrame> {
  const known = cache.get(name)
  if (known) return known
  const frame = await dfd.readCSV(\`data/\${name}.csv\`) as dfd.DataFrame
  cache.set(name, frame)
  return frame
}`,
  `mkdirSync(folder, { recursive: true })
console.log('folder', folder)`,
  `let threshold = 10
const labels: Record<string, string> = { delay: 'Delay', distance: 'Distance' }`,
  `const flights = read('data/flights.parquet')
flights`,
  `const airports = read('data/airports.csv')
await airports.count()`,
]

/** Every topic has these ten, with names of its own. */
function topicCells({ id, i, column }: Topic): readonly string[] {
  const before = i > 0 ? `t${i - 1}` : undefined
  return [
    `const ${id} = sql\`select ${column}, hour(date) as hour, origin from \${flights} where ${column} > ${i}\`
plot(${id}, { mark: 'bar', x: 'hour', y: '${column}', title: 'Topic ${i}' })`,
    `const ${id}Frame = (await ${id}.toDanfo()) as dfd.DataFrame
${id}Frame.fillNa(0, { inplace: true })
${id}Frame.head(5).print()`,
    `const ${id}Values = ${id}Frame['${column}'].values as number[]
const ${id}Mean = mean(${id}Values)
console.log('${id}', ${id}Mean.toFixed(2), deviation(${id}Values))`,
    `${id}Frame.addColumn('scaled', ${id}Values.map(v => v / (${id}Mean || 1)), { inplace: true })
const ${id}Late = ${id}Frame.query(${id}Frame['${column}'].gt(threshold + ${i % 7}))
${id}Late.describe()`,
    `const ${id}Groups = new Map<string, { n: number; sum: number; items: number[] }>()
for (const [k, v] of ${id}Values.entries()) {
  const key = v > ${id}Mean ? 'high' : k % 2 === 0 ? 'even' : 'odd'
  const group = ${id}Groups.get(key) ?? { n: 0, sum: 0, items: [] }
  if (!${id}Groups.has(key)) ${id}Groups.set(key, group)
  group.n++
  group.sum += v
  if (group.items.length < 10) group.items.push(v)
}
${id}Groups`,
    `function summarize${i}(groups: typeof ${id}Groups, { digits = 2, skip = [] as string[] } = {}) {
  return [...groups]
    .filter(([key]) => !skip.includes(key))
    .map(([key, { n, sum }]) => ({ key, n, mean: Number((sum / n).toFixed(digits)) }))
    .sort((a, b) => b.mean - a.mean)
}
const ${id}Summary = summarize${i}(${id}Groups, { skip: ['odd'] })
plot(${id}Summary, { mark: 'bar', x: 'key', y: 'mean' })`,
    `for (const { key, mean: value } of ${id}Summary) {
  note('${id}', value, key, '${column}')
  overall.add(value)
}
if (${id}Mean > threshold) threshold += 1
overall.mean`,
    `const ${id}Arrow: ArrowTable = tableFromArrays({ ${column}: Float64Array.from(${id}Values), rank: Int32Array.from(${id}Values, (_, k) => k) })
const ${id}Column = ${id}Arrow.getChild('${column}')
let ${id}Sum = 0
for (const value of ${id}Column ?? []) ${id}Sum += Number(value)
console.log(${id}Arrow.numRows, ${id}Sum)`,
    before === undefined
      ? `const ${id}Path = join(folder, '${id}.json')
writeFileSync(${id}Path, JSON.stringify({ summary: ${id}Summary, sum: ${id}Sum }))`
      : `const ${id}Both = { ...Object.fromEntries(${before}Summary.map(({ key, mean: m }) => [key, m])), own: ${id}Mean }
try {
  const text = readFileSync(join(folder, '${before}.json'), 'utf8')
  Object.assign(${id}Both, JSON.parse(text) as object)
} catch (error) {
  console.warn(String(error))
}
writeFileSync(join(folder, '${id}.json'), JSON.stringify(${id}Both))`,
    i % 10 === 9
      ? `const ${id}Model = await model('late.slip').train({ observations: ${id}, rows: 1000 })
${id}Model.metrics.test`
      : `const ${id}Other = await frameOf('${column}')
const ${id}Joined = dfd.merge({ left: ${id}Frame, right: ${id}Other, on: ['${column}'], how: 'inner' })
labels['${column}'] ??= '${column}'.toUpperCase()
plot(${id}Joined, { mark: 'point', x: '${column}', y: 'scaled', title: labels['${column}'] })`,
  ]
}

/** @returns the sources of the cells; the last one shows what the notebook found */
export function largeNotebook(nCells = 500): readonly string[] {
  const cells = [...opening]
  for (let i = 0; cells.length < nCells - 1; i++)
    cells.push(...topicCells({ id: `t${i}`, i, column: columns[i % columns.length] as string }))
  return [...cells.slice(0, nCells - 1), `const out = findings.filter(finding => finding.value > threshold)`]
}
