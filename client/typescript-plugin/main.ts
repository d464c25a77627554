/**
 * A plugin of VS Code's TypeScript server: in projects without node_modules of their own, `slipway`, danfo and Arrow
 * mean what comes with the extension, as they do when a step runs; and of cells that the kernel knows nothing is said
 * twice. Runs inside that server and sees nothing of ours.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type ts from 'typescript'
import { withoutOurCells } from './cells.ts'

/** The extension's folder; this file lies in `node_modules/<plugin>/` of it. */
const vendor = join(import.meta.dirname, '../../dist/vendor/node_modules')

/** package -> its declarations */
const declarations: Readonly<Record<string, string>> = {
  slipway: 'slipway/index.d.ts',
  'danfojs-node': 'danfojs-node/dist/danfojs-node/src/index.d.ts',
  'apache-arrow': 'apache-arrow/Arrow.node.d.ts',
}

export default function init(): ts.server.PluginModule {
  return {
    create(info) {
      const host = info.languageServiceHost
      const resolve = host.resolveModuleNameLiterals?.bind(host)
      if (resolve)
        host.resolveModuleNameLiterals = (literals, ...rest) =>
          resolve(literals, ...rest).map((found, i) =>
            found.resolvedModule ? found : (provided(literals[i]!.text) ?? found),
          )
      return withoutOurCells(info.languageService)
    },
  }
}

function provided(name: string): ts.ResolvedModuleWithFailedLookupLocations | undefined {
  const file = Object.hasOwn(declarations, name) ? join(vendor, declarations[name]!) : undefined
  if (file === undefined || !existsSync(file)) return undefined
  const extension = '.d.ts' as ts.Extension
  return { resolvedModule: { resolvedFileName: file, extension, isExternalLibraryImport: true } }
}
