/** Programs and libraries of the operating system that a system test needs: installed by apt when that may be. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { alone } from './cache.ts'
import { run } from './processes.ts'

export interface SystemPackage {
  readonly name: string
  /** Whether what it brings is there already, however it came. */
  present(): boolean
}

/** The path of a program in PATH. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return names.flatMap(name => folders.map(folder => path.join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Installs what is missing, or fails with one sentence that says what to install. */
export async function ensureSystemPackages(packages: readonly SystemPackage[]): Promise<void> {
  const missing = packages.filter(p => !p.present()).map(p => p.name)
  if (missing.length === 0) return
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`
  const apt = findProgram(['apt-get'])
  if (apt === undefined || process.getuid?.() !== 0) {
    throw new Error(
      `The tests in VS Code need ${missing.join(', ')}: install them first (on Debian: ${command}).`,
    )
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await alone('apt', async () => {
    const names = packages.filter(p => !p.present()).map(p => p.name)
    if (names.length === 0) return
    await run(apt, ['update'], { env })
    await run(apt, ['install', '--yes', '--no-install-recommends', ...names], { env })
  })
}
