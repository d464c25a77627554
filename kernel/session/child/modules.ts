/** Imports of cells: resolved from the notebook's folder by Node's own loader, names bound into the scope. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import type { Resolver } from '../../../library/resolve.ts'
import type { Builtins } from './builtins.ts'
import type { Scope } from './scope.ts'
import { importingFile } from './sources.ts'

type Namespace = Readonly<Record<string, unknown>>
export type Bindings = readonly (readonly [imported: string, local: string])[]

export interface Modules {
  /** What `import()` is in a cell. */
  import(specifier: unknown, options?: object): Promise<Namespace>
  /** What `import … from` is in a cell. */
  bind(specifier: string, bindings: Bindings, options?: object): Promise<void>
  readonly require: NodeJS.Require
  /** What `import.meta` is in a cell. */
  readonly meta: object
}

export function createModules(
  folder: string,
  { scope, resolver, builtins }: { scope: Scope; resolver: Resolver; builtins: Builtins },
): Modules {
  const file = join(folder, importingFile)
  const load = new vm.Script('(specifier, options) => import(specifier, options)', {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (specifier: unknown, options?: object) => Promise<Namespace>
  const require = requireFrom(file, resolver, builtins)

  async function importModule(specifier: unknown, options?: object): Promise<Namespace> {
    builtins.load(specifier)
    return await resolver.fresh(() => load(specifier, options))
  }

  return {
    import: importModule,
    async bind(specifier, bindings, options) {
      const namespace = await importModule(specifier, options)
      for (const [imported, local] of bindings) bindName({ namespace, specifier, imported, local, scope })
    },
    require,
    meta: {
      url: pathToFileURL(file).href,
      filename: file,
      dirname: folder,
      main: true,
      resolve: (specifier: string) => resolver.find(specifier, pathToFileURL(file).href),
    },
  }
}

/** `require` of a cell, which loads changed files anew. */
function requireFrom(file: string, resolver: Resolver, builtins: Builtins): NodeJS.Require {
  const original = createRequire(file)
  const require = (specifier: string) => {
    builtins.load(specifier)
    return resolver.fresh(() => original(specifier) as unknown)
  }
  return Object.assign(require, {
    resolve: original.resolve,
    cache: original.cache,
    main: original.main,
    extensions: (original as { extensions?: unknown }).extensions,
  }) as NodeJS.Require
}

interface Binding {
  readonly namespace: Namespace
  readonly specifier: string
  readonly imported: string
  readonly local: string
  readonly scope: Scope
}

function bindName({ namespace, specifier, imported, local, scope }: Binding): void {
  const isLocal = /^(\.|\/|file:)/.test(specifier)
  if (imported === '*') return scope.bind(local, { value: namespace })
  if (imported in namespace) {
    // The user's own modules may change what they export.
    return scope.bind(local, isLocal ? { get: () => namespace[imported] } : { value: namespace[imported] })
  }
  const exports = commonJsExports(namespace)
  if (exports && imported in exports) return scope.bind(local, { value: exports[imported] })
  // It may be a type, which nothing will ever read.
  scope.bind(local, {
    get() {
      throw new SyntaxError(`The module '${specifier}' does not provide an export named '${imported}'.`)
    },
  })
}

/** What a CommonJS module exports, of which Node names only what it finds without running it. */
function commonJsExports(namespace: Namespace): Namespace | undefined {
  const exports = namespace['module.exports'] ?? namespace['default']
  return (typeof exports === 'object' || typeof exports === 'function') && exports !== null
    ? (exports as Namespace)
    : undefined
}
