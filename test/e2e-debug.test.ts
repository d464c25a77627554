/** Debugging a cell in real VS Code: a breakpoint, the line, the variables, steps across cells, the end. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { cellOutput, openNotebook } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { runCommand, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 900_000

before(async () => void (await packagedExtension()), { timeout })

const first = 'function scale(x: number): number {\n  const factor = 10\n  return x * factor\n}'
const second = 'const values = [1, 2, 3]\nconst total = values.reduce((a, b) => a + b)\nscale(total)'

function notebook(...sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  }))
  const kernelspec = { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' }
  const metadata = { kernelspec, language_info: { name: 'slipway-typescript', file_extension: '.ts' } }
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 })
}

const cell = (page: Page, index: number): Locator =>
  page.locator('.notebookOverlay .code-cell-row').nth(index)

/** The number of the line that is marked as the one that comes next. */
async function stoppedLine(page: Page, index: number, text: string): Promise<void> {
  const row = cell(page, index)
  const mark = row.locator('.debug-top-stack-frame-line').first()
  await mark.waitFor({ timeout: 60_000 })
  const lines = row.locator('.view-line', { hasText: text })
  // The mark of the line before stays for a while.
  for (const deadline = Date.now() + 30_000; ; await page.waitForTimeout(100)) {
    const [marked, written] = [await mark.boundingBox(), await lines.first().boundingBox()]
    if (marked && written && Math.abs(marked.y - written.y) < 4) return
    assert.ok(Date.now() < deadline, `${text} is the marked line`)
  }
}

const variable = (page: Page, name: string): Locator =>
  page.locator('.debug-variables .monaco-list-row', { hasText: new RegExp(`^\\s*${name}`) }).first()

test('debug a cell', { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-e2e-debug-'))
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'debug.ipynb'), notebook(first, second))
    await inVsCode({ folder, name: 'debug' }, async page => {
      await openNotebook(page, 'debug.ipynb')
      await cell(page, 0).locator('.view-line').first().click()
      await page.keyboard.press('Shift+Enter')
      await cell(page, 0).locator('.codicon-notebook-state-success').waitFor({ timeout: 120_000 })

      await cell(page, 1).locator('.view-line', { hasText: 'const total' }).click()
      await page.keyboard.press('F9')
      await cell(page, 1)
        .locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified')
        .first()
        .waitFor()
      await runCommand(page, 'Slipway: Debug Cell')
      await stoppedLine(page, 1, 'const total')
      await variable(page, 'values')
        .waitFor({ timeout: 60_000 })
        .catch(async () => {
          await runCommand(page, 'View: Show Run and Debug')
          await page.locator('.debug-variables .monaco-list-row', { hasText: 'Cells' }).first().click()
          await variable(page, 'values').waitFor()
        })
      assert.match((await variable(page, 'values').textContent()) ?? '', /\(3\) \[1, 2, 3\]/)
      await screenshot(page, 'debug-stopped')

      await page.keyboard.press('F10')
      await stoppedLine(page, 1, 'scale(total)')
      assert.match((await variable(page, 'total').textContent()) ?? '', /6/)
      await page.keyboard.press('F11')
      await stoppedLine(page, 0, 'const factor')
      await screenshot(page, 'debug-other-cell')
      await page.keyboard.press('F5')
      await cellOutput(page, /^60$/)
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' })
      await cell(page, 1).locator('.codicon-notebook-state-success').waitFor()
      await screenshot(page, 'debug-ended')
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
