/** The files of a pipeline's folder beside its steps: README, test, package.json, the map from spans to cells. */
import type { Lock, Manifest } from '../manifest.ts'
import type { SpanMapping } from './step-file.ts'

export const mapFile = 'map.json'
export const expectedFile = 'tests/expected.json'
export const testFile = 'tests/pipeline.test.js'
/** What verification, and whoever writes the folder, leave beside what promotion gives. */
export const verificationFiles: readonly string[] = [
  'tests/verification.json',
  'tests/verification.md',
  'provenance.json',
]

/** From spans of generated files to cells, so that an edit of a step finds its cell. */
export function printMap(mappings: readonly SpanMapping[]): string {
  return `${JSON.stringify({ format: 1, spans: mappings }, null, 2)}\n`
}

export function printPackageJson(manifest: Manifest): string {
  const content = {
    name: `pipeline-${manifest.name}`,
    private: true,
    type: 'module',
    scripts: { test: 'node --test tests/*.test.js' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

export function printReadme(manifest: Manifest, lock: Lock, notebook: string): string {
  const { name, steps, parameters, outputs } = manifest
  const list = (title: string, items: readonly string[]) =>
    items.length > 0 ? `## ${title}\n\n${items.map(item => `- ${item}`).join('\n')}\n` : undefined
  return [
    `# ${name}\n\nPromoted from ${notebook}. The notebook is the place for changes: promote it again.\n`,
    list(
      'Steps',
      steps.map(
        step => `[${step.name}](${step.file})${step.outputs.length ? ` gives ${names(step.outputs)}` : ''}`,
      ),
    ),
    list(
      'Parameters',
      parameters.map(
        p => `\`${p.name}\` = ${JSON.stringify(p.default)}${p.description ? `: ${p.description}` : ''}`,
      ),
    ),
    list(
      'Outputs',
      outputs.map(output => `\`${output.name}\` (${output.codec}), from ${output.step}`),
    ),
    list(
      'Data',
      lock.data.map(data => `${data.path}, ${data.sizeBytes.toLocaleString('en')} bytes`),
    ),
    `## Use\n\n\`\`\`\nslipway run pipelines/${name}\nslipway submit ${name}\n\`\`\`\n\n` +
      '`npm test` here runs the steps and fails when an output is no longer what was verified.\n',
  ]
    .filter(part => part !== undefined)
    .join('\n')
}

function names(items: readonly { readonly name: string }[]): string {
  return items.map(item => `\`${item.name}\``).join(', ')
}

/** Fails when an output differs from the recorded one; there is no way to make it a warning. */
export function printTest(): string {
  return `// Runs every step again and compares what each gives with what was recorded when the pipeline was verified.
// The command is SLIPWAY when that is set, else \`slipway\` on the PATH, else the one that promoted the notebook here.
import assert from 'node:assert/strict'
import { execSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

const expectedFile = new URL('expected.json', import.meta.url)
const folder = fileURLToPath(new URL('..', import.meta.url))
const relative = 1e-6

/** What says nothing about the content: bytes depend on the order of rows, and so do the rows that are shown. */
const ignored = { model: ['digest'], table: ['digest', 'rows'] }

function same(actual, expected, path) {
  if (typeof actual === 'number' && typeof expected === 'number') {
    const scale = Math.max(1, Math.abs(actual), Math.abs(expected))
    assert.ok(Math.abs(actual - expected) <= relative * scale, \`\${path}: expected \${expected}, got \${actual}\`)
  } else if (actual && expected && typeof actual === 'object' && typeof expected === 'object') {
    const skip = ignored[expected.$slipway] ?? []
    const keys = new Set([...Object.keys(actual), ...Object.keys(expected)])
    for (const key of keys) if (!skip.includes(key)) same(actual[key], expected[key], \`\${path}.\${key}\`)
  } else assert.equal(actual, expected, path)
}

function command() {
  if (process.env.SLIPWAY) return process.env.SLIPWAY
  const places = (process.env.PATH ?? '').split(delimiter)
  if (places.some(place => ['slipway', 'slipway.cmd'].some(name => existsSync(join(place, name))))) return 'slipway'
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const file = join(at, '.slipway', 'command.json')
    if (!existsSync(file)) continue
    const { command, env } = JSON.parse(readFileSync(file, 'utf8'))
    Object.assign(process.env, env)
    return command.map(part => \`"\${part}"\`).join(' ')
  }
  return 'slipway'
}

assert.ok(existsSync(expectedFile), 'nothing was recorded: promote again with verification')
const { outputs: expected, files = {}, steps = {}, varying = [], sampleRows } = JSON.parse(readFileSync(expectedFile, 'utf8'))
// What was verified on a part of the data is tested on the same part, cut anew.
const sample = sampleRows === undefined ? '' : \` --sample \${sampleRows}\`
const verified = \`what was verified\${sample && \` on a sample of \${sampleRows} rows\`}\`
const written = Object.keys(files).map(path => \` --file "\${path}"\`).join('')
const run = \`\${command()} run "\${folder}" --json --steps\${sample}\${written}\`
const given = JSON.parse(output(run))

/** What the command prints; when it fails, its own words and nothing of ours. */
function output(line) {
  try {
    return execSync(line, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  } catch (error) {
    throw new Error(String(error.stderr).trim() || error.message, { cause: error.status })
  }
}

for (const [step, outputs] of Object.entries(steps))
  test(\`step \${step} gives \${verified}\`, () => {
    for (const [name, value] of Object.entries(outputs)) same(given.steps[step]?.[name], value, name)
  })

for (const [path, file] of Object.entries(files))
  test(\`the pipeline writes \${path} as it was verified\`, () => same(given.files[path], file, path))

test(\`the pipeline gives \${verified}\`, () => {
  const { outputs } = given
  // These are others each time: they can only be asked for.
  for (const name of varying) {
    assert.ok(name in outputs, \`\${name} is missing\`)
    delete outputs[name]
  }
  same(outputs, expected, 'outputs')
})
`
}
