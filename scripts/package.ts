/**
 * `npm run package`: builds the bundles and writes `slipway-<platform>-<version>.vsix`, the extension for this
 * platform with everything it needs inside.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** VS Code's name of the platform that this runs on. Alpine's musl is a platform of its own. */
function target(): string {
  const musl = process.platform === 'linux' && !glibcVersion()
  return `${musl ? 'alpine' : process.platform}-${process.arch}`
}

function glibcVersion(): unknown {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime
}

function run(program: string, args: readonly string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
}

function main(): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const file = join(root, `slipway-${target()}-${version}.vsix`)
  run('webpack-cli/bin/cli.js', [])
  // The bundles hold the dependencies; the repository is not published anywhere yet.
  const quiet = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
  ]
  run('@vscode/vsce/vsce', ['package', '--target', target(), '--out', file, ...quiet])
  console.log(`${file} (${(statSync(file).size / 1e6).toFixed(0)} MB)`)
}

main()
