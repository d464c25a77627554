/** The examples in docs/ are run, one module each, and print what they say they print. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { after } from 'node:test'
import { openCatalog } from '../catalog/index.ts'
import { catalogErrorCodes } from '../catalog/errors.ts'
import { decodeJson, encodeJson } from './codecs/index.ts'
import { libraryErrorCodes } from './errors.ts'
import { loadProject } from './project.ts'
import { registerResolve } from './resolve.ts'
import { createSmallProject } from './testing/small-project.ts'

const project = await createSmallProject()
const resolver = registerResolve()
after(async () => {
  resolver.deregister()
  await project.dispose()
})

const page = (name: string) => readFileSync(join(import.meta.dirname, '..', 'docs', name), 'utf8')
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(match => match[1]!)

const { workspace, catalogFile } = await loadProject(project.root)
const store = openCatalog(catalogFile)
store.apply(
  workspace.features().map(({ plan, source, entity }) => ({ plan: plan!, source: source!, entity: entity! })),
)
store.close()

for (const [i, code] of blocks(page('library.md'), 'ts').entries())
  test(`docs/library.md, example ${i + 1}`, async context => {
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ → (.*)$/gm)].map(match => match[1]!)
    assert.equal(expected.length, code.split('console.log(').length - 1, 'every print says what it prints')
    const printed: string[] = []
    context.mock.method(console, 'log', (value: unknown) => printed.push(JSON.stringify(value)))
    project.write(`example-${i}.ts`, code)
    const folder = process.cwd()
    process.chdir(project.root)
    try {
      await import(pathToFileURL(join(project.root, `example-${i}.ts`)).href)
    } finally {
      process.chdir(folder)
    }
    assert.deepEqual(printed, expected)
  })

test('docs/library.md explains every code', () => {
  const text = page('library.md')
  for (const code of [...Object.keys(libraryErrorCodes), ...Object.keys(catalogErrorCodes)])
    assert.ok(text.includes(`| ${code} |`), code)
})

test('docs/encoding.md shows what is written', () => {
  const [example] = blocks(page('encoding.md'), 'json')
  const value = { when: new Date('2001-06-12T07:10Z'), best: -Infinity }
  assert.deepEqual(JSON.parse(example!), encodeJson(value))
  assert.deepEqual(decodeJson(JSON.parse(example!) as never), value)
})
