/** What the user process does at its start and its end for the sake of the next one. */
import { flushCompileCache } from 'node:module'
import { compileCacheFolder } from '../../../library/installation.ts'
import { killGroup } from './processes.ts'

/** When all that a first cell usually needs has been loaded. */
const keepCompiledAfterMs = 2000

/** The kernel process is gone: this one ends, with what cells have started. */
export function endAll(): void {
  killGroup()
  process.exit(0)
}

/** This process is killed in the end: what it compiled is kept when it has had the time to start. */
export function keepCompiled(): void {
  // What cells start has no need of it.
  if (process.env['NODE_COMPILE_CACHE'] === compileCacheFolder()) delete process.env['NODE_COMPILE_CACHE']
  setTimeout(flushCompileCache, keepCompiledAfterMs).unref()
}
