/** What the TypeScript service sees of the world: cells from memory, everything else from the notebook's folder. */
import { join } from 'node:path'
import { installation } from '../../library/installation.ts'
import { cellGlobals } from './globals.ts'
import { ts } from './typescript.ts'

export interface Host {
  readonly languageServiceHost: ts.LanguageServiceHost
  /** A module of ours, by its absolute path. */
  setFile(path: string, text: string): void
  /** Forgets all of them. */
  clear(): void
}

/** What is lent to a notebook whose folder has none of its own, and `slipway`, which is always ours. */
const lent = new Set(['danfojs-node', 'apache-arrow'])

export function createHost(folder: string): Host {
  const { vendorModules, libraryTypes } = installation()
  const files = new Map<string, { text: string; version: number }>()
  const globalsFile = join(folder, '__cell_globals.d.ts')
  const options = compilerOptions(vendorModules)
  const cache = ts.createModuleResolutionCache(folder, name => name, options)
  let version = 0

  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [globalsFile, ...[...files.keys()].filter(isRoot)],
    getScriptVersion: path => String(files.get(path)?.version ?? fileVersion(path)),
    getScriptSnapshot(path) {
      const text = path === globalsFile ? cellGlobals : (files.get(path)?.text ?? ts.sys.readFile(path))
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCompilationSettings: () => options,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: settings => ts.getDefaultLibFilePath(settings),
    fileExists: path => files.has(path) || path === globalsFile || ts.sys.fileExists(path),
    readFile: path => files.get(path)?.text ?? ts.sys.readFile(path),
    directoryExists: path => ts.sys.directoryExists(path),
    getDirectories: path => ts.sys.getDirectories(path),
    resolveModuleNameLiterals: (literals, containingFile, redirected, settings) =>
      literals.map(({ text }) => {
        const resolve = (from: string) =>
          ts.resolveModuleName(text, from, settings, host as ts.ModuleResolutionHost, cache, redirected)
        if (text === 'slipway') return libraryModule(libraryTypes)
        const found = resolve(containingFile)
        return found.resolvedModule || !lent.has(text) ? found : resolve(join(vendorModules, 'lender.ts'))
      }),
  }
  // Only what was asked about last: earlier cells are found through its imports.
  const isRoot = (path: string) => path.endsWith('__cell_current.ts')

  return {
    languageServiceHost: host,
    setFile(path, text) {
      if (files.get(path)?.text !== text) files.set(path, { text, version: ++version })
    },
    clear: () => files.clear(),
  }
}

function compilerOptions(vendorModules: string): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // Cells run in Node: what a page has would only be offered wrongly.
    lib: ['lib.esnext.d.ts'],
    types: ['node'],
    typeRoots: [join(vendorModules, 'node_modules/@types')],
    strict: true,
    allowJs: true,
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  }
}

/** A file of the user's may change on disk between two questions; nothing else does. */
function fileVersion(path: string): string {
  if (path.includes('/node_modules/') || path.includes('/typescript/lib/')) return '0'
  return String(ts.sys.getModifiedTime?.(path)?.getTime() ?? 0)
}

function libraryModule(resolvedFileName: string): ts.ResolvedModuleWithFailedLookupLocations {
  const extension = resolvedFileName.endsWith('.d.ts') ? ts.Extension.Dts : ts.Extension.Ts
  return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } }
}
