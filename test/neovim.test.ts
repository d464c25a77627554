/** The configurations that docs/editors.md gives for Neovim, in Neovim. */
import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { files, model } from '../server/testing/flights.ts'
import { prepareNeovim } from './support/neovim.ts'
import { run } from './support/processes.ts'

const checkout = path.join(import.meta.dirname, '..')
const neovim = await prepareNeovim()

interface Seen {
  readonly error?: string
  readonly filetype: string
  readonly name: string
  readonly root: string
  readonly encoding: string
  readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly row: number }[]
  readonly fixed: string
  readonly hover: { readonly contents: { readonly value: string } }
  readonly suggestions: readonly string[]
  readonly renamed: number
  readonly formatted: string
  readonly colour: string
}

/** The blocks of Lua under the heading of Neovim. */
async function configurations(): Promise<readonly string[]> {
  const page = await readFile(path.join(checkout, 'docs/editors.md'), 'utf8')
  const section = /^## Neovim$([^]*?)^## /m.exec(page)![1]!
  return [...section.matchAll(/^```lua\n([^]*?)^```$/gm)].map(([, block]) => block!)
}

for (const [i, configuration] of (await configurations()).entries())
  test(
    `Neovim works as configuration ${i + 1} says`,
    { skip: neovim ? false : 'no Neovim', timeout: 300_000 },
    async t => {
      const root = await realpath(await mkdtemp(path.join(tmpdir(), 'slipway-neovim-')))
      t.after(() => rm(root, { recursive: true, force: true, maxRetries: 10 }))
      const seen = await drive(root, configuration)
      assert.equal(seen.error, undefined)
      assert.deepEqual(
        [seen.filetype, seen.name, seen.root],
        ['slipway', 'slipway', path.join(root, 'project')],
      )
      assert.deepEqual(
        seen.diagnostics.map(({ code, row }) => [code, row]),
        [['SLIP102', 6]],
      )
      assert.match(seen.fixed, /log1p\(distance\)/)
      assert.match(seen.hover.contents.value, /distance/)
      assert.ok(seen.suggestions.includes('distance'))
      assert.equal(seen.renamed, 2)
      assert.equal(seen.formatted, '  label late = delay > 15')
      assert.equal(seen.colour, 'class')
    },
  )

/** Lets Neovim do what test/neovim/drive.lua says, and gives what it saw. */
async function drive(root: string, configuration: string): Promise<Seen> {
  const write = async (file: string, text: string): Promise<string> => {
    const target = path.join(root, file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
    return target
  }
  for (const [file, text] of Object.entries(files)) await write(`project/${file}`, text)
  await write('project/slipway.json', '{ "language": 1 }')
  await write('project/late.slip', model.replace('distance)', 'distnce)'))
  const init = await write('init.lua', configuration)
  const main = path.join(checkout, 'cli/main.ts')
  const command = await write('bin/slipway', `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`)
  await chmod(command, 0o755)
  const output = path.join(root, 'seen.json')
  const env = {
    ...process.env,
    PATH: `${path.dirname(command)}${path.delimiter}${process.env['PATH']}`,
    HOME: root,
    XDG_STATE_HOME: root,
    SLIPWAY_SEEN: output,
  }
  const script = path.join(checkout, 'test/neovim/drive.lua')
  const args = ['--headless', '--clean', '-u', init, '-c', `luafile ${script}`]
  await run(neovim!, args, { cwd: path.join(root, 'project'), env })
  return JSON.parse(await readFile(output, 'utf8')) as Seen
}
