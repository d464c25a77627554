/** The packaged extension, made when the sources are newer than the package that is there. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { alone } from './cache.ts'
import { run } from './processes.ts'

const checkout = join(import.meta.dirname, '../..')
/** What a package is made of. */
const sources = [
  ...[
    'language',
    'engine',
    'catalog',
    'promote',
    'library',
    'kernel',
    'backend',
    'server',
    'client',
    'web',
    'cli',
  ],
  ...['docs', 'media', 'syntaxes', 'scripts', 'package.json', 'package-lock.json', 'webpack.config.js'],
]

/** The path of the VSIX for this platform. Takes a minute or two when it has to be made. */
export async function packagedExtension(): Promise<string> {
  return await alone('package', packageWhenOld)
}

async function packageWhenOld(): Promise<string> {
  const found = findPackage()
  if (found && found.time > Math.max(...sources.map(path => newest(join(checkout, path))))) return found.path
  await run(process.execPath, [join(checkout, 'scripts/package.ts')], { cwd: checkout })
  const made = findPackage()
  if (!made)
    throw new Error('Expected scripts/package.ts to write slipway-<platform>-<version>.vsix, got none.')
  return made.path
}

function findPackage(): { readonly path: string; readonly time: number } | undefined {
  const packages = readdirSync(checkout)
    .filter(name => /^slipway-.*\.vsix$/.test(name))
    .map(name => join(checkout, name))
    .map(path => ({ path, time: statSync(path).mtimeMs }))
  return packages.sort((a, b) => b.time - a.time)[0]
}

/** When something in it changed last; a folder changes when an entry comes or goes. */
function newest(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const inside = readdirSync(path).filter(name => name !== 'node_modules')
  return inside.reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs)
}
