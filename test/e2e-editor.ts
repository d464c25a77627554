/** What a person does in a text editor of VS Code: accept completions, apply quick fixes, rename. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'

const typingMs = 30
/** How long something may take to be seen on a busy machine. */
const patienceMs = 60_000

/** Types the beginning of a word and takes the completion with this label; the list must offer it. */
export async function accept(page: Page, prefix: string, label: string): Promise<void> {
  await page.keyboard.type(prefix, { delay: typingMs })
  await choose(page, label)
}

/** Takes the completion with this label from the list, which is asked for when it does not come by itself. */
export async function choose(page: Page, label: string): Promise<void> {
  const list = page.locator('.suggest-widget.visible .monaco-list-row')
  const row = list.filter({ has: page.locator('.label-name', { hasText: exactly(label) }) }).first()
  const deadline = Date.now() + patienceMs
  while (!(await row.isVisible())) {
    if (Date.now() > deadline) {
      const offered = await list.locator('.label-name').allInnerTexts()
      assert.fail(`Expected the completion ${label}, got ${offered.join(', ') || 'none'}.`)
    }
    await row.waitFor({ timeout: 3000 }).catch(() => page.keyboard.press('Control+Space'))
  }
  await row.click()
  await page
    .locator('.suggest-widget.visible')
    .waitFor({ state: 'hidden' })
    .catch(() => undefined)
}

function exactly(label: string): RegExp {
  return new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
}

/** Ends the places of a snippet and begins a new line behind the one with the cursor. */
export async function nextLine(page: Page): Promise<void> {
  await leaveSnippet(page)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
}

/** Closes the list of completions, then leaves the snippet. */
export async function leaveSnippet(page: Page): Promise<void> {
  for (let i = 0; i < 2; i++) await page.keyboard.press('Escape')
}

/** Puts the cursor at the end of the line that reads so. */
export async function toLine(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('.editor-instance .view-line', { hasText: text }).first().click()
  await page.keyboard.press('End')
}

/** Puts the cursor into a word of the line that holds this text. */
export async function toWord(page: Page, lineText: string | RegExp, word: string): Promise<void> {
  const found = page.locator('.editor-instance .view-line', { hasText: lineText }).first()
  await found.getByText(word).first().click()
}

/** Applies the quick fix with this title at the cursor. VS Code closes the list when the diagnostics change meanwhile. */
export async function quickFix(page: Page, title: string | RegExp): Promise<void> {
  const list = page.locator('.action-widget .monaco-list-row.action')
  const row = list.filter({ hasText: title }).first()
  let offered = ''
  await waitUntil(
    `the quick fix ${String(title)} is offered`,
    async () => {
      await page.keyboard.press('Control+.')
      try {
        await row.waitFor({ timeout: 15_000 })
        await row.click({ timeout: 5000 })
        return true
      } catch {
        offered = (await list.allInnerTexts()).join(', ')
        await page.keyboard.press('Escape')
        return false
      }
    },
    () => `Offered: ${offered}`,
  )
}

/** The squiggles of a colour that the open editor shows. */
export function squiggles(page: Page, severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
  return page.locator(`.editor-instance .squiggly-${severity}`)
}

/** Waits for a squiggle. */
export async function awaitMistake(page: Page, severity: 'error' | 'warning' = 'error'): Promise<void> {
  await squiggles(page, severity).first().waitFor({ timeout: patienceMs })
}

/** Waits until nothing is underlined as wrong. */
export async function awaitNoMistake(page: Page): Promise<void> {
  const marks = page.locator('.editor-instance').locator('.squiggly-error, .squiggly-warning')
  await waitUntil('nothing is underlined', async () => (await marks.count()) === 0)
}

/** Waits until the hover at the cursor tells of a problem so; what is said comes in parts. */
export async function readsProblem(page: Page, expected: RegExp): Promise<void> {
  let said = ''
  await waitUntil(
    `the hover says ${String(expected)}`,
    async () => {
      await page.keyboard.press('Control+K')
      await page.keyboard.press('Control+I')
      const hover = page.locator('.monaco-hover:visible', { hasText: expected }).first()
      const found = await hover.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      )
      said = (await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n')
      await page.keyboard.press('Escape')
      return found
    },
    () => said,
  )
}

/** Saves the open editor. */
export async function save(page: Page): Promise<void> {
  await page.keyboard.press('Control+S')
  await page.locator('.tab.active.dirty').waitFor({ state: 'detached' })
}

/** Waits until a condition of the page holds. */
export async function waitUntil(
  what: string,
  holds: () => Promise<boolean>,
  instead: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await holds())) {
    const waited = `After ${patienceMs / 1000} s it does not hold that ${what}.`
    assert.ok(Date.now() < deadline, `${waited} ${instead()}`.trim())
    await delay(100)
  }
}
