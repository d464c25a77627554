/**
 * What can be imported: an index of all exports in reach, which TypeScript would else make anew for every completion,
 * and the packages of package.json that no cell imports yet, in a program of their own.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ts } from './typescript.ts'

/** Members of a language service's host that TypeScript looks for and does not declare. */
export interface ExportsHost {
  getCachedExportInfoMap(): ExportInfoMap
  getPackageJsonAutoImportProvider(): ts.Program | undefined
  getModuleResolutionCache(): ts.ModuleResolutionCache
}

interface ExportInfoMap {
  clear(): void
  releaseSymbols(): void
}

interface InternalTypeScript {
  createCacheableExportInfoMap(host: {
    getCurrentProgram(): ts.Program | undefined
    getPackageJsonAutoImportProvider(): ts.Program | undefined
    getGlobalTypingsCacheLocation(): string | undefined
  }): ExportInfoMap
}

export interface ExportsContext {
  readonly folder: string
  program(): ts.Program | undefined
  options(): ts.CompilerOptions
}

export type Exports = Omit<ExportsHost, 'getModuleResolutionCache'> & {
  /** Reads package.json when it changed. */
  refresh(): void
}

const maxPackages = 30

export function createExports({ folder, program, options }: ExportsContext): Exports {
  let packages: ts.Program | undefined
  let packagesStamp: string | undefined
  let known: ts.Program | undefined
  let files: ReadonlySet<string> = new Set()
  const { createCacheableExportInfoMap } = ts as unknown as InternalTypeScript
  const getPackageJsonAutoImportProvider = () => packages
  const map = createCacheableExportInfoMap({
    getCurrentProgram: program,
    getPackageJsonAutoImportProvider,
    getGlobalTypingsCacheLocation: () => undefined,
  })

  /** Keeps of the index what an edit of a cell does not change. */
  function getCachedExportInfoMap(): ExportInfoMap {
    const now = program()
    if (now === known) return map
    known = now
    const next = new Set(outsideCells(now))
    if (next.size === files.size && [...next].every(file => files.has(file))) map.releaseSymbols()
    else map.clear()
    files = next
    return map
  }

  function refresh(): void {
    const file = ts.findConfigFile(folder, ts.sys.fileExists, 'package.json')
    const stamp = file && `${file} ${ts.sys.getModifiedTime?.(file)?.getTime()}`
    if (stamp === packagesStamp) return
    packagesStamp = stamp
    packages = file === undefined ? undefined : programOf(file, options())
    map.clear()
  }

  return { getCachedExportInfoMap, getPackageJsonAutoImportProvider, refresh }
}

/** Entries of the packages that a package.json depends on. Those without types give nothing. */
function programOf(file: string, options: ts.CompilerOptions): ts.Program | undefined {
  const settings: ts.CompilerOptions = { ...options, types: [], lib: [], noLib: true, allowJs: false }
  const cache = ts.createModuleResolutionCache(dirname(file), name => name, settings)
  const entries = dependenciesOf(file)
    .slice(0, maxPackages)
    .map(
      name =>
        ts.resolveModuleName(name, join(dirname(file), 'cell.ts'), settings, ts.sys, cache).resolvedModule,
    )
    .flatMap(found => (found && /\.d\.[cm]?ts$/.test(found.resolvedFileName) ? [found.resolvedFileName] : []))
  return entries.length ? ts.createProgram(entries, settings) : undefined
}

function dependenciesOf(file: string): string[] {
  try {
    const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: object }
    return Object.keys(dependencies ?? {})
  } catch {
    return [] // Being written, perhaps; read again when it changed.
  }
}

function outsideCells(program: ts.Program | undefined): string[] {
  const names = program?.getSourceFiles().map(({ fileName }) => fileName) ?? []
  return names.filter(name => !/\/__(?:cell|run)_/.test(name))
}
