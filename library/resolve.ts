/**
 * The module hooks by which cells and steps find `slipway`, danfo and Arrow, and by which their own TypeScript
 * files may hold what Node's type stripping refuses and be loaded anew after a change.
 *
 * - `slipway` is always this installation's. `danfojs-node` and `apache-arrow` are looked for from the importing
 *   file first, then taken from the installation.
 * - An import may leave out the extension of a TypeScript file, name it `.js`, or be written as the `paths` of
 *   tsconfig.json allow; JSON needs no import attribute.
 * - TypeScript that is more than types is compiled (modules/compile.ts).
 */
import { readFileSync } from 'node:fs'
import Module, {
  createRequire,
  isBuiltin,
  registerHooks,
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
  type SourceMap,
} from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadAdapted, provideForPackages } from './adapt.ts'
import { installation, type Installation } from './installation.ts'
import { compileFile, findSyntaxError } from './modules/compile.ts'
import { createLoadedFiles } from './modules/reload.ts'
import { createTsConfigs } from './modules/tsconfig.ts'

export interface ResolveOptions {
  /** Default: this one. */
  readonly installation?: Installation
  /** Whether `refresh` makes changed files load anew. Default: false. */
  readonly reload?: boolean
}

/** A place in a file, both from 1. */
export interface FilePlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

export interface Resolver {
  /**
   * Imports a module by `load`, after files of the user's that have changed, and those that import them, were made
   * to load anew. What failed to load is tried again the next time. Only loads unless `reload` was asked for.
   */
  fresh<T>(load: () => T): T
  /** The user's own files that were imported, absolute, in the order of their first import. */
  files(): readonly string[]
  /** The folders of the packages that the user's own files and cells imported. */
  packages(): readonly string[]
  /** The address that an import of a file means. @throws when there is no such module */
  find(specifier: string, parent: string): string
  /** Where what stands in a compiled file came from; undefined for a file that runs as it was written. */
  original(place: FilePlace): FilePlace | undefined
  deregister(): void
}

/** What the installation lends where the user's folder has none of its own. */
const lent: ReadonlySet<string> = new Set(['danfojs-node', 'apache-arrow', '@observablehq/plot'])

const missing = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
])

type Next<Context> = (specifier: string, context?: Partial<Context>) => ResolveFnOutput

