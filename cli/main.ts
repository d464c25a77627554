/** The process of the `slipway` command. Its compiled code is kept, so that the next command starts in half the time. */
import { enableCompileCache } from 'node:module'
import { compileCacheFolder } from '../library/installation.ts'

enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? compileCacheFolder())
void import('./program.ts').then(({ main }) => main(process.argv.slice(2)))
