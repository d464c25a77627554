/**
 * `.cache/types`: the declarations of `slipway` and of the kernel's globals, emitted from the source. The kernel's
 * TypeScript service reads them instead of the source with all that it imports; packaging copies them.
 *
 *     node scripts/types.ts
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { newestSource } from '../kernel/language/types-folder.ts'

const entries = ['library/index.ts', 'kernel/display/api.ts']

/** Emits them unless they are there as the source says. Resolves with the folder. @throws when tsc cannot emit them */
export async function emitTypes(root: string): Promise<string> {
  const folder = join(root, '.cache/types')
  const stamp = join(folder, 'stamp')
  const newest = String(newestSource(root))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === newest) return folder
  const fresh = `${folder}.${process.pid}`
  const config = join(root, `.cache/types-${process.pid}.json`)
  mkdirSync(fresh, { recursive: true })
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      // Whether the source is right is found out by `npm run check`.
      noCheck: true,
      stripInternal: true,
      rootDir: root,
      outDir: fresh,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [],
    files: entries.map(file => join(root, file)),
  }
  writeFileSync(config, JSON.stringify(settings))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    await promisify(execFile)(process.execPath, [tsc, '-p', config])
    dropUnreachable(fresh, entries)
    writeFileSync(join(fresh, 'stamp'), newest)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return folder
  } catch (cause) {
    const { stdout } = cause as { stdout?: string }
    throw new Error(`Expected tsc to emit the declarations of library/, but:\n${stdout ?? String(cause)}`, {
      cause,
    })
  } finally {
    rmSync(config, { force: true })
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** tsc emits the declarations of all that it reads; two thirds of them are only needed by code. */
function dropUnreachable(folder: string, entries: readonly string[]): void {
  const kept = new Set<string>()
  const keep = (source: string): void => {
    const file = join(folder, source.replace(/\.ts$/, '.d.ts'))
    if (kept.has(file) || !existsSync(file)) return
    kept.add(file)
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import\(?)\s*["'](\.[^"']*)["']/g,
    ))
      keep(join(dirname(source), specifier!))
  }
  entries.forEach(keep)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name)
    if (file.endsWith('.d.ts') && !kept.has(file)) rmSync(file)
  }
}

if (import.meta.main) await emitTypes(join(import.meta.dirname, '..'))
