/**
 * Where the parts of this installation lie, in a checkout and in the packaged extension.
 *
 * In a checkout every process runs from its TypeScript source. Packaged, webpack writes one CommonJS file per
 * process into `dist/`, defines `SLIPWAY_PACKAGED` and puts `__dirname` in the place of `import.meta.dirname`.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Defined by webpack; absent in a checkout. */
declare const SLIPWAY_PACKAGED: boolean | undefined

/** A process, or an entry that one starts. */
export type EntryName = 'kernel' | 'kernel-child' | 'backend' | 'server' | 'step' | 'cli'

export interface Installation {
  /** The checkout, or the folder that holds the packaged `dist/`. */
  readonly root: string
  readonly packaged: boolean
  /** The Node that runs this process; the other processes run on the same. */
  readonly node: string
  /** What stands before the entry in every process's arguments. */
  readonly nodeArgs: readonly string[]
  /**
   * To be added to the environment of a started process: where compiled code is kept, so that the next start need
   * not compile it again; and an Electron must be told to be Node.
   */
  readonly env: Readonly<Record<string, string>>
  /** The arguments after `node` that start an entry: `spawn(node, [...entry('step'), request])`. */
  entry(name: EntryName): string[]
  /** A folder whose `node_modules` holds what cells and steps may import (danfo, Arrow; packaged also `slipway`). */
  readonly vendorModules: string
  /** The module that `import … from 'slipway'` loads. */
  readonly libraryModule: string
  /** The file with the types of `slipway`: the same module in a checkout, a declaration file when packaged. */
  readonly libraryTypes: string
}

const sources: Readonly<Record<EntryName, string>> = {
  kernel: 'kernel/main.ts',
  'kernel-child': 'kernel/session/child-main.ts',
  backend: 'backend/main.ts',
  server: 'server/main.ts',
  step: 'library/steps/step-main.ts',
  cli: 'cli/main.ts',
}

/** The warnings are about `node:sqlite` and, on older Nodes, type stripping: nothing a user could act on. */
const nodeArgs = ['--disable-warning=ExperimentalWarning']

/** Where things lie. Cheap; does not look whether they are there. */
export function installation(): Installation {
  const packaged = typeof SLIPWAY_PACKAGED !== 'undefined' && SLIPWAY_PACKAGED
  const root = packaged ? packagedRoot(import.meta.dirname) : join(import.meta.dirname, '..')
  const vendorModules = packaged ? join(root, 'dist/vendor') : root
  const library = join(vendorModules, packaged ? 'node_modules/slipway' : 'library')
  return {
    root,
    packaged,
    node: process.execPath,
    nodeArgs,
    env: {
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compileCacheFolder(),
      ...(process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
    },
    entry: name => [...nodeArgs, join(root, packaged ? `dist/${name}.cjs` : sources[name])],
    vendorModules,
    libraryModule: join(library, packaged ? 'index.cjs' : 'index.ts'),
    libraryTypes: packaged ? join(vendorModules, 'types/library/index.d.ts') : join(library, 'index.ts'),
  }
}

/**
 * Where this user's Node keeps the compiled code of this installation: a folder that outlives updates and is never
 * in the installation, which may not be writable. Node names what it keeps by version and file, and does without
 * when the folder cannot be written.
 */
export function compileCacheFolder(): string {
  const { LOCALAPPDATA: local, XDG_CACHE_HOME: cacheHome } = process.env
  if (process.platform === 'win32')
    return join(local || join(homedir(), 'AppData', 'Local'), 'slipway', 'Cache', 'compiled')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'slipway', 'compiled')
  return join(cacheHome || join(homedir(), '.cache'), 'slipway', 'compiled')
}

/** A bundle may lie in `dist/` itself or, as the library does, deeper in its vendor folder. */
function packagedRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'dist/cli.cjs'))) return folder
  return dirname(start)
}
