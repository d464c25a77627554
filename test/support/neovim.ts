/** A Neovim for the system tests, of a fixed version, kept outside the checkout. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached } from './cache.ts'
import { run } from './processes.ts'
import { findProgram } from './system-packages.ts'

const requirements = path.join(import.meta.dirname, '../neovim/requirements.txt')

/**
 * The path of `nvim`, installed when it is not there. Undefined, after one sentence on the console, when it cannot be
 * had; where `CI` is set, that throws.
 */
export async function prepareNeovim(): Promise<string | undefined> {
  const sentence = `The tests in Neovim need ${readFileSync(requirements, 'utf8').trim()}, for which Python 3 with venv is needed (Debian: apt-get install python3-venv).`
  try {
    const python = findProgram(['python3', 'python'])
    if (python === undefined) throw new Error(sentence)
    const folder = await cached({ name: 'neovim', lockfile: requirements }, target => install(python, target))
    return path.join(folder, 'bin/nvim')
  } catch (error) {
    if (process.env['CI']) throw error
    console.log(`${sentence} They are skipped.`)
    return undefined
  }
}

async function install(python: string, folder: string): Promise<void> {
  await run(python, ['-m', 'venv', folder])
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  await run(path.join(folder, 'bin/python'), pip)
}
