/** What a person does with Slipway in VS Code, and what they see: for the end-to-end tests. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Frame, Locator, Page } from 'playwright-core'
import { fillQuickInput, openFile, quickPickItem, runCommand } from './support/browser.ts'

/** How long something may take to be seen on a busy machine. */
const patienceMs = 120_000

/** Outputs and tabs of ours live in frames within frames; finds the one that shows this selector. */
export async function inFrames(page: Page, selector: string, timeoutMs = patienceMs): Promise<Locator> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    for (const frame of page.frames()) {
      const found = await visibleIn(frame, selector)
      if (found) return found
    }
    if (Date.now() > deadline) throw new Error(`No frame shows ${selector} after ${timeoutMs / 1000} s.`)
    await delay(250)
  }
}

async function visibleIn(frame: Frame, selector: string): Promise<Locator | undefined> {
  try {
    const locator = frame.locator(selector)
    const shown = (await locator.count()) > 0 && (await locator.first().isVisible())
    return shown ? locator : undefined
  } catch {
    // Frames come and go while VS Code draws.
    return undefined
  }
}

/** Opens a notebook and chooses the Slipway kernel in the picker. */
export async function openNotebook(page: Page, file: string): Promise<void> {
  await openFile(page, file)
  await page
    .locator('.notebookOverlay .cell-list-container .monaco-list-row')
    .first()
    .waitFor({ state: 'attached' })
  await page
    .locator('.notebookOverlay .cell.markdown, .notebookOverlay .code-cell-row')
    .first()
    .waitFor({ state: 'attached' })
  await runCommand(page, 'Notebook: Select Notebook Kernel')
  await quickPickItem(page, 'Slipway (TypeScript)').click()
  await page.locator('.kernel-label', { hasText: 'Slipway (TypeScript)' }).waitFor()
}

/** Runs all cells and waits until the last one has run. */
export async function runAllCells(page: Page): Promise<void> {
  await runCommand(page, 'Notebook: Run All')
  await toLastCell(page)
  const last = page.locator('.notebookOverlay .code-cell-row').last()
  await last
    .locator('.codicon-notebook-state-success, .codicon-notebook-state-error')
    // A cell that failed ends the run before the last one.
    .or(page.locator('.notebookOverlay .codicon-notebook-state-error'))
    .first()
    .waitFor({ timeout: 4 * patienceMs })
  assert.equal(
    await page.locator('.notebookOverlay .codicon-notebook-state-error').count(),
    0,
    'a cell failed',
  )
}

/** Selects the last cell, which scrolls to it. */
export async function toLastCell(page: Page): Promise<void> {
  await runCommand(page, 'Notebook: Focus Last Cell').catch(() => undefined)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+End')
}

export async function toFirstCell(page: Page): Promise<void> {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Home')
}

/** The line of the open text editor that holds this text. */
export function line(page: Page, text: string | RegExp): Locator {
  return page.locator('.editor-instance .view-line', { hasText: text }).first()
}

/** Waits until a line of the open editor reads so, blank by blank. */
export async function lineReads(page: Page, expected: RegExp): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    // VS Code draws blanks as no-break spaces.
    const lines = (await page.locator('.editor-instance .view-line').allTextContents()).map(text =>
      text.replaceAll('\u00a0', ' '),
    )
    if (lines.some(text => expected.test(text))) return
    assert.ok(Date.now() < deadline, `No line reads ${String(expected)}:\n${lines.join('\n')}`)
    await delay(100)
  }
}

/** Puts the cursor behind the line with this text and begins a new one. */
export async function newLineBehind(page: Page, text: string): Promise<void> {
  await line(page, text).click()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
}

/** Opens the views of Slipway in the side bar. */
export async function openSlipwayViews(page: Page): Promise<void> {
  await runCommand(page, 'Slipway: Focus on Catalog View').catch(() => undefined)
  await page.locator('.pane-header', { hasText: 'Catalog' }).waitFor()
}

/** A row of a view in the side bar. */
export function treeRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.sidebar .monaco-list-row', { hasText: text }).first()
}

/** The newest notification with this text. */
export function notification(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast', { hasText: text }).first()
}

/** Presses a button of a notification. */
export async function pressOnNotification(page: Page, text: string | RegExp, button: string): Promise<void> {
  const toast = notification(page, text)
  await toast.waitFor({ timeout: 4 * patienceMs })
  await toast.locator('.monaco-button', { hasText: button }).first().click()
}

/** Runs one of our commands and answers the pick that it asks, if it does. */
export async function pick(page: Page, text: string): Promise<void> {
  await fillQuickInput(page, text)
  await page.locator('.quick-input-list .monaco-list-row').first().click()
}

/** Text in the output of a cell. */
export function cellOutput(page: Page, text: RegExp): Promise<Locator> {
  return inFrames(page, `text=${String(text)}`)
}

/** Waits for a suggestion; asks for it by the keyboard when none came by itself while typing. */
export async function awaitSuggestion(page: Page, text: string): Promise<void> {
  const row = page.locator('.suggest-widget .monaco-list-row', { hasText: text }).first()
  const came = await row.waitFor({ timeout: 5000 }).then(
    () => true,
    () => false,
  )
  if (came) return
  await page.keyboard.press('Control+Space')
  await row.waitFor()
}

/** Fills fields of the endpoint's page and asks. */
export async function fillForm(page: Page, row: Readonly<Record<string, string>>): Promise<void> {
  const form = await inFrames(page, 'form')
  for (const [name, value] of Object.entries(row)) await form.locator(`[name="${name}"]`).fill(value)
  await form.getByRole('button', { name: 'Predict' }).click()
}
