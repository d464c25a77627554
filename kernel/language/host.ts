/** What the TypeScript service sees of the world: cells from memory, everything else from the notebook's folder. */
import { join } from 'node:path'
import { installation } from '../../library/installation.ts'
import { createDisk } from './disk.ts'
import { createExports, type ExportsHost } from './exports.ts'
import { globalsText } from './globals.ts'
import { loadSettings } from './settings.ts'
import { ts } from './typescript.ts'
import { findTypes } from './types-folder.ts'

export interface Host {
  readonly languageServiceHost: ts.LanguageServiceHost & ExportsHost
  /** A module of ours, by its absolute path with slashes. */
  setFile(path: string, text: string): void
  deleteFile(path: string): void
  /** Looks whether settings changed, and whether packages that were not there are now. Cheap when it was just done. */
  refresh(options?: { readonly now?: boolean }): void
  /** Reads what the folder's package.json depends on, so that it can be imported by completions. */
  loadPackages(): void
}

export interface HostOptions {
  readonly folder: string
  /** The modules to be in the program; others come in by their imports. */
  roots(): readonly string[]
  program(): ts.Program | undefined
}

/** What is lent to a notebook whose folder has none of its own. */
const lent = new Set(['danfojs-node', 'apache-arrow', '@observablehq/plot'])
const refreshMs = 2000

export function createHost({ folder, roots, program }: HostOptions): Host {
  const { vendorModules } = installation()
  const types = findTypes()
  const disk = createDisk()
  const files = new Map<
    string,
    { readonly snapshot: ts.IScriptSnapshot; readonly text: string; readonly version: string }
  >()
  const globalsFile = `${slashed(folder)}/__cell_globals.d.ts`
  const context = { folder, vendorModules, libraryTypes: types.library }
  let settings = loadSettings(context)
  let settingsStamp = stampOf(settings.files, folder)
  let cache = createCache()
  const unresolved = new Map<string, readonly string[]>()
  /** Files whose imports mean something else now. */
  const again = new Map<string, number>()
  let version = 0
  let lastRefresh = 0
  let packagesWanted = false
  const exports = createExports({ folder, program, options: () => settings.options })

  function createCache() {
    return ts.createModuleResolutionCache(folder, name => name, settings.options)
  }

  function setFile(path: string, text: string): void {
    if (files.get(path)?.text === text) return
    files.set(path, { text, snapshot: ts.ScriptSnapshot.fromString(text), version: `m${++version}` })
  }
  setFile(globalsFile, globalsText(types.display))

  const host: ts.LanguageServiceHost & ExportsHost = {
    getCachedExportInfoMap: exports.getCachedExportInfoMap,
    getPackageJsonAutoImportProvider: exports.getPackageJsonAutoImportProvider,
    // `slipway` is among them so that it can be imported by a completion that nobody asked it for.
    getScriptFileNames: () => [globalsFile, types.library, ...roots()],
    getScriptVersion: path => `${files.get(path)?.version ?? disk.version(path)} ${again.get(path) ?? ''}`,
    getScriptSnapshot: path => files.get(path)?.snapshot ?? disk.snapshot(path),
    getCompilationSettings: () => settings.options,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
    fileExists: path => files.has(path) || disk.fileExists(path),
    readFile: path => files.get(path)?.text ?? ts.sys.readFile(path),
    directoryExists: path => disk.directoryExists(path),
    getDirectories: path => ts.sys.getDirectories(path),
    readDirectory: (path, extensions, exclude, include, depth) =>
      ts.sys.readDirectory(path, extensions, exclude, include, depth),
    realpath: path => disk.realpath(path),
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getNewLine: () => '\n',
    getModuleResolutionCache: () => cache,
    resolveModuleNameLiterals(literals, containingFile, redirected, options) {
      const found = literals.map(({ text }) => resolve(text, { containingFile, redirected, options }))
      const missing = literals.filter((_, i) => !found[i]!.resolvedModule).map(({ text }) => text)
      if (missing.length) unresolved.set(containingFile, missing)
      else unresolved.delete(containingFile)
      return found
    },
  }

  interface Resolution {
    readonly containingFile: string
    readonly redirected?: ts.ResolvedProjectReference
    readonly options: ts.CompilerOptions
  }

  function resolve(text: string, { containingFile, redirected, options }: Resolution) {
    const cell = cellSpecifier(text)
    if (cell !== undefined && files.has(`${slashed(folder)}/${cell}`))
      return resolvedTo(`${slashed(folder)}/${cell}`, ts.Extension.Ts)
    const from = (file: string) =>
      ts.resolveModuleName(text, file, options, host as ts.ModuleResolutionHost, cache, redirected)
    const found = from(containingFile)
    return found.resolvedModule || !lent.has(text) ? found : from(join(vendorModules, 'lender.ts'))
  }

  function refresh({ now = false } = {}): void {
    if (!now && Date.now() - lastRefresh < refreshMs) return
    lastRefresh = Date.now()
    if (now || unresolved.size) disk.forget()
    const stamp = stampOf(settings.files, folder)
    if (stamp !== settingsStamp) {
      settings = loadSettings(context)
      settingsStamp = stampOf(settings.files, folder)
      cache = createCache()
      unresolved.clear()
      return
    }
    if (packagesWanted) exports.refresh()
    if (unresolved.size) lookAgain()
  }

  /** A package may have been installed since. */
  function lookAgain(): void {
    const fresh = ts.createModuleResolutionCache(folder, name => name, settings.options)
    const isThere = (file: string, text: string) =>
      ts.resolveModuleName(text, file, settings.options, ts.sys, fresh).resolvedModule !== undefined
    const found = [...unresolved].filter(([file, texts]) => texts.some(text => isThere(file, text)))
    if (found.length === 0) return
    cache = createCache()
    for (const [file] of found) again.set(file, ++version)
  }

  return {
    languageServiceHost: host,
    setFile,
    deleteFile(path) {
      files.delete(path)
      unresolved.delete(path)
      again.delete(path)
    },
    refresh,
    loadPackages() {
      packagesWanted = true
      exports.refresh()
    },
  }
}

const slashed = (path: string) => path.replaceAll('\\', '/').replace(/\/$/, '')

function cellSpecifier(text: string): string | undefined {
  return /^\.\/__(?:cell|run)_/.test(text) ? text.slice(2) : undefined
}

/** When the files that settings were read from changed, and whether there is a nearer one now. */
function stampOf(paths: readonly string[], folder: string): string {
  const own = join(folder, 'tsconfig.json')
  return [...new Set([...paths, own])]
    .map(path => `${path} ${ts.sys.getModifiedTime?.(path)?.getTime()}`)
    .join('\n')
}

function resolvedTo(
  resolvedFileName: string,
  extension: ts.Extension,
): ts.ResolvedModuleWithFailedLookupLocations {
  return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } }
}
