import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test, { type TestContext } from 'node:test'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { type ProjectCatalog, emptyView } from './catalog.ts'
import { uriOfFile } from './files.ts'
import type { Project } from './project.ts'
import { Projects } from './projects.ts'

const catalog: ProjectCatalog = {
  view: () => emptyView,
  statistics: () => undefined,
  search: () => Promise.resolve([]),
  refresh: () => Promise.resolve(false),
  dispose: () => {},
}

/** Projects over a folder with these files. */
async function open(t: TestContext, files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(path.join(tmpdir(), 'slipway-projects-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
  const changed: Project[] = []
  const assemble = () => ({ describe: () => Promise.resolve([]), catalog })
  const projects = new Projects({ assemble, onChange: project => changed.push(project) })
  return { root, projects, changed, uri: (file: string) => uriOfFile(path.join(root, file)) }
}

test('a file belongs to the nearest project, and every project has its own files', async t => {
  const { root, projects, uri } = await open(t, {
    'slipway.json': '{}',
    'a.slip': 'entity a(k: string)',
    'inner/slipway.json': '{}',
    'inner/deep/b.slip': 'entity b(k: string)',
    'node_modules/x/c.slip': 'entity c(k: string)',
    '.slipway/d.slip': 'entity d(k: string)',
    'pipelines/p/models/a.slip': 'entity a(k: string)',
  })
  await projects.discover(root)
  assert.deepEqual(
    projects.all().map(project => [path.relative(root, project.root), project.files()]),
    [
      ['', ['a.slip']],
      ['inner', ['deep/b.slip']],
    ],
  )
  const copy = path.join(root, 'pipelines/p/models/a.slip')
  await projects.holding(copy)!.fileChanged(copy)
  assert.deepEqual(projects.holding(copy)!.workspace.files(), ['a.slip'])
  assert.notEqual((await projects.of(uri('pipelines/p/models/a.slip'))).root, root)
  assert.equal((await projects.of(uri('inner/deep/new.slip'))).root, path.join(root, 'inner'))
  assert.equal((await projects.of(uri('other/new.slip'))).root, root)
  assert.equal(projects.holding(path.join(root, 'inner/deep/b.slip'))?.root, path.join(root, 'inner'))
})

test('an open document counts before the file; closed, the file counts again', async t => {
  const { projects, uri, root } = await open(t, { 'slipway.json': '{}', 'a.slip': 'entity a(k: string)' })
  const project = await projects.of(uri('a.slip'))
  const names = () => project.workspace.entities().map(entity => entity.name)
  project.setOpen(TextDocument.create(uri('a.slip'), 'slipway', 1, 'entity edited(k: string)'))
  await writeFile(path.join(root, 'a.slip'), 'entity saved(k: string)')
  await project.fileChanged(path.join(root, 'a.slip'))
  assert.deepEqual(names(), ['edited'])
  await project.setClosed(uri('a.slip'))
  assert.deepEqual(names(), ['saved'])
  await rm(path.join(root, 'a.slip'))
  await project.fileChanged(path.join(root, 'a.slip'))
  assert.deepEqual(project.files(), [])
})

test('a file without a project and a document without a file are checked alone', async t => {
  const { projects, uri } = await open(t, {
    'a.slip': 'entity a(k: string)',
    'b.slip': 'entity b(k: string)',
  })
  for (const document of [uri('a.slip'), 'untitled:Untitled-1', 'vscode-notebook-cell:/x.ipynb#W0']) {
    const project = await projects.of(document)
    project.setOpen(TextDocument.create(document, 'slipway', 1, 'entity only(k: string)'))
    assert.deepEqual(project.workspace.files(), [project.keyOf(document)])
    await project.setClosed(document)
    assert.deepEqual(project.workspace.files(), [])
  }
})
