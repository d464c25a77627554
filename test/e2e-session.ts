/** A window of real VS Code with the packaged extension, for the end-to-end tests. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { openBrowser, openWorkbench, screenshot } from './support/browser.ts'
import { startCodeServer } from './support/code-server.ts'
import { isAlive, processTree } from './support/processes.ts'
import { packagedExtension } from './support/vsix.ts'

export interface WindowOptions {
  /** The folder that is opened. */
  readonly folder: string
  /** Begins the names of pictures. */
  readonly name: string
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Opens the folder without trusting it. */
  readonly restricted?: boolean
}

/** Opens a folder in VS Code, and afterwards sees that no process is left behind. */
export async function inVsCode(options: WindowOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const { folder, name, env, settings, restricted } = options
  const extensions = [await packagedExtension()]
  const server = await startCodeServer({ folder, extensions, env, settings, restricted })
  const tree: number[] = []
  try {
    const browser = await openBrowser()
    try {
      const page = await openWorkbench(browser, server.url)
      try {
        await work(page)
      } catch (error) {
        await screenshot(page, `${name}-failed`)
        throw error
      } finally {
        tree.push(...processTree(server.pid))
      }
    } finally {
      await browser.close()
    }
  } finally {
    await server.stop()
  }
  assert.deepEqual(tree.filter(isAlive), [], 'processes outlive the window')
}
