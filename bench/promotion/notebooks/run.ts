/**
 * `node bench/promotion/notebooks/run.ts [--mutate] [--report] [word…]`: runs the notebooks whose names contain a word,
 * and says how.
 */
import { printReport, runNotebooks } from './suite.ts'

const args = process.argv.slice(2)
const words = args.filter(word => !word.startsWith('--'))
const report = await runNotebooks({
  log: message => console.log(message),
  isWanted: name => words.length === 0 || words.some(word => name.includes(word)),
  mutates: args.includes('--mutate'),
})
for (const { name, survivors } of report.mutations)
  for (const survivor of survivors) console.log(`not seen: ${name}, ${survivor}`)
if (args.includes('--report')) console.log(printReport(report))
const nGood = report.results.filter(({ asExpected }) => asExpected).length
console.log(`${nGood} of ${report.results.length} as expected`)
process.exitCode = nGood === report.results.length ? 0 : 1
