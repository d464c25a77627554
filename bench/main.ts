/** `npm run bench -- <suite>`: runs a suite, prints its table and writes `bench/results/<suite>.json`. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchRow, BenchSuite } from './bench.ts'

const folder = import.meta.dirname
const notSuites = new Set(['main.ts', 'bench.ts', 'language-workspace.ts'])

function suites(): readonly string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !notSuites.has(name))
    .map(name => name.slice(0, -3))
}

async function main(suite: string | undefined): Promise<number> {
  if (suite === undefined || !existsSync(join(folder, `${suite}.ts`)) || !suites().includes(suite)) {
    console.error(`usage: npm run bench -- <suite>\nsuites: ${suites().join(', ') || 'none yet'}`)
    return 2
  }
  const { default: run } = (await import(`./${suite}.ts`)) as { default: BenchSuite }
  const rows = await run({ log: message => console.error(message) })
  const file = join(folder, 'results', `${suite}.json`)
  await mkdir(join(folder, 'results'), { recursive: true })
  await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`)
  for (const line of formatRows(rows)) console.log(line)
  return rows.some(row => row.met === false) ? 1 : 0
}

function formatRows(rows: readonly BenchRow[]): readonly string[] {
  const peers = [...new Set(rows.flatMap(row => Object.keys(row.peers)))]
  const header = ['work', 'ours', ...peers, 'goal', 'unit', '']
  const cells = rows.map(row => [
    row.work,
    formatNumber(row.ours),
    ...peers.map(peer => formatNumber(row.peers[peer])),
    formatNumber(row.goal),
    row.unit,
    row.met === undefined ? '' : row.met ? 'met' : 'MISSED',
  ])
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map(line => line[i]!.length)))
  // Numbers stand between the first column and the unit.
  const isNumber = (i: number) => i > 0 && i < header.length - 2
  const format = (line: readonly string[]) =>
    line
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  return [format(header), ...cells.map(format)]
}

function formatNumber(value: number | undefined): string {
  if (value === undefined) return '–'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

process.exitCode = await main(process.argv[2])
