/** `%install package[@range] …`: npm, into the notebook's folder, with a progress bar. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { escapeHtml } from '../../library/display/html.ts'
import { progressBundle } from '../../library/progress/reporter.ts'
import { words } from './arguments.ts'
import { MagicError, type MagicContext, type MagicRunner } from './context.ts'
import { explainNpmFailure, readNpmFailure } from './npm-error.ts'
import { createNpmProgress } from './npm-progress.ts'
import { runNpm } from './npm.ts'

const intervalMs = 100
/** Options whose value is the next word. */
const valued = /^--(?:registry|tag|before|cache|omit|include|fetch-[\w-]+|(?:https-)?proxy|userconfig)$/
/** Somebody waits: without a network npm would try for more than a minute. */
const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=3000']
/** What would put packages where cells do not look. */
const refused = new Set(['-g', '--global', '--location', '--prefix'])

export const install: MagicRunner = async ({ argument }, context) => {
  const { packages, options } = readArguments(argument)
  const { folder, created } = await packageFolder(context.folder)
  const place = relative(context.folder, folder) || '.'
  if (created) context.print(`package.json was created: it remembers what the notebook needs.\n`)
  const before = await versions(folder)
  const bar = createBar(context)
  const log: string[] = []
  const progress = createNpmProgress()
  try {
    const args = ['install', ...patience, ...options, ...packages.map(atFolder(context.folder))]
    const { code, stdout } = await runNpm(
      [...args, '--json', '--loglevel', 'silly', '--no-audit', '--no-fund', '--no-update-notifier'],
      {
        cwd: folder,
        signal: context.signal,
        onLine(line) {
          if (/^npm (?:error|ERR!|warn)/.test(line)) log.push(line)
          const state = progress.read(line)
          if (state) bar.show(state)
        },
      },
    )
    if (context.signal.aborted) {
      bar.end('Interrupted: what was there before is as it was.')
      return undefined
    }
    if (code !== 0) throw new MagicError('KERNEL033', explainNpmFailure(readNpmFailure(stdout, log)))
  } catch (error) {
    bar.end('Nothing was installed.')
    throw error
  }
  const after = await versions(folder)
  bar.end(await summary({ folder, place, packages, before, after }))
  context.language.packagesChanged()
  return undefined
}

/** @throws {MagicError} KERNEL031 */
export function readArguments(argument: string): {
  readonly packages: readonly string[]
  readonly options: readonly string[]
} {
  const packages: string[] = []
  const options: string[] = []
  const all = words(argument.replace(/\s\/\/\s.*$/, ''))
  for (let i = 0; i < all.length; i++) {
    const word = all[i]!
    if (refused.has(word.split('=')[0]!))
      throw new MagicError(
        'KERNEL031',
        `Expected packages for the notebook's folder, got ${word}, which is for another place.`,
      )
    if (word.startsWith('-')) {
      options.push(word)
      if (valued.test(word) && all[i + 1] !== undefined) options.push(all[++i]!)
    } else packages.push(word.replace(/^npm:(?=[@a-z])/i, ''))
  }
  if (packages.length === 0 && options.length > 0)
    throw new MagicError('KERNEL031', 'Expected the name of a package: %install lodash-es.')
  return { packages, options }
}

/** A folder or archive is named from the notebook's folder, wherever package.json lies. */
const atFolder = (folder: string) => (spec: string) => {
  const file = /^(?:(.*@)?file:)?(\.{1,2}\/.*|\.{1,2})$/.exec(spec)
  return file ? `${file[1] ?? ''}file:${resolve(folder, file[2]!)}` : spec
}

/** The nearest folder that has a package.json, up to the project's; else the notebook's, which gets one. */
async function packageFolder(start: string): Promise<{ readonly folder: string; readonly created: boolean }> {
  for (
    let folder = resolve(start);
    folder !== dirname(folder) && folder !== homedir();
    folder = dirname(folder)
  ) {
    if (existsSync(join(folder, 'package.json'))) return { folder, created: false }
    if (existsSync(join(folder, 'slipway.json'))) break
  }
  await writeFile(join(start, 'package.json'), '{\n  "private": true\n}\n', { flag: 'wx' })
  return { folder: start, created: true }
}

