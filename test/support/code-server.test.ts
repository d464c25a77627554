import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { openBrowser, openFile, openWorkbench, runCommand, screenshot } from './browser.ts'
import { startCodeServer } from './code-server.ts'
import { isAlive, processTree } from './processes.ts'

test(
  'VS Code starts, opens a file, runs a command and ends with all its processes',
  { timeout: 900_000 },
  async t => {
    const folder = await mkdtemp(path.join(tmpdir(), 'slipway-workspace-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(path.join(folder, 'hello.txt'), 'one\ntwo\n')
    const server = await startCodeServer({ folder })
    const tree: number[] = []
    try {
      const browser = await openBrowser()
      try {
        const page = await openWorkbench(browser, server.url)
        await openFile(page, 'hello.txt')
        await page.locator('.view-line', { hasText: 'two' }).waitFor()
        await runCommand(page, 'View: Show Extensions')
        await page.locator('.extensions-viewlet').waitFor()
        await screenshot(page, 'workbench')
        tree.push(...processTree(server.pid))
      } finally {
        await browser.close()
      }
    } finally {
      await server.stop()
    }
    assert.ok(tree.length > 1, 'the extension host runs beside the server')
    assert.deepEqual(tree.filter(isAlive), [])
  },
)
