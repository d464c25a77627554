/**
 * Chromium, and what a person does in VS Code: open the workbench, a file, the command palette; take a picture.
 *
 * The browser is the system's own (`SLIPWAY_CHROMIUM` names another); screenshots go to `test-results/`.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Browser, type Locator, type Page, chromium } from 'playwright-core'
import { ensureSystemPackages, findProgram } from './system-packages.ts'

const repository = path.resolve(import.meta.dirname, '../..')

/** Where screenshots are kept. */
export const resultsFolder = path.join(repository, 'test-results')

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function findChromium(): string | undefined {
  return process.env['SLIPWAY_CHROMIUM'] ?? findProgram(chromiumNames)
}

/** A browser without a window. Close it with `close()`. */
export async function openBrowser(): Promise<Browser> {
  await ensureSystemPackages([
    { name: 'chromium', present: () => findChromium() !== undefined },
    { name: 'fonts-dejavu-core', present: () => existsSync('/usr/share/fonts') },
  ])
  // Chromium's sandbox does not start for the superuser nor in most containers.
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

/** Opens VS Code on a page of its own and waits until its files are shown. */
export async function openWorkbench(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(60_000)
  await page.goto(url)
  await page.locator('.monaco-workbench').waitFor()
  await page.locator('.explorer-viewlet .monaco-list-row').first().waitFor()
  return page
}

/** Runs a command by its title, as the command palette shows it, e.g. `Slipway: Submit Pipeline`. */
export async function runCommand(page: Page, title: string): Promise<void> {
  // A page that has just been loaded may take the focus, and with it the palette away.
  for (let tries = 3; ; tries -= 1) {
    await page.keyboard.press('F1')
    const chosen = await chooseCommand(page, title, tries > 1 ? 15_000 : 60_000).then(
      () => true,
      (error: unknown) => {
        if (tries === 1) throw error
        return false
      },
    )
    if (chosen) return
  }
}

async function chooseCommand(page: Page, title: string, timeout: number): Promise<void> {
  await fillQuickInput(page, `>${title}`, timeout)
  await quickPickItem(page, title).click({ timeout })
}

/** Opens a file of the workspace by its path. */
export async function openFile(page: Page, file: string): Promise<void> {
  const name = path.posix.basename(file)
  const opened = page.locator('.tab.active', { hasText: name })
  // The list is drawn anew while VS Code still looks for files: a click may go nowhere.
  for (let tries = 3; ; tries -= 1) {
    await page.keyboard.press('Control+P')
    await fillQuickInput(page, file)
    await quickPickItem(page, name).click()
    const came = await opened.waitFor({ timeout: tries > 1 ? 10_000 : 60_000 }).then(
      () => true,
      (error: unknown) => {
        if (tries === 1) throw error
        return false
      },
    )
    if (came) return
  }
}

/** Replaces what stands in the open quick input. */
export async function fillQuickInput(page: Page, text: string, timeout = 60_000): Promise<void> {
  const input = page.locator('.quick-input-widget input[type=text]')
  await input.waitFor({ state: 'visible', timeout })
  await input.fill(text, { timeout })
}

/** The row of the open quick pick with this label. */
export function quickPickItem(page: Page, label: string): Locator {
  const exact = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`)
  return page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ has: page.locator('.label-name', { hasText: exact }) })
    .first()
}

/** Keeps a picture of the page as `test-results/<name>.png`, and gives its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  await mkdir(resultsFolder, { recursive: true })
  const file = path.join(resultsFolder, `${name}.png`)
  await page.screenshot({ path: file })
  return file
}
