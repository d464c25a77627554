import type { CaseResult } from './case.ts'

/** A line for a log, and why when it is not as expected. */
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
