/** `node bench/promotion/notebooks/run.ts [word…]`: runs the notebooks whose names contain a word, and says how. */
import { readCases } from './cases.ts'
import { runCase, type CaseResult } from './case.ts'
import type { NotebookCase } from './format.ts'

/** Runs cases, some at a time; every one is told of when it is done. */
export async function runCases(
  cases: readonly NotebookCase[],
  { atOnce, onResult }: { readonly atOnce: number; readonly onResult: (result: CaseResult) => void },
): Promise<readonly CaseResult[]> {
  const results = new Map<string, CaseResult>()
  const waiting = [...cases]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await runCase(next)
      results.set(next.name, result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return cases.flatMap(({ name }) => results.get(name) ?? [])
}

export function describeResult(result: CaseResult): string {
  const { name, outcome, asExpected, code, causes, verdicts, seconds, nKept, nDropped, nSteps } = result
  const head = `${asExpected ? 'ok  ' : 'FAIL'} ${name}: ${[outcome, code, ...causes].filter(Boolean).join(' ')}`
  const size = `${nKept}+${nDropped} statements, ${nSteps} steps, ${Object.entries(verdicts)
    .map(v => v.join(' '))
    .join(', ')}`
  const times = Object.values(seconds)
    .map(s => s.toFixed(1))
    .join(' + ')
  const why = asExpected ? [] : [...result.differences, result.detail ?? '']
  return [
    `${head} | ${size} | ${times} s`,
    ...why.flatMap(text => text.split('\n')).map(line => `       ${line}`),
  ].join('\n')
}

if (import.meta.main) {
  const words = process.argv.slice(2)
  const cases = readCases(name => words.length === 0 || words.some(word => name.includes(word)))
  const results = await runCases(cases, {
    atOnce: 2,
    onResult: result => console.log(describeResult(result)),
  })
  const nGood = results.filter(({ asExpected }) => asExpected).length
  console.log(`${nGood} of ${results.length} as expected`)
  process.exitCode = nGood === results.length ? 0 : 1
}