/** Registers the hooks in this process. */
export function registerResolve(options: ResolveOptions = {}): Resolver {
  const { installation: place = installation(), reload = false } = options
  const libraryUrl = pathToFileURL(place.libraryModule).href
  const installed = ownFolders(place)
  const lender = pathToFileURL(join(place.vendorModules, 'lender.js')).href
  const files = createLoadedFiles()
  const configs = createTsConfigs()
  const packages = new Set<string>()
  const maps = new Map<string, SourceMap>()
  const { cache } = createRequire(lender)

  function resolve(
    specifier: string,
    context: ResolveHookContext,
    next: Next<ResolveHookContext>,
  ): ResolveFnOutput {
    if (specifier === 'slipway') return next(libraryUrl, context)
    if (specifier.startsWith('node:') || isBuiltin(specifier)) return next(specifier, context)
    return own(resolveFurther(specifier, context, next), context)
  }

  function resolveFurther(specifier: string, context: ResolveHookContext, next: Next<ResolveHookContext>) {
    const asConfigured = configuredPaths(specifier, context.parentURL)
    try {
      return asConfigured.length > 0
        ? resolveAmong(asConfigured.flatMap(candidates), { context, next, fallback: specifier })
        : next(specifier, context)
    } catch (error) {
      if (!missing.has(String((error as NodeJS.ErrnoException).code))) throw error
      if (lent.has(packageOf(specifier))) return next(specifier, { ...context, parentURL: lender })
      if (isRelative(specifier)) return resolveAmong(candidates(specifier), { context, next, error })
      throw error
    }
  }

  /** By `paths` of tsconfig.json, where the importing file is the user's. */
  function configuredPaths(specifier: string, parent: string | undefined): readonly string[] {
    if (isRelative(specifier) || specifier.startsWith('#')) return []
    const path = ownPath(parent)
    if (path === undefined) return []
    return configs.paths(specifier, path).map(found => pathToFileURL(found).href)
  }

  /** The path of a file of the user's, without the version in its address. */
  function ownPath(url: string | undefined): string | undefined {
    if (!url?.startsWith('file:') || url.includes('/node_modules/')) return undefined
    const isInstalled = url === libraryUrl || installed.some(folder => url.startsWith(folder))
    return isInstalled ? undefined : fileURLToPath(withoutQuery(url))
  }

  /** Notes a file of the user's, and gives it the address of its version. */
  function own(found: ResolveFnOutput, context: ResolveHookContext): ResolveFnOutput {
    const importer = ownPath(context.parentURL)
    const path = ownPath(found.url)
    if (path === undefined) {
      const folder = packageFolder(found.url)
      if (folder !== undefined && importer !== undefined) packages.add(folder)
      return found
    }
    files.add(path, importer)
    const json = path.endsWith('.json') && context.importAttributes?.['type'] === undefined
    const attributes = json && isImport(context) ? { importAttributes: { type: 'json' } } : {}
    const version = files.version(path)
    const url = version > 0 && isImport(context) ? `${withoutQuery(found.url)}?slipway=${version}` : found.url
    return { ...found, ...attributes, url }
  }

  function load(url: string, context: LoadHookContext, next: NextLoad): LoadFnOutput {
    const path = ownPath(url)
    if (path === undefined) return loadAdapted(url, context, next) ?? next(url, context)
    files.loading(path)
    if (/\.js$/.test(path) && !context.format && isModule(readFileSync(path, 'utf8')))
      return next(url, { ...context, format: 'module' })
    if (!/\.(?:[mc]?ts|tsx|jsx)$/.test(path)) return next(url, context)
    const source = readFileSync(path, 'utf8')
    // Node keeps an ES module for good, also one that was required: what is read again becomes CommonJS.
    const commonJs = files.version(path) > 0 && context.conditions.includes('require') && isModule(source)
    const { code, map } = compileFile({ path, source, options: configs.options(path), commonJs })
    if (map) maps.set(path, map)
    else maps.delete(path)
    if (commonJs) return { format: 'commonjs', source: code, shortCircuit: true }
    const isAsWritten = !map && process.features.typescript && !path.endsWith('x')
    // Node would warn that the package does not say what it is.
    if (isAsWritten && !context.format && isModule(source))
      return next(url, { ...context, format: 'module-typescript' })
    if (isAsWritten) return next(url, context)
    return { format: formatOf(path, { code, format: context.format }), source: code, shortCircuit: true }
  }

  function forget(stale: readonly string[]): void {
    for (const path of stale) Reflect.deleteProperty(cache, path)
  }

  provideForPackages(place)
  const hooks = registerHooks({ resolve, load })
  return {
    fresh(load) {
      if (!reload) return load()
      const mark = files.mark()
      configs.refresh()
      forget(files.takeStale())
      const failed = (error: unknown): never => {
        const placed = placedSyntaxError(error, files.readSince(mark))
        forget(files.failed(mark))
        throw placed ?? error
      }
      try {
        const loaded = load()
        return loaded instanceof Promise ? (loaded.catch(failed) as typeof loaded) : loaded
      } catch (error) {
        return failed(error)
      }
    },
    find(specifier, parent) {
      if (specifier === 'slipway') return libraryUrl
      const require = createRequire(parent)
      if (isRelative(specifier) || isBuiltin(specifier)) return addressOf(require.resolve(specifier))
      const id = fileURLToPath(parent)
      const importing = { id, filename: id, paths: require.resolve.paths(specifier) ?? [] }
      return addressOf(resolveFilename(specifier, importing, false, { conditions: importConditions }))
    },
    files: files.paths,
    packages: () => [...packages],
    original({ path, line, column }) {
      const entry = maps.get(path)?.findEntry(line - 1, column - 1)
      if (!entry || !('originalLine' in entry)) return undefined
      return { path, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
    },
    deregister: () => hooks.deregister(),
  }
}

const importConditions = new Set(['node', 'import', 'module-sync'])

/** Node's own, which its `require.resolve` calls; that one knows no conditions. */
const { _resolveFilename: resolveFilename } = Module as unknown as {
  _resolveFilename(
    specifier: string,
    importing: { readonly id: string; readonly filename: string; readonly paths: readonly string[] },
    isMain: boolean,
    options: { readonly conditions: ReadonlySet<string> },
  ): string
}

const addressOf = (found: string) =>
  isBuiltin(found) ? (found.startsWith('node:') ? found : `node:${found}`) : pathToFileURL(found).href

const isImport = (context: ResolveHookContext) => context.conditions.includes('import')
const isRelative = (specifier: string) => /^(\.\.?(\/|$)|\/|file:)/.test(specifier)
const withoutQuery = (url: string) => url.replace(/[?#].*$/, '')

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

function packageFolder(url: string): string | undefined {
  const folder = /^file:.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(url)?.[0]
  return folder === undefined ? undefined : fileURLToPath(folder)
}

/** The addresses of the installation's own source, which never changes under a session. */
function ownFolders({ root, packaged }: Installation): readonly string[] {
  const parts = packaged
    ? ['dist']
    : ['library', 'language', 'engine', 'catalog', 'kernel', 'promote', 'backend']
  return parts.map(part => pathToFileURL(join(root, part, '/')).href)
}

/** `./x` may mean `./x.ts` or `./x/index.ts`, and `./x.js` may be written as `./x.ts`. */
function candidates(specifier: string): string[] {
  const asTypeScript = [specifier.replace(/\.(m|c)?js$/, '.$1ts'), specifier.replace(/\.jsx?$/, '.tsx')]
  const added = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']
  const inFolder = ['/index.ts', '/index.tsx', '/index.js'].map(name => specifier.replace(/\/$/, '') + name)
  return [
    ...asTypeScript.filter(candidate => candidate !== specifier),
    specifier,
    ...added.map(extension => specifier + extension),
    ...inFolder,
  ]
}

interface Attempt {
  readonly context: ResolveHookContext
  readonly next: Next<ResolveHookContext>
  /** What is tried when none is there. */
  readonly fallback?: string
  /** Or what is told then. */
  readonly error?: unknown
}

function resolveAmong(specifiers: readonly string[], attempt: Attempt): ResolveFnOutput {
  const { context, next, fallback, error } = attempt
  for (const specifier of specifiers) {
    try {
      return next(specifier, context)
    } catch {
      // The next one may be there; if none is, the first error is the one to tell.
    }
  }
  if (fallback !== undefined) return next(fallback, context)
  throw error
}

type NextLoad = (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput

/** As Node decides: by extension, then by the package, then by what the file says. */
function formatOf(
  path: string,
  { code, format }: { code: string; format: string | null | undefined },
): string {
  if (path.endsWith('.cts')) return 'commonjs'
  if (path.endsWith('.mts') || format === 'module-typescript' || format === 'module') return 'module'
  return isModule(code) ? 'module' : 'commonjs'
}

const isModule = (code: string) => /^\s*(?:import\b(?!\s*\()|export\b)|\bimport\.meta\b/m.test(code)

/** The same error with its place, when one of these files is not JavaScript. */
function placedSyntaxError(error: unknown, paths: readonly string[]): SyntaxError | undefined {
  if (!(error instanceof SyntaxError) || error.message.includes('does not provide an export'))
    return undefined
  const scripts = paths.filter(path => /\.[mc]?js$/.test(path))
  if (scripts.some(path => String(error.stack).includes(path))) return undefined
  for (const path of scripts) {
    const found = findSyntaxError(path, readFileSync(path, 'utf8'))
    if (found) return found
  }
  return undefined
}
