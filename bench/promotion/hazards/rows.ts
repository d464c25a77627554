/** The hazard cases as a part of `npm run bench -- promotion`; the report goes to `bench/results`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchRow } from '../../bench.ts'
import { examine } from './examine.ts'
import { hazardReport, hazardRows } from './report.ts'

const results = join(import.meta.dirname, '../../results')

export async function hazards({ log }: { log: (message: string) => void }): Promise<readonly BenchRow[]> {
  log('slicing hazard cases')
  const findings = await examine({ reduces: true, log })
  await mkdir(results, { recursive: true })
  const file = join(results, 'promotion-hazards.md')
  await writeFile(file, hazardReport(findings))
  log(`report: ${file}`)
  return hazardRows(findings)
}

if (import.meta.main) console.table(await hazards({ log: console.error }))