interface Package {
  readonly version: string
  readonly hasTypes: boolean
}

/** What package.json names and is there, by name. */
async function versions(folder: string): Promise<ReadonlyMap<string, Package>> {
  const { dependencies = {}, devDependencies = {} } = (await readJson(join(folder, 'package.json'))) as {
    readonly dependencies?: Record<string, string>
    readonly devDependencies?: Record<string, string>
  }
  const names = Object.keys({ ...dependencies, ...devDependencies })
  const found = await Promise.all(
    names.map(async (name): Promise<readonly [string, Package][]> => {
      const path = join(folder, 'node_modules', name)
      const manifest = (await readJson(join(path, 'package.json'))) as { version?: string }
      if (manifest.version === undefined) return []
      const typed = /"(?:types|typings|typesVersions)"/.test(JSON.stringify(manifest))
      return [[name, { version: manifest.version, hasTypes: typed || existsSync(join(path, 'index.d.ts')) }]]
    }),
  )
  return new Map(found.flat())
}

async function readJson(path: string): Promise<object> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as object
  } catch {
    return {}
  }
}

interface Summary {
  readonly folder: string
  readonly place: string
  readonly packages: readonly string[]
  readonly before: ReadonlyMap<string, Package>
  readonly after: ReadonlyMap<string, Package>
}

async function summary({ place, packages, before, after }: Summary): Promise<string> {
  const named = packages.map(nameOf)
  const isNamed = (name: string) => named.includes(name)
  const changed = [...after].filter(([name, { version }]) => before.get(name)?.version !== version)
  const chosen = [...after].filter(([name]) => isNamed(name) || changed.some(([other]) => other === name))
  if (chosen.length === 0) return 'Installed what package.json names.'
  const lines = [
    `Installed ${chosen.map(([name, { version }]) => `${name} ${version}`).join(', ')} ${
      place === '.' ? 'beside the notebook' : `in ${place}`
    }.`,
  ]
  const replaced = changed.filter(([name]) => before.has(name))
  if (replaced.length > 0)
    lines.push(
      `${replaced.map(([name]) => `${name} was ${before.get(name)!.version} before`).join(', ')}: if cells have imported it ` +
        'already, they see the new version after a restart of the kernel.',
    )
  const untyped = chosen.filter(
    ([name, { hasTypes }]) => !hasTypes && !name.startsWith('@types/') && !after.has(typesOf(name)),
  )
  if (untyped.length > 0)
    lines.push(
      `Without types: ${untyped.map(([name]) => name).join(', ')}. Others may have written them: ` +
        `%install --save-dev ${untyped.map(([name]) => typesOf(name)).join(' ')}`,
    )
  return lines.join('\n')
}

const nameOf = (spec: string) => /^(@[^/]+\/[^@]+|[^@]+)/.exec(spec)?.[0] ?? spec
const typesOf = (name: string) => `@types/${name.replace(/^@([^/]+)\//, '$1__')}`

interface Bar {
  show(state: { readonly phase: string; readonly done: number; readonly total?: number }): void
  /** Puts a text in the bar's place. */
  end(text: string): void
}

/** One output that is replaced as npm goes on. */
function createBar(context: MagicContext): Bar {
  const displayId = randomUUID()
  let update = false
  let shownMs = -Infinity
  const display = (bundle: Readonly<Record<string, unknown>>) => {
    context.display(bundle, { displayId, update })
    update = true
  }
  display(progressBundle('Asking npm', { done: 0 }))
  return {
    show({ phase, ...state }) {
      if (performance.now() - shownMs < intervalMs) return
      shownMs = performance.now()
      display(progressBundle(phase, state))
    },
    end: text =>
      display({
        'text/html': `<div style="white-space:pre-wrap">${escapeHtml(text)}</div>`,
        'text/plain': text,
      }),
  }
}
