import assert from 'node:assert/strict'
import test from 'node:test'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { createCellPaths } from './paths.ts'

const cell = 'vscode-notebook-cell:/n.ipynb#W0'

function frames(...paths: string[]): DebugProtocol.Response {
  const stackFrames = paths.map((path, id) => ({ id, name: 'f', line: 1, column: 1, source: { path } }))
  return {
    seq: 1,
    type: 'response',
    request_seq: 1,
    success: true,
    command: 'stackTrace',
    body: { stackFrames },
  }
}
const sources = (message: DebugProtocol.Response) =>
  (message.body as { stackFrames: { source: DebugProtocol.Source }[] }).stackFrames.map(frame => frame.source)

test('frames of cells name the cells, those of files stay', () => {
  const paths = createCellPaths(path => path.startsWith('/tmp/k/'))
  paths.learn(cell, '/tmp/k/1.ts')
  assert.deepEqual(sources(paths.toEditor(frames('/tmp/k/1.ts', '/work/a.ts'))), [
    { path: cell },
    { path: '/work/a.ts' },
  ])
})

test('a text that is in no cell any more is fetched from the kernel', () => {
  const paths = createCellPaths(path => path.startsWith('/tmp/k/'))
  const [source] = sources(paths.toEditor(frames('/tmp/k/2.ts')))
  assert.deepEqual(source, { path: '/tmp/k/2.ts', sourceReference: 1 })
  assert.equal(paths.pathOf(1), '/tmp/k/2.ts')
  assert.equal(paths.pathOf(7), undefined)
})

test('values of the user that look like a source stay as they are', () => {
  const paths = createCellPaths(() => true)
  const body = {
    variables: [{ name: 'x', value: '1', variablesReference: 0, source: { path: '/tmp/k/1.ts' } }],
  }
  assert.deepEqual(paths.toEditor({ ...frames(), body }).body, body)
})
