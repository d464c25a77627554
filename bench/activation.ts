/**
 * How long VS Code waits for the extension: loading its code and calling `activate`, as VS Code itself measured it
 * (*Developer: Show Running Extensions*). Each start is a window of its own, so with an extension host of its own,
 * on a project with a model open.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { openBrowser, openFile, openWorkbench, runCommand } from '../test/support/browser.ts'
import { startCodeServer } from '../test/support/code-server.ts'
import { packagedExtension } from '../test/support/vsix.ts'
import { type BenchRow, median, row } from './bench.ts'

const nStarts = 7
const goalMs = 60

export default async function ({ log }: { log: (message: string) => void }): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-activation-'))
  await cp(join(import.meta.dirname, '../examples/flights'), folder, { recursive: true })
  const vsix = await packagedExtension()
  await using server = await startCodeServer({ folder, extensions: [vsix] })
  const browser = await openBrowser()
  try {
    const times: number[] = []
    // The first start of an extension fills caches of its host.
    await activationMs(browser, server.url)
    for (let i = 0; i < nStarts; i++) times.push(await activationMs(browser, server.url))
    log(`activation in ${nStarts} starts: ${times.join(', ')} ms`)
    const ours = median(times)
    return [row(`activation in VS Code (median of ${nStarts} starts)`, 'ms', { ours, goal: goalMs })]
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function activationMs(browser: Browser, url: string): Promise<number> {
  const page = await openWorkbench(browser, url)
  // Tall enough that every extension is in the list.
  await page.setViewportSize({ width: 1400, height: 4000 })
  await openFile(page, 'late.slip')
  await page.locator('.view-line', { hasText: 'model late_departure' }).waitFor()
  await runCommand(page, 'Developer: Show Running Extensions')
  const ours = page.locator('.runtime-extensions-editor .extension', { hasText: /^Slipway/ })
  await ours.first().waitFor()
  const text = (await ours.first().locator('.activation-time').textContent()) ?? ''
  await page.close()
  const found = /(\d+) ?ms/.exec(text)?.[1]
  if (found === undefined) throw new Error(`Expected an activation time, got ${JSON.stringify(text)}.`)
  return Number(found)
}
