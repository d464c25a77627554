/** The process of the `slipway` command. Its compiled code is kept, so that the next command starts in half the time. */
import { enableCompileCache } from 'node:module'
import { compileCacheFolder } from '../library/installation.ts'

enableCompileCache(compileCacheFolder())
void import('./program.ts').then(({ main }) => main(process.argv.slice(2)))
