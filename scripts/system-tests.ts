/**
 * Runs the system tests: those that measure time, memory or load one after the other, then the others two at a time,
 * which mostly wait for a browser. Arguments are passed on to `node --test`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import path from 'node:path'

const checkout = path.join(import.meta.dirname, '..')

/** What has to answer in time, is killed at chosen moments, or measures memory. */
const measuring =
  /(?:kernel-\w+|jupyter\w*(?:-notebook)?|neovim|flights-engine|backend-kill|promotion-notebooks)\.test\.ts$/

async function run(files: readonly string[], concurrency: number): Promise<boolean> {
  if (files.length === 0) return true
  const options = [`--test-concurrency=${concurrency}`, '--test-reporter=spec', ...process.argv.slice(2)]
  const child = spawn(process.execPath, ['--test', ...options, ...files], { cwd: checkout, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

const files = globSync('test/**/*.test.ts', { cwd: checkout }).sort()
const alone = await run(
  files.filter(file => measuring.test(file)),
  1,
)
const together = await run(
  files.filter(file => !measuring.test(file)),
  2,
)
process.exitCode = alone && together ? 0 : 1
