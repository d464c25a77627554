/**
 * Keeps compiled code between processes: loaded with `--import` by the test script, so that each of the many small
 * processes of the tests, and the servers that they start, do not strip and compile the same source again.
 */
import { enableCompileCache } from 'node:module'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '../node_modules/.cache/compiled')
process.env['NODE_COMPILE_CACHE'] ??= folder
enableCompileCache(folder)
