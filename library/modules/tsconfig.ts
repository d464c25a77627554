/** What the tsconfig.json above a file says of how it is to be run: `paths` and decorators. Read when it changes. */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { TsConfigResult } from 'get-tsconfig'
import { installation } from '../installation.ts'

type Reader = typeof import('get-tsconfig')

export interface CompilerOptions {
  readonly experimentalDecorators?: boolean
  readonly emitDecoratorMetadata?: boolean
  readonly jsx?: string
  readonly jsxFactory?: string
  readonly jsxImportSource?: string
}

export interface TsConfigs {
  /** Empty where there is no tsconfig.json. */
  options(path: string): CompilerOptions
  /** The files that `paths` and `baseUrl` say a specifier may mean, best first; absolute, without extension maybe. */
  paths(specifier: string, path: string): readonly string[]
  /** Looks again which files there are. */
  refresh(): void
}

interface Known {
  readonly options: CompilerOptions
  match(specifier: string): readonly string[]
  readonly time: number
}

const none: Known = { options: {}, match: () => [], time: 0 }

export function createTsConfigs(): TsConfigs {
  /** folder → the file that holds for it */
  const nearest = new Map<string, string | undefined>()
  const configs = new Map<string, Known>()

  function find(folder: string): string | undefined {
    if (nearest.has(folder)) return nearest.get(folder)
    const file = join(folder, 'tsconfig.json')
    const parent = dirname(folder)
    const found = existsSync(file) ? file : parent === folder ? undefined : find(parent)
    nearest.set(folder, found)
    return found
  }

  function configOf(path: string): Known {
    const file = find(dirname(path))
    if (file === undefined) return none
    const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const known = configs.get(file)
    if (known?.time === time) return known
    const read = { ...readConfig(file), time }
    configs.set(file, read)
    return read
  }

  return {
    options: path => configOf(path).options,
    paths: (specifier, path) => configOf(path).match(specifier),
    refresh: () => nearest.clear(),
  }
}

/** One that cannot be read says nothing; the editor says what is wrong with it. */
function readConfig(path: string): Omit<Known, 'time'> {
  try {
    const reader = createRequire(join(installation().vendorModules, 'lender.js'))('get-tsconfig') as Reader
    const result: TsConfigResult = {
      path,
      config: reader.parseTsconfig(path),
      sources: [path],
    } as TsConfigResult
    return {
      options: (result.config.compilerOptions ?? {}) as CompilerOptions,
      match: reader.createPathsMatcher(result) ?? none.match,
    }
  } catch {
    return none
  }
}
