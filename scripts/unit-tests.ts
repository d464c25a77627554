/**
 * Runs the unit tests, at least two files at a time: many of them wait for a process. Arguments are passed on to
 * `node --test`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import path from 'node:path'

const folders =
  'language,engine,catalog,library,kernel,promote,backend,server,client,cli,web,syntaxes,scripts,bench'

const child = spawn(
  process.execPath,
  [
    ...['--import', './scripts/compile-cache.ts', '--test', '--test-reporter=dot'],
    `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`,
    ...process.argv.slice(2),
    `{${folders}}/**/*.test.ts`,
  ],
  { cwd: path.join(import.meta.dirname, '..'), stdio: 'inherit' },
)
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? 1
