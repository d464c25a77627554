/**
 * Promotion in real VS Code, by keyboard and mouse: what cells need of each other, the proposal that a person edits,
 * its differences before anything is written, writing and verifying, and merging when both sides changed.
 * Screenshots of every station lie in test-results/.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { waitUntil } from './e2e-editor.ts'
import { inFrames, openNotebook, runAllCells, toLastCell } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { fillQuickInput, openFile, quickPickItem, runCommand, screenshot } from './support/browser.ts'
import { createDelaysProject } from './support/promotion-project.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 1_800_000
/** How long promotion may take on a busy machine. */
const patienceMs = 240_000

// Made before the clock of the test runs.
before(async () => void (await packagedExtension()), { timeout })

/** The page of the promotion, found by something on it. */
const onPage = (page: Page, selector: string): Promise<Locator> => inFrames(page, selector, patienceMs)

/** Waits until the page shows the proposal as it is now, and not as it was. */
async function settled(page: Page): Promise<void> {
  await onPage(page, 'body:not(.reading) .step')
}

async function stepNames(page: Page): Promise<string[]> {
  const names = await onPage(page, '.step input.name')
  return names.evaluateAll(inputs => inputs.map(input => (input as HTMLInputElement).value))
}

async function waitForSteps(page: Page, expected: readonly string[]): Promise<void> {
  let names: string[] = []
  await waitUntil(
    `the steps are ${expected.join(', ')}`,
    async () => (names = await stepNames(page)).join() === expected.join(),
    () => `They are ${names.join(', ')}.`,
  )
  await settled(page)
}

async function press(page: Page, name: string): Promise<void> {
  const whole = await onPage(page, 'body:has(> header.top)')
  await whole.getByRole('button', { name }).first().click()
}

test('a notebook is promoted', { timeout }, async t => {
  const root = await createDelaysProject()
  t.after(() => rm(root, { recursive: true, force: true }))
  const pipeline = (path: string): string => join(root, 'pipelines/delays', path)
  await inVsCode({ folder: root, name: 'promotion' }, async page => {
    const station = (name: string, work: () => Promise<void>): Promise<void> =>
      t.test(name, async () => {
        try {
          await work()
        } catch (error) {
          await screenshot(page, 'promotion-failed')
          throw error
        }
      })

    await station('each cell says what it needs and what needs it, before anything ran', async () => {
      await openNotebook(page, 'delays.ipynb')
      const lens = page.locator('.codelens-decoration', { hasText: 'needs sql, raw (Cell 2, Cell 4)' })
      await lens.first().waitFor({ timeout: patienceMs })
      await page.locator('.codelens-decoration', { hasText: 'needed by' }).first().waitFor()
      await screenshot(page, 'promotion-dependencies')
    })

    await station('a cell whose ground was edited is stale, and a click runs what it needs', async () => {
      await runAllCells(page)
      await page.keyboard.press('Control+Home')
      const limit = page.locator('.notebookOverlay .code-cell-row', { hasText: 'const limit' })
      await limit.locator('.view-lines').click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('const limit = 20 // minutes from which a flight is late')
      await page.keyboard.press('Escape')
      await page
        .locator('.cell-status-item', { hasText: 'Edited since it ran' })
        .first()
        .waitFor({ timeout: patienceMs })
      // Cells out of sight are not drawn.
      await toLastCell(page)
      const stale = page.locator('.cell-status-item', { hasText: 'Stale' }).last()
      await stale.waitFor({ timeout: patienceMs })
      await screenshot(page, 'promotion-stale')
      await stale.click()
      const drawn = page.locator('.cell-status-item', { hasText: 'Stale' }).first()
      await drawn.waitFor({ state: 'detached', timeout: patienceMs })
      await screenshot(page, 'promotion-mended')
    })

    await station('the page shows the proposal, and nothing is written', async () => {
      await runCommand(page, 'Slipway: Promote Notebook to Pipeline')
      await waitForSteps(page, ['clean', 'summarise'])
      await screenshot(page, 'promotion-proposal')
      assert.equal(existsSync(join(root, 'pipelines')), false)
    })

    await station('a step is renamed, split and joined; undo takes it back', async () => {
      const name = (await onPage(page, '.step input.name')).first()
      await name.fill('load-flights')
      await name.press('Enter')
      await waitForSteps(page, ['load-flights', 'summarise'])
      await press(page, 'Join these steps')
      await waitUntil('there is one step', async () => (await stepNames(page)).length === 1)
      await settled(page)
      await press(page, 'Undo the last change')
      await waitForSteps(page, ['load-flights', 'summarise'])
    })

    await station('a literal becomes a parameter', async () => {
      await (await onPage(page, 'button.literal')).filter({ hasText: '0.25' }).first().click()
      const menu = await onPage(page, 'dialog.popover')
      await menu.locator('[name=name]').fill('threshold')
      await menu.locator('[name=description]').fill('share from which an airport is among the worst')
      await screenshot(page, 'promotion-literal')
      await menu.getByRole('button', { name: 'Make Parameter' }).click()
      await onPage(page, 'aside code:has-text("threshold")')
      await screenshot(page, 'promotion-edited')
    })

    await station('the difference of a file is looked at before it is written', async () => {
      await (await onPage(page, 'aside button.link:has-text("steps/summarise.ts")')).first().click()
      const line = page.locator('.editor-instance .view-line', { hasText: 'threshold' }).first()
      await line.waitFor({ timeout: patienceMs })
      await screenshot(page, 'promotion-diff')
      assert.equal(existsSync(join(root, 'pipelines')), false)
      await runCommand(page, 'View: Close Editor')
    })

    await station('cancelling leaves everything as it was', async () => {
      await press(page, 'Write and Verify')
      await (await onPage(page, '.outcome.running button')).first().click()
      await onPage(page, '.outcome:has-text("Nothing was written")')
      assert.equal(existsSync(join(root, 'pipelines')), false)
    })

    await station('it is written and verified', async () => {
      await press(page, 'Write and Verify')
      await onPage(page, '.outcome.running')
      await screenshot(page, 'promotion-running')
      const outcome = await onPage(page, '.outcome.good, .outcome.doubtful, .outcome.bad')
      await screenshot(page, 'promotion-verified')
      assert.match(await outcome.innerText(), /written and verified[\s\S]*worst\s+exact/)
      const manifest = JSON.parse(await readFile(pipeline('pipeline.json'), 'utf8')) as {
        parameters: { name: string; default: unknown }[]
        steps: { name: string }[]
      }
      assert.deepEqual(
        manifest.steps.map(step => step.name),
        ['load-flights', 'summarise'],
      )
      assert.deepEqual(manifest.parameters.map(each => [each.name, each.default]).sort(), [
        ['limit', 20],
        ['threshold', 0.25],
      ])
    })

    await station('what both sides changed is merged in the merge editor', async () => {
      const step = pipeline('steps/summarise.ts')
      const text = await readFile(step, 'utf8')
      assert.match(text, /\.sort\(\)/)
      await writeFile(step, text.replace('.sort()', '.sort((a, b) => (a < b ? -1 : 1))'))
      await page.locator('.tab', { hasText: /^delays\.ipynb/ }).click()
      await toLastCell(page)
      const worst = page.locator('.notebookOverlay .code-cell-row', { hasText: 'const worst' })
      await worst.locator('.view-line', { hasText: '.sort()' }).first().click()
      await page.keyboard.press('End')
      await page.keyboard.type('.reverse()')
      await page.keyboard.press('Escape')
      await runAllCells(page)
      await runCommand(page, 'Slipway: Promote Notebook to Pipeline')
      await (await onPage(page, 'aside .file.conflict')).first().waitFor()
      await screenshot(page, 'promotion-conflict')
      await press(page, 'Write and Merge…')
      await page.locator('.merge-editor').first().waitFor({ timeout: patienceMs })
      await waitUntil('the merge editor shows a conflict', async () =>
        /conflict/i.test(await page.locator('.merge-editor').first().innerText()),
      )
      await screenshot(page, 'promotion-merge')
    })
  })
})

