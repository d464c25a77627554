/** `slipway link`: lets the programs of a folder import `slipway`, as cells do. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installation } from '../../library/installation.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'

export const addLink: AddCommand = (program, run) => {
  program
    .command('link [folder]')
    .description("let plain Node programs of a folder import 'slipway', with its types")
    .action(run(link))
}

/** Marks a package as one that this command wrote. */
const mark = 'Made by `slipway link`: leads to the installed Slipway.'

async function link({ path, output }: CommandContext, folder = '.'): Promise<void> {
  const { libraryModule, libraryTypes, root } = installation()
  const target = path(join(folder, 'node_modules', 'slipway'))
  const manifest = join(target, 'package.json')
  if (existsSync(target) && !(existsSync(manifest) && readFileSync(manifest, 'utf8').includes(mark)))
    throw new CliError(
      'CLI003',
      `Expected to make ${target}, but it is there already and is something else. Remove it first.`,
    )
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const exports = {
    '.': { types: './index.d.ts', default: './index.js' },
    './package.json': './package.json',
  }
  const from = (file: string) => JSON.stringify(file)
  mkdirSync(target, { recursive: true })
  writeFileSync(
    manifest,
    `${JSON.stringify({ name: 'slipway', version, description: mark, type: 'module', exports }, null, 2)}\n`,
  )
  writeFileSync(join(target, 'index.js'), `export * from ${from(pathToFileURL(libraryModule).href)}\n`)
  writeFileSync(join(target, 'index.d.ts'), `export * from ${from(libraryTypes.replaceAll('\\', '/'))}\n`)
  output.document({ folder: target, version })
  output.text(
    `Programs in ${path(folder)} may now import from 'slipway'. Run this again after an update of Slipway.`,
  )
}
