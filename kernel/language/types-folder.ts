/**
 * Where the declarations of `slipway` and of the cells' globals lie. Packaged they were emitted with the bundles; in a
 * checkout they are emitted into `.cache/types` (scripts/types.ts). Where nobody did that yet, the source itself
 * serves, with several times the memory, and they are emitted meanwhile.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { installation } from '../../library/installation.ts'

export interface TypesFolder {
  /** The file with the types of `slipway`. */
  readonly library: string
  /** The file with the type `Display`. */
  readonly display: string
}

export function findTypes(): TypesFolder {
  const { root, packaged, vendorModules } = installation()
  if (packaged) return inFolder(join(vendorModules, 'types'))
  const folder = join(root, '.cache/types')
  const stamp = join(folder, 'stamp')
  const emitted = existsSync(stamp)
  if (!emitted || readFileSync(stamp, 'utf8') !== String(newestSource(root))) emitMeanwhile(root)
  return emitted
    ? inFolder(folder)
    : { library: join(root, 'library/index.ts'), display: join(root, 'kernel/display/api.ts') }
}

function inFolder(folder: string): TypesFolder {
  return { library: join(folder, 'library/index.d.ts'), display: join(folder, 'kernel/display/api.d.ts') }
}

/** When a source that the types come from changed last, in milliseconds. */
export function newestSource(root: string): number {
  const folders = ['library', 'kernel/display'].map(folder => join(root, folder))
  const files = folders.flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(name => join(folder, name)),
  )
  return Math.max(...files.map(file => Math.floor(statSync(file).mtimeMs)))
}

function emitMeanwhile(root: string): void {
  const script = join(root, 'scripts/types.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    cwd: root,
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => undefined) // The source serves.
  child.unref()
}
