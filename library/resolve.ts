/**
 * The module hooks by which cells and steps find `slipway`, danfo and Arrow, and by which their own TypeScript
 * files may use enums and be loaded anew after a change.
 *
 * - `slipway` is always this installation's. `danfojs-node` and `apache-arrow` are looked for from the importing
 *   file first, then taken from the installation.
 * - A relative import may leave out the extension of a TypeScript file, and JSON needs no import attribute.
 * - TypeScript that is more than types (enums, namespaces, parameter properties) is compiled.
 */
import { readFileSync, statSync } from 'node:fs'
import {
  registerHooks,
  stripTypeScriptTypes,
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
} from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installation, type Installation } from './installation.ts'

export interface ResolveOptions {
  /** Default: this one. */
  readonly installation?: Installation
  /** Whether `refresh` makes changed files load anew. Default: false. */
  readonly reload?: boolean
}

export interface Resolver {
  /**
   * Looks whether a file of the user's that was imported has changed since; if one has, all of them load anew
   * when they are imported next. Does nothing unless `reload` was asked for.
   */
  refresh(): void
  /** The user's own files that were imported, absolute, in the order of their first import. */
  files(): readonly string[]
  deregister(): void
}

/** What the installation lends where the user's folder has none of its own. */
const lent: ReadonlySet<string> = new Set(['danfojs-node', 'apache-arrow'])

const missing = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT'])

type Next<Context> = (specifier: string, context?: Partial<Context>) => ResolveFnOutput

/** Registers the hooks in this process. */
export function registerResolve(options: ResolveOptions = {}): Resolver {
  const { installation: place = installation(), reload = false } = options
  const libraryUrl = pathToFileURL(place.libraryModule).href
  const lender = pathToFileURL(join(place.vendorModules, 'lender.js')).href
  /** path → time of last change when it was first imported in this generation */
  const seen = new Map<string, number>()
  let generation = 0

  function resolve(
    specifier: string,
    context: ResolveHookContext,
    next: Next<ResolveHookContext>,
  ): ResolveFnOutput {
    if (specifier === 'slipway') return next(libraryUrl, context)
    return own(resolveFurther(specifier, context, next), context)
  }

  function resolveFurther(specifier: string, context: ResolveHookContext, next: Next<ResolveHookContext>) {
    try {
      return next(specifier, context)
    } catch (error) {
      if (!missing.has(String((error as NodeJS.ErrnoException).code))) throw error
      if (lent.has(packageOf(specifier))) return next(specifier, { ...context, parentURL: lender })
      if (isRelative(specifier)) return resolveAmong(candidates(specifier), { context, next, error })
      throw error
    }
  }

  /** Notes a file of the user's, and gives it the address of its generation. */
  function own(found: ResolveFnOutput, context: ResolveHookContext): ResolveFnOutput {
    if (!found.url.startsWith('file:') || found.url.includes('/node_modules/')) return found
    const path = fileURLToPath(withoutQuery(found.url))
    if (path === place.libraryModule || isPartOf(place, path)) return found
    if (!seen.has(path)) seen.set(path, timeOfChange(path))
    const json = path.endsWith('.json') && context.importAttributes['type'] === undefined
    const attributes = json && isImport(context) ? { importAttributes: { type: 'json' } } : {}
    const url =
      generation > 0 && isImport(context) ? `${withoutQuery(found.url)}?slipway=${generation}` : found.url
    return { ...found, ...attributes, url }
  }

  const load = (url: string, context: LoadHookContext, next: NextLoad) =>
    isUserTypeScript(url, place) ? loadTypeScript(url, context, next) : next(url, context)

  const hooks = registerHooks({ resolve, load })
  return {
    refresh() {
      if (!reload) return
      const changed = [...seen].some(([path, time]) => timeOfChange(path) !== time)
      if (!changed) return
      generation += 1
      for (const path of seen.keys()) seen.set(path, timeOfChange(path))
    },
    files: () => [...seen.keys()],
    deregister: () => hooks.deregister(),
  }
}

const isImport = (context: ResolveHookContext) => context.conditions.includes('import')
const isRelative = (specifier: string) => /^(\.\.?\/|\/|file:)/.test(specifier)
const withoutQuery = (url: string) => url.replace(/[?#].*$/, '')

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

/** Whether a file is the installation's own source, which never changes under a session. */
function isPartOf({ root, packaged }: Installation, path: string): boolean {
  const parts = packaged
    ? ['dist']
    : ['library', 'language', 'engine', 'catalog', 'kernel', 'promote', 'backend']
  return parts.some(part => path.startsWith(join(root, part, '/')))
}

function timeOfChange(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** `./x` may mean `./x.ts`, and `./x.js` may be written as `./x.ts`. */
function candidates(specifier: string): string[] {
  const asTypeScript = specifier.replace(/\.(m|c)?js$/, '.$1ts')
  const added = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js']
  return [
    ...(asTypeScript === specifier ? [] : [asTypeScript]),
    ...added.map(extension => specifier + extension),
  ]
}

interface Attempt {
  readonly context: ResolveHookContext
  readonly next: Next<ResolveHookContext>
  readonly error: unknown
}

function resolveAmong(specifiers: readonly string[], { context, next, error }: Attempt): ResolveFnOutput {
  for (const specifier of specifiers) {
    try {
      return next(specifier, context)
    } catch {
      // The next one may be there; if none is, the first error is the one to tell.
    }
  }
  throw error
}

type NextLoad = (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput

function isUserTypeScript(url: string, place: Installation): boolean {
  const path = withoutQuery(url)
  if (!/^file:.*\.[mc]?ts$/.test(path) || path.includes('/node_modules/')) return false
  return !isPartOf(place, fileURLToPath(path))
}

/** Leaves to Node what Node can do: to blank types. */
function loadTypeScript(url: string, context: LoadHookContext, next: NextLoad): LoadFnOutput {
  const path = withoutQuery(url)
  const source = readFileSync(fileURLToPath(path), 'utf8')
  if (canStrip(source)) return next(url, context)
  const compiled = stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true, sourceUrl: path })
  const isCommonJs =
    path.endsWith('.cts') || (!path.endsWith('.mts') && !/^\s*(import|export)\b/m.test(source))
  return { format: isCommonJs ? 'commonjs' : 'module', source: compiled, shortCircuit: true }
}

function canStrip(source: string): boolean {
  try {
    stripTypeScriptTypes(source)
    return true
  } catch {
    return false
  }
}
