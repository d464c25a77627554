/**
 * `dist/vendor/node_modules`: the packages that bundles, cells and steps load by name at run time.
 *
 * Native packages come with this platform's binaries only; TypeScript with the library files its checker reads;
 * danfo, Arrow, Observable Plot and its light document as one file each (webpack.config.js writes them) with their declarations; `slipway` as the library
 * bundle with emitted declarations.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import type { Compilation, Compiler } from 'webpack'
import { emitTypes } from './types.ts'

/** Packages that are never bundled: native ones, and those that cells must be able to import as the same instance. */
const external = [
  '@duckdb/node-api',
  'zeromq',
  'onnxruntime-node',
  'typescript',
  'danfojs-node',
  'apache-arrow',
]

const platform = `${process.platform}-${process.arch}`

/** package -> the files of it that are needed, by path inside the package */
const copied: Readonly<Record<string, (path: string) => boolean>> = {
  '@duckdb/node-api': path => !path.endsWith('.map'),
  '@duckdb/node-bindings': () => true,
  [`@duckdb/node-bindings-${platform}`]: () => true,
  zeromq: path =>
    /^(package\.json|LICENSE|lib\/.*\.js$|build\/manifest\.json)/.test(path) ||
    new RegExp(`^build/${process.platform}/${process.arch}/node/(glibc|musl|libc|msvc)-`).test(path),
  'cmake-ts': path => /^(package\.json|LICENSE|build\/loader)/.test(path) && !path.endsWith('.map'),
  'onnxruntime-node': path =>
    /^(package\.json|LICENSE|dist\/.*\.js$)/.test(path) ||
    new RegExp(`^bin/napi-v\\d+/${process.platform}/${process.arch}/`).test(path),
  'onnxruntime-common': path => /^(package\.json|dist\/cjs\/.*(\.js|package\.json)$)/.test(path),
  typescript: path => /^(package\.json|LICENSE|lib\/typescript\.(js|d\.ts)$|lib\/lib\..*\.d\.ts$)/.test(path),
  'get-tsconfig': path => /^(package\.json|LICENSE|dist\/.*\.cjs)$/.test(path),
  'resolve-pkg-maps': path => /^(package\.json|LICENSE|dist\/.*\.cjs)$/.test(path),
  '@types/node': path => /(\.d\.ts|package\.json|LICENSE)$/.test(path),
  'undici-types': path => /(\.d\.ts|package\.json|LICENSE)$/.test(path),
  'danfojs-node': path => path.endsWith('.d.ts') || path === 'LICENSE',
  'apache-arrow': path => path.endsWith('.d.ts') || path.startsWith('LICENSE') || path.startsWith('NOTICE'),
  '@observablehq/plot': path => /^(LICENSE|src\/.*\.d\.ts$)/.test(path),
  linkedom: path => path === 'LICENSE',
}

/** What cells import under a package's name, and where its declarations begin. */
const bundled = {
  'danfojs-node': 'dist/danfojs-node/src/index.d.ts',
  'apache-arrow': 'Arrow.node.d.ts',
  '@observablehq/plot': 'src/index.d.ts',
  linkedom: 'types/cjs/index.d.ts',
} as const

type ExternalCallback = (error?: null, result?: string) => void

export const vendored = {
  /** A webpack external: a vendored package is required from where `VendorPlugin` lays it, relative to `dist`. */
  external({ request }: { readonly request?: string }, callback: ExternalCallback): void {
    const name = external.find(name => request === name || request?.startsWith(`${name}/`))
    if (name === undefined) return callback()
    callback(null, `commonjs ./vendor/node_modules/${request}`)
  },
}

/** Lays the vendored packages and `slipway` beside the bundles after these were written. */
export class VendorPlugin {
  readonly #folders: Folders

  constructor(folders: Folders) {
    this.#folders = folders
  }

