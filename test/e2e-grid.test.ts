/** Tables in real VS Code: the grid asks the notebook's kernel for pages, in every kind of theme. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { inFrames, openNotebook, runAllCells, toFirstCell, toLastCell } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { runCommand, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 900_000

before(async () => void (await packagedExtension()), { timeout })

const cells = [
  `import { tableFromArrays } from 'apache-arrow'
const n = 2_000_000
const delay = Float64Array.from({ length: n }, (_, i) => ((i * 7919) % 100_000) / 100 - 50)
const airline = Array.from({ length: n }, (_, i) => (i % 17 ? ['AA', 'DL', 'UA', ''][i % 4] : null))
const table = tableFromArrays({ id: Int32Array.from(delay.keys()), delay, airline })
table`,
  `import { sql } from 'slipway'
sql\`select i as id, i % 7 as day, timestamp '2001-01-01' + to_minutes(i) as at, i / 3 as share from range(1000000) t(i)\``,
]

async function makeNotebook(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-grid-'))
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  await writeFile(join(folder, 'tables.ipynb'), JSON.stringify(notebook))
  return folder
}

const themes = ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast']

async function useTheme(page: Page, theme: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme')
  const input = page.locator('.quick-input-widget input[type=text]')
  await input.fill(theme.replace('Default ', ''))
  await page.keyboard.press('Enter')
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' })
}

const frameOf = async (page: Page, shape: string): Promise<Locator> =>
  (await inFrames(page, `.frame:has([role=status]:text("${shape}"))`)).first()

test('the grid of a notebook is sorted and paged by its kernel', { timeout }, async () => {
  const folder = await makeNotebook()
  try {
    await inVsCode({ folder, name: 'grid' }, async page => {
      await openNotebook(page, 'tables.ipynb')
      await runAllCells(page)
      await toFirstCell(page)
      const grid = await frameOf(page, '2,000,000 rows × 3 columns')
      await grid.getByRole('columnheader', { name: /^delay/ }).click({ position: { x: 20, y: 10 } })
      await grid.locator('[role=columnheader][aria-sort=ascending]').waitFor()
      assert.equal(Number(await grid.locator('.body [aria-colindex="3"]').first().innerText()), -50)
      await grid.getByRole('grid').focus()
      await page.keyboard.press('Control+End')
      await grid.locator('[aria-rowindex="2000001"] [aria-colindex="4"]').waitFor()
      const last = grid.locator('[aria-rowindex="2000001"] [aria-colindex="3"]')
      await last.getByText(/^949\.990?$/).waitFor()
      for (const theme of themes) {
        await useTheme(page, theme)
        await page.waitForTimeout(1500)
        await screenshot(page, `grid-${theme.split(' ').slice(1).join('-').toLowerCase()}`)
      }
      const lazy = await frameOf(page, '1,000,000 rows × 4 columns')
      await toLastCell(page)
      await lazy.getByRole('columnheader', { name: /^day/ }).click({ button: 'right' })
      await lazy.getByRole('textbox', { name: 'Value', exact: true }).first().fill('3')
      await screenshot(page, 'grid-vscode-menu')
      await lazy.getByRole('button', { name: 'Filter', exact: true }).click()
      await lazy.getByText('142,857 after filter').waitFor()
      await screenshot(page, 'grid-vscode-filtered')
      await lazy.getByRole('button', { name: 'Copy, save and columns' }).click()
      await lazy.getByRole('button', { name: 'Open in a tab' }).click()
      await inFrames(page, '.frame.fills:has([role=status]:text("1,000,000 rows × 4 columns"))')
      await screenshot(page, 'grid-tab')
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