test('promotion in other themes', { timeout }, async t => {
  const root = await createDelaysProject()
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [name, theme] of [
    ['dark', 'Default Dark Modern'],
    ['contrast', 'Default High Contrast'],
  ] as const) {
    const settings = { 'workbench.colorTheme': theme }
    await inVsCode({ folder: root, name: `promotion-${name}`, settings }, async page => {
      await openNotebook(page, 'delays.ipynb')
      await page
        .locator('.codelens-decoration', { hasText: 'needs' })
        .first()
        .waitFor({ timeout: patienceMs })
      await screenshot(page, `promotion-dependencies-${name}`)
      await runCommand(page, 'Slipway: Promote Notebook to Pipeline')
      await waitForSteps(page, ['clean', 'summarise'])
      await screenshot(page, `promotion-proposal-${name}`)
    })
  }
})

test('a restricted workspace shows what cells need, and promotes nothing', { timeout }, async t => {
  const root = await createDelaysProject()
  t.after(() => rm(root, { recursive: true, force: true }))
  await inVsCode({ folder: root, name: 'promotion-restricted', restricted: true }, async page => {
    await openFile(page, 'delays.ipynb')
    const lens = page.locator('.codelens-decoration')
    await lens.filter({ hasText: 'needs' }).first().waitFor({ timeout: patienceMs })
    assert.equal(await lens.filter({ hasText: 'Promote' }).count(), 0)
    await page.keyboard.press('F1')
    await fillQuickInput(page, '>Slipway: Show What This Cell Needs')
    await quickPickItem(page, 'Slipway: Show What This Cell Needs').waitFor()
    await fillQuickInput(page, '>Slipway: Promote Notebook to Pipeline')
    // VS Code offers others that sound like it, and no command of that name.
    const offered = page.locator('.quick-input-list')
    await offered
      .getByText('similar commands')
      .or(offered.getByText('No matching commands'))
      .first()
      .waitFor()
    assert.equal(await quickPickItem(page, 'Slipway: Promote Notebook to Pipeline').count(), 0)
    await screenshot(page, 'promotion-restricted')
    assert.equal(existsSync(join(root, '.slipway')), false)
  })
})
