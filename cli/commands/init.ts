/** `slipway init`: a small project that works, with data, a model and a notebook. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { starterFiles } from '../starter/files.ts'

/** What a newcomer does now; the README of the new project says more. */
function nextSteps(folder: string): string {
  const go = folder === '.' ? '' : `\`cd ${folder}\`, `
  return `Next: ${go}\`slipway check\`, \`slipway test\`, then \`slipway run explore.ipynb\`. README.md says more.`
}

export const addInit: AddCommand = (program, run) => {
  program
    .command('init')
    .argument('[folder]', 'where; by default here', '.')
    .option('--bare', 'only slipway.json')
    .description('make a folder a project, with a small model and notebook to start from')
    .action(
      run(async (context, given: string, options: { bare?: boolean }) => {
        const folder = context.path(given)
        const files = Object.entries(starterFiles()).filter(
          ([path]) => !options.bare || path === 'slipway.json',
        )
        const taken = files.filter(([path]) => existsSync(join(folder, path))).map(([path]) => path)
        if (taken.length)
          throw new CliError('CLI003', `${folder} already has ${taken.join(', ')}. Nothing was written.`)
        for (const [path, text] of files) {
          mkdirSync(join(folder, path, '..'), { recursive: true })
          writeFileSync(join(folder, path), text)
        }
        context.output.document({ folder, files: files.map(([path]) => path) })
        context.output.text(`Made ${basename(folder)} a project:`)
        for (const [path] of files) context.output.text(`  ${path}`)
        if (!options.bare) context.output.text(`\n${nextSteps(given)}`)
      }),
    )
}
