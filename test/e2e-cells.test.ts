/**
 * TypeScript cells in real VS Code, by keyboard and mouse: what the editor knows of names of other cells, before
 * anything has run. Screenshots of every station lie in test-results/.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { quickFix, waitUntil } from './e2e-editor.ts'
import { awaitSuggestion } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { openFile, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 1_200_000

// Made before the clock of the test runs.
before(async () => void (await packagedExtension()), { timeout })

const sources = [
  "const flights = [{ origin: 'BOI', delay: 12 }]\nlet limit = 1",
  '/** The mean of numbers. */\nfunction mean(values: number[], digits = 2): number {\n  return Number((values.reduce((a, b) => a + b) / values.length).toFixed(digits))\n}',
  "let limit = 'text'\nlimit.toUpperCase()",
  'limit.toFixed()',
  'const delays = flights.map(flight => flight.delay)\nmean(delays)',
  '',
]

/** As JupyterLab writes it: its cells are of the language `typescript`. */
const notebook = JSON.stringify({
  cells: sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source: source.split(/(?<=\n)/),
  })),
  metadata: {
    kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
    language_info: { name: 'typescript', file_extension: '.ts' },
  },
  nbformat: 4,
  nbformat_minor: 5,
})

const cellAt = (page: Page, index: number): Locator =>
  page.locator('.notebookOverlay .code-cell-row').nth(index)

/** The text of a cell as it is drawn. */
async function textOf(page: Page, index: number): Promise<string> {
  const lines = await cellAt(page, index).locator('.view-line').allTextContents()
  return lines.join('\n').replaceAll('\u00a0', ' ')
}

/** Puts the cursor at the end of a cell. */
async function toEnd(page: Page, index: number): Promise<void> {
  await cellAt(page, index).locator('.view-lines').click()
  await page.keyboard.press('Control+End')
}

/** Puts the cursor into a word of a cell. */
async function toWordOf(page: Page, index: number, word: string): Promise<void> {
  const span = cellAt(page, index).locator('.view-line span span', { hasText: new RegExp(`^\\W*${word}\\b`) })
  await span.first().click({ position: { x: 8, y: 8 } })
}

const warnings = (page: Page, index: number): Locator => cellAt(page, index).locator('.squiggly-warning')
const mistakes = (page: Page): Locator => page.locator('.notebookOverlay .squiggly-error')

test('what the editor knows of cells', { timeout }, async t => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-cells-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  await writeFile(join(root, 'cells.ipynb'), notebook)
  const settings = { 'editor.hover.delay': 100, 'notebook.outline.showCodeCellSymbols': true }
  await inVsCode({ folder: root, name: 'cells', settings }, async page => {
    const station = (name: string, work: () => Promise<void>): Promise<void> =>
      t.test(name, async () => {
        try {
          await work()
        } catch (error) {
          await screenshot(page, 'cells-failed')
          throw error
        }
      })

    await station('a name that is declared again is no mistake, what is wrong with it is one', async () => {
      await openFile(page, 'cells.ipynb')
      await cellAt(page, 4).waitFor()
      await warnings(page, 3).first().waitFor()
      await screenshot(page, 'cells-opened')
      assert.equal(await mistakes(page).count(), 0, "VS Code's own TypeScript says nothing")
      for (const index of [0, 1, 2, 4]) assert.equal(await warnings(page, index).count(), 0, `cell ${index}`)
    })

    await station('completion knows the types of other cells, and offers everything once', async () => {
      await toEnd(page, 5)
      await page.keyboard.type('flights[0].', { delay: 60 })
      const rows = page.locator('.suggest-widget .monaco-list-row')
      await awaitSuggestion(page, 'delay')
      await screenshot(page, 'cells-completion')
      assert.equal(await rows.filter({ hasText: /^delay/ }).count(), 1)
      assert.equal(await rows.count(), 2)
      await page.keyboard.press('Enter')
      await waitUntil('the member is written', async () => (await textOf(page, 5)) === 'flights[0].delay')
    })

    await station('hover shows what another cell says of a name', async () => {
      await cellAt(page, 4)
        .locator('.view-line', { hasText: 'mean(delays)' })
        .getByText('mean')
        .first()
        .hover()
      const hover = page.locator('.monaco-hover:visible', { hasText: 'The mean of numbers.' }).first()
      await hover.waitFor()
      await screenshot(page, 'cells-hover')
      const said = (await hover.innerText()).replaceAll('\u00a0', ' ')
      assert.match(said, /function mean\(values: number\[\], digits\?: number\): number/)
      assert.equal(said.split('function mean').length, 2, 'once')
      await page.keyboard.press('Escape')
    })

    await station('a call shows its parameters', async () => {
      await toEnd(page, 5)
      await page.keyboard.type('\nmean([1], ', { delay: 60 })
      const help = page.locator('.parameter-hints-widget:visible', { hasText: 'digits' })
      await help.waitFor()
      await screenshot(page, 'cells-signature')
      assert.match(
        (await help.locator('.parameter.active').innerText()).replaceAll('\u00a0', ' '),
        /digits\?: number/,
      )
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
    })

    await station('a squiggle comes, and goes with its reason', async () => {
      await cellAt(page, 5).locator('.view-lines').click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('flights.push(1)')
      await warnings(page, 5).first().waitFor()
      await screenshot(page, 'cells-squiggle')
      await page.keyboard.press('Control+A')
      await page.keyboard.type('flights.pop()')
      await warnings(page, 5).first().waitFor({ state: 'detached' })
      assert.equal(await mistakes(page).count(), 0)
    })

    await station('the definition lies in another cell', async () => {
      await toWordOf(page, 5, 'flights')
      await page.keyboard.press('F12')
      await waitUntil(
        'the first cell has the cursor',
        async () => (await cellAt(page, 0).locator('.monaco-editor.focused').count()) === 1,
      )
      await screenshot(page, 'cells-definition')
    })

    await station('a name is renamed in all cells', async () => {
      await toWordOf(page, 5, 'flights')
      await page.keyboard.press('F2')
      const input = page.locator('.rename-box input')
      await input.waitFor()
      await input.fill('trips')
      await page.keyboard.press('Enter')
      await waitUntil('the last cell has the new name', async () => (await textOf(page, 5)) === 'trips.pop()')
      assert.match(await textOf(page, 0), /^const trips = /)
      assert.match(await textOf(page, 4), /^const delays = trips\.map/)
      await screenshot(page, 'cells-renamed')
    })

    await station('a quick fix writes the import that is missing', async () => {
      await toEnd(page, 5)
      await page.keyboard.press('Control+A')
      await page.keyboard.type("const table = read('a.csv')")
      await page.keyboard.press('Escape')
      await warnings(page, 5).first().waitFor()
      await toWordOf(page, 5, 'read')
      await quickFix(page, 'Add import from "slipway"')
      await waitUntil('the import is there', async () =>
        (await textOf(page, 5)).startsWith("import { read } from 'slipway'\nconst table"),
      )
      await warnings(page, 5).first().waitFor({ state: 'detached' })
    })
  })
})
