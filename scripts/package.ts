/**
 * `npm run package`: builds the bundles and writes `slipway-<platform>-<version>.vsix`, the extension for this
 * platform with everything it needs inside.
 *
 * It is packed from a folder of its own that links to what belongs into it. There the plugin of VS Code's TypeScript
 * server can lie in `node_modules`, the only place where that server looks for it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stage = join(root, '.cache/vsix')
const plugin = 'slipway-typescript-plugin'

/** What the extension consists of, beside its manifest. */
const contents = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'docs',
  'dist',
  'media',
  'syntaxes',
  'client/cells',
  'library/slipway.schema.json',
  'language/plan.schema.json',
]
/** Of these folders, what nobody needs at run time. */
const ignored = [
  '**/*.ts',
  '!dist/vendor/**/*.ts',
  '**/*.map',
  'dist/vendor/stamp',
  'dist/typescript-plugin.cjs',
]

/** VS Code's name of the platform that this runs on. Alpine's musl is a platform of its own. */
function target(): string {
  const musl = process.platform === 'linux' && !glibcVersion()
  return `${musl ? 'alpine' : process.platform}-${process.arch}`
}

function glibcVersion(): unknown {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], { cwd, stdio: 'inherit' })
}

/** Lays the folder that is packed, and gives the extension's version. */
function layStage(): string {
  rmSync(stage, { recursive: true, force: true })
  for (const path of contents) link(path, path)
  link('dist/typescript-plugin.cjs', `node_modules/${plugin}/index.cjs`)
  const {
    scripts: _,
    devDependencies: __,
    ...manifest
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { version } = manifest as { version: string }
  write('package.json', { ...manifest, dependencies: { [plugin]: version } })
  write(`node_modules/${plugin}/package.json`, { name: plugin, version, main: 'index.cjs' })
  writeFileSync(join(stage, '.vscodeignore'), ignored.join('\n'))
  return version
}

function link(from: string, to: string): void {
  mkdirSync(dirname(join(stage, to)), { recursive: true })
  symlinkSync(join(root, from), join(stage, to))
}

function write(path: string, value: unknown): void {
  writeFileSync(join(stage, path), JSON.stringify(value, null, 2))
}

function main(): void {
  run('webpack-cli/bin/cli.js', [], root)
  const version = layStage()
  const file = join(root, `slipway-${target()}-${version}.vsix`)
  // The repository is not published anywhere that links in the README could lead to.
  const quiet = ['--allow-missing-repository', '--no-rewrite-relative-links', '--follow-symlinks']
  run('@vscode/vsce/vsce', ['package', '--target', target(), '--out', file, ...quiet], stage)
  console.log(`${file} (${(statSync(file).size / 1e6).toFixed(0)} MB)`)
}

main()