  apply(compiler: Compiler): void {
    compiler.hooks.afterEmit.tapPromise('VendorPlugin', async compilation => {
      copyPackages(this.#folders)
      const names = exportsOf(compilation, 'library')
      if (names.length) await writeSlipway(this.#folders, names)
    })
  }
}

/** Gives every bundled package the entry that Node's ESM loader can read the names of. */
export class PackageEntryPlugin {
  apply(compiler: Compiler): void {
    compiler.hooks.afterEmit.tap('PackageEntryPlugin', compilation => {
      for (const entry of compilation.entries.keys()) {
        const folder = join(compiler.outputPath, entry)
        if (!compilation.emittedAssets.has(`${entry}/bundle.cjs`) && existsSync(join(folder, 'index.cjs')))
          continue
        const names = Object.keys(createRequire(import.meta.url)(join(folder, 'bundle.cjs')) as object)
        writeFileSync(join(folder, 'index.cjs'), entryText('./bundle.cjs', names))
      }
    })
  }
}

/** The names that an entry of a compilation exports. */
function exportsOf(compilation: Compilation, entry: string): readonly string[] {
  const dependency = compilation.entries.get(entry)?.dependencies[0]
  const module = dependency && compilation.moduleGraph.getModule(dependency)
  const names = module && compilation.moduleGraph.getExportsInfo(module).getProvidedExports()
  return Array.isArray(names)
    ? names.filter(name => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
    : []
}

/**
 * A CommonJS module that hands on another. Node finds the names of a CommonJS module by reading it; in a bundle it
 * would find those of every module inside, so they stand here in a form that it reads and never runs.
 */
function entryText(bundle: string, names: readonly string[]): string {
  return `const bundle = require('${bundle}')\nmodule.exports = bundle\n0 && (module.exports = { ${names.join(', ')} })\n`
}

interface Folders {
  readonly root: string
  readonly dist: string
}

function copyPackages({ root, dist }: Folders): void {
  const to = join(dist, 'vendor/node_modules')
  const stampFile = join(dist, 'vendor/stamp')
  const stamp = stampOf(root)
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  for (const [name, wanted] of Object.entries(copied)) {
    const from = packageFolder(root, name)
    // What is bundled may have been written before: the compilations run side by side.
    if (!(name in bundled)) rmSync(join(to, name), { recursive: true, force: true })
    cpSync(from, join(to, name), {
      recursive: true,
      dereference: true,
      filter: path => isWanted(relative(from, path).split(sep).join('/'), path, wanted),
    })
  }
  for (const [name, types] of Object.entries(bundled)) writeManifest(root, to, name, types)
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
}

/** Folders are entered, nested dependencies are not. */
function isWanted(inside: string, path: string, wanted: (path: string) => boolean): boolean {
  if (inside === '') return true
  if (inside.split('/').includes('node_modules')) return false
  return statSync(path).isDirectory() || wanted(inside)
}

/** Where npm put a package: at the top, or under the one package that needs it. */
function packageFolder(root: string, name: string): string {
  const places = [join(root, 'node_modules', name), join(root, 'node_modules/zeromq/node_modules', name)]
  const found = places.find(existsSync)
  if (found === undefined)
    throw new Error(`${name} is not installed for ${platform}; run npm ci on this machine`)
  return found
}

function writeManifest(root: string, to: string, name: string, types: string): void {
  const { version, license } = JSON.parse(
    readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'),
  )
  const manifest = { name, version, license, type: 'commonjs', main: 'index.cjs', types }
  mkdirSync(join(to, name), { recursive: true })
  writeFileSync(join(to, name, 'package.json'), JSON.stringify(manifest, null, 2))
}

/** Changes when a version or this list does. */
function stampOf(root: string): string {
  const versions = Object.keys(copied).map(
    name =>
      JSON.parse(readFileSync(join(packageFolder(root, name), 'package.json'), 'utf8')).version as string,
  )
  const text = JSON.stringify([platform, versions, readFileSync(import.meta.filename, 'utf8')])
  return createHash('sha256').update(text).digest('hex')
}

/**
 * The package `slipway` as cells see it. Its code is the library bundle itself, so that a process that has loaded
 * the library by another entry shares the instance; its declarations are emitted from the source.
 */
async function writeSlipway({ root, dist }: Folders, names: readonly string[]): Promise<void> {
  const to = join(dist, 'vendor/node_modules/slipway')
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const types = 'index.d.ts'
  const manifest = {
    name: 'slipway',
    version,
    license,
    type: 'commonjs',
    main: 'index.cjs',
    types,
    exports: { '.': { types: `./${types}`, default: './index.cjs' }, './package.json': './package.json' },
  }
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, 'package.json'), JSON.stringify(manifest, null, 2))
  writeFileSync(join(to, 'index.cjs'), entryText('../../../library.cjs', names))
  writeFileSync(join(to, types), `export * from '../../types/library/index.d.ts'\n`)
  // Not in node_modules: TypeScript offers no imports of what lies in one that is not above the importing file.
  const emitted = join(dist, 'vendor/types')
  rmSync(emitted, { recursive: true, force: true })
  cpSync(await emitTypes(root), emitted, { recursive: true })
}
