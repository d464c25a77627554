/** Which packages a pipeline rests on: their versions, the content that npm fixed, and what they depend on. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installation } from '../../library/installation.ts'

export interface PackageJson {
  readonly version?: string
  readonly types?: string
  readonly typings?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

export interface FoundPackage {
  readonly folder: string
  readonly json: PackageJson
}

export interface LockedPackage {
  readonly version: string
  /** Of package-lock.json, where there is one. */
  readonly integrity?: string
  /** SHA-256 over names and versions of all that it depends on. */
  readonly dependencies?: string
}

/**
 * A package as cells find it: in the notebook's folder or above it, else in this installation, whose own version then
 * says what it depends on. `slipway` is part of the installation.
 */
export function lockedPackage(folder: string, name: string): LockedPackage | undefined {
  const { root, vendorModules } = installation()
  if (name === 'slipway') return { version: readJson(join(root, 'package.json'))?.version ?? 'unknown' }
  const own = findPackage(folder, name)
  const found = own ?? findPackage(vendorModules, name)
  const version = found?.json.version
  if (version === undefined) return undefined
  if (!own) return { version }
  const integrity = integrityOf(own)
  const dependencies = dependenciesOf(own)
  return {
    version,
    ...(integrity === undefined ? {} : { integrity }),
    ...(dependencies === undefined ? {} : { dependencies }),
  }
}

export function findPackage(from: string, name: string): FoundPackage | undefined {
  const lookups = createRequire(join(from, 'from.js')).resolve.paths(name) ?? []
  for (const modules of lookups) {
    const file = join(modules, name, 'package.json')
    const json = readJson(file)
    if (json) return { folder: dirname(file), json }
  }
  return undefined
}

function integrityOf({ folder }: FoundPackage): string | undefined {
  const at = folder.replaceAll('\\', '/').indexOf('/node_modules/')
  const file = at < 0 ? undefined : join(folder.slice(0, at), 'package-lock.json')
  if (file === undefined || !existsSync(file)) return undefined
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages?: Readonly<Record<string, { readonly integrity?: string }>>
  }
  return packages?.[folder.slice(at + 1).replaceAll('\\', '/')]?.integrity
}

/** Optional dependencies differ from platform to platform: they are left out. */
function dependenciesOf(start: FoundPackage): string | undefined {
  const found = new Map<string, FoundPackage>()
  const work = [start]
  for (const { folder, json } of work)
    for (const name of Object.keys(json.dependencies ?? {})) {
      const each = findPackage(folder, name)
      if (!each || found.has(each.folder)) continue
      found.set(each.folder, each)
      work.push(each)
    }
  if (found.size === 0) return undefined
  const names = [...found.values()].map(({ folder, json }) => `${nameOf(folder)}@${json.version ?? ''}`)
  return createHash('sha256')
    .update([...new Set(names)].sort().join('\n'))
    .digest('hex')
}

function nameOf(folder: string): string {
  return folder.replaceAll('\\', '/').split('/node_modules/').at(-1) ?? folder
}

function readJson(file: string): PackageJson | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PackageJson) : undefined
}
