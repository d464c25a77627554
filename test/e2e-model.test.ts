/**
 * The model language in real VS Code, by keyboard and mouse: in a project with nothing but data a model is written
 * from an empty file by completion, snippets and quick fixes, then trained and tested; and what the editor shows of
 * models is looked at. Screenshots of every station lie in test-results/.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Page } from 'playwright-core'
import { createDatabase } from '../catalog/index.ts'
import { openEngine } from '../engine/index.ts'
import { format } from '../language/index.ts'
import { loadProject } from '../library/project.ts'
import {
  accept,
  awaitMistake,
  awaitNoMistake,
  choose,
  leaveSnippet,
  nextLine,
  quickFix,
  readsProblem,
  save,
  toLine,
  toWord,
  waitUntil,
} from './e2e-editor.ts'
import { inFrames, line, notification } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { openFile, quickPickItem, runCommand, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 1_200_000

// Made before the clock of the test runs.
before(async () => void (await packagedExtension()), { timeout })

/** A project with data and nothing else but what the stations need to begin. */
async function createEmptyProject(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-empty-'))
  await writeFlights(root)
  await writeFile(join(root, 'slipway.json'), '{ "language": 1 }\n')
  await writeFile(join(root, 'late.slip'), '')
  await writeFile(join(root, 'busy.slip'), busyModel)
  await writeFile(join(root, 'notes.ipynb'), notebook)
  return root
}

const allFlights = join(import.meta.dirname, '../node_modules/vega-datasets/data/flights-3m.parquet')

/** Every fifteenth of three million real flights, so that training is a matter of seconds. */
async function writeFlights(root: string): Promise<void> {
  await mkdir(join(root, 'data'))
  const engine = await openEngine({ root })
  try {
    const rows = `SELECT * FROM '${allFlights}' WHERE hash(date, origin, destination) % 15 = 0`
    const copy = `COPY (${rows}) TO '${join(root, 'data/flights.parquet')}' (FORMAT parquet)`
    await createDatabase(() => engine.connection()).all({ sql: copy })
  } finally {
    await engine.close()
  }
}

/** Uses what the file that is written declares. */
const busyModel = `import { flights } from "late.slip"

entity route(origin: string)

feature departures_1d of route = count() by flights.origin over 1 day
`

const notebook = JSON.stringify({
  cells: [
    {
      cell_type: 'code',
      id: 'first',
      metadata: {},
      execution_count: null,
      outputs: [],
      source: ['const answer = 42'],
    },
  ],
  metadata: {
    kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
    language_info: { name: 'typescript' },
  },
  nbformat: 4,
  nbformat_minor: 5,
})

/** Errors and warnings of a file, as the command line reads it. */
async function problemsOf(root: string, file: string): Promise<readonly string[]> {
  const { workspace } = await loadProject(root)
  const found = workspace.diagnostics(file).filter(({ severity }) => /error|warning/.test(severity))
  return found.map(({ code, message }) => `${code} ${message}`)
}

test('a model from an empty file, and what the editor shows of it', { timeout }, async t => {
  const root = await createEmptyProject()
  t.after(() => rm(root, { recursive: true, force: true }))
  const textOf = (file: string): Promise<string> => readFile(join(root, file), 'utf8')
  const settings = { 'slipway.sampleRows': 20_000 }
  await inVsCode({ folder: root, name: 'model', settings }, async page => {
    const station = (name: string, work: () => Promise<void>): Promise<void> =>
      t.test(name, async () => {
        try {
          await work()
        } catch (error) {
          await screenshot(page, 'model-failed')
          throw error
        }
      })

    await station('it is written by completion, snippets and quick fixes', async () => {
      await openFile(page, 'late.slip')
      await page.locator('.editor-instance .view-lines').first().click()
      await writeSource(page)
      await writeModel(page)
      await writeFeatures(page)
      await writeHyperparameter(page)
      await writeRequirementAndTest(page)
      await awaitNoMistake(page)
      await save(page)
      await screenshot(page, 'model-written')
      const text = await textOf('late.slip')
      assert.equal(format(text), text, 'what was written is canonical')
      assert.deepEqual(await problemsOf(root, 'late.slip'), [])
      assert.match(text, /^ {4}delay_7d += delay_7d\(origin\)$/m)
      assert.match(text, /^feature delay_7d of origin = mean\(flights\.delay\)/m)
      assert.match(text, /algorithm logistic_regression \{ l2 = 0 \}/)
    })

    await station('its tests pass in the Test Explorer, and one that should fail does', async () => {
      await runCommand(page, 'Slipway: Run Tests')
      await page
        .locator('.codicon-testing-passed-icon, .codicon-testing-failed-icon, .codicon-testing-error-icon')
        .first()
        .waitFor({ timeout: 120_000 })
      await runCommand(page, 'View: Show Testing')
      await page.locator('.test-explorer .monaco-list-row', { hasText: 'late.slip' }).click()
      for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight')
      await page.locator('.test-explorer .monaco-list-row', { hasText: 'a calm morning' }).waitFor()
      await screenshot(page, 'model-tests')
      await toWord(page, 'expect late_probability', '0.5')
      await page.keyboard.press('End')
      for (const key of ['Backspace', 'Backspace', 'Backspace']) await page.keyboard.press(key)
      await page.keyboard.type('0')
      await save(page)
      await runCommand(page, 'Slipway: Run Tests')
      const told = page.locator('.test-error-content-widget', {
        hasText: /Expected late_probability < 0, got/,
      })
      await told.first().waitFor({ timeout: 120_000 })
      await screenshot(page, 'model-test-failed')
      await page.keyboard.press('Backspace')
      await page.keyboard.type('0.5')
      await save(page)
      await runCommand(page, 'View: Show Explorer')
    })

    await station('it is trained on a sample by its lens', async () => {
      await lens(page, 'Train on a sample')
      await inFrames(page, '.badge.succeeded, .badge.failed', 120_000)
      const card = await inFrames(page, '.card table')
      assert.match(await card.first().innerText(), /test\s+0\.[5-9]\d+/)
      await screenshot(page, 'model-trained')
      await runCommand(page, 'View: Close Editors in Other Groups')
    })

    await station('its features are previewed by its lens', async () => {
      await lens(page, 'Preview features')
      const grid = await inFrames(page, '[role=grid]', 120_000)
      assert.match(await grid.first().innerText(), /distance[^]*\(label\)/)
      await screenshot(page, 'model-preview')
      await runCommand(page, 'View: Close Editors in Other Groups')
      await runCommand(page, 'View: Close Editor')
    })

    await station('lenses, hints, a hover with a histogram, SQL beside it', async () => {
      await page.locator('.editor-instance .codelens-decoration', { hasText: 'Run tests (1)' }).waitFor()
      await line(page, ': int?').waitFor()
      await line(page, 'distance').getByText('distance').first().hover()
      const hover = page.locator('.monaco-hover', { hasText: /int/ }).first()
      await hover.waitFor()
      await screenshot(page, 'model-hover')
      assert.ok(
        (await hover.locator('img').count()) > 0 || /[▁▂▃▄▅▆▇█]/.test(await hover.innerText()),
        'the hover shows the shape of the values',
      )
      await page.keyboard.press('Escape')
      await lens(page, 'Show SQL', 'Train on a sample')
      await page.locator('.tab.active', { hasText: 'late_departure.sql' }).or(sqlTab(page)).first().waitFor()
      await line(page, /read_parquet\('data\/flights\.parquet'\)/).waitFor()
      await screenshot(page, 'model-sql')
    })

    await station('a rename follows imports into other files', async () => {
      await openFile(page, 'late.slip')
      await runCommand(page, 'View: Close Editors in Other Groups')
      await page.keyboard.press('Control+Home')
      await toWord(page, 'source flights', 'flights')
      await page.keyboard.press('F2')
      const box = page.locator('.rename-box input')
      await box.waitFor()
      await box.fill('departures')
      await page.keyboard.press('Enter')
      await line(page, 'source departures').waitFor()
      await runCommand(page, 'File: Save All Files')
      await waitUntil('both files say the new name', async () => {
        const [own, other] = await Promise.all(['late.slip', 'busy.slip'].map(textOf))
        return /observe departures/.test(own!) && /import \{ departures \}/.test(other!)
      })
      assert.match(await textOf('busy.slip'), /by departures\.origin/)
      await screenshot(page, 'model-renamed')
    })

    await station('a cell of a notebook is in the model language by its first line', async () => {
      await openFile(page, 'notes.ipynb')
      const cells = page.locator('.notebookOverlay .code-cell-row')
      await cells.first().waitFor()
      await runCommand(page, 'Notebook: Select Notebook Kernel')
      await quickPickItem(page, 'Slipway (TypeScript)').click()
      await page.locator('.kernel-label', { hasText: 'Slipway (TypeScript)' }).waitFor()
      await cells.first().click()
      await runCommand(page, 'Slipway: Insert Model Cell')
      await cells.nth(1).locator('.monaco-editor.focused').waitFor()
      await page.locator('.notebookOverlay .view-line', { hasText: '%%slip' }).waitFor()
      // The cursor goes behind the first line once VS Code has drawn the cell.
      await page.waitForTimeout(1000)
      // On one line: Enter would take what is suggested, and Escape leave the cell.
      const text = 'source days { from parquet "data/flights.parquet", time dat'
      await page.keyboard.type(text, { delay: 20 })
      const cell = cells.nth(1)
      await cell.locator('.squiggly-error').first().waitFor()
      await cell.getByText('Slipway', { exact: true }).first().waitFor()
      await screenshot(page, 'model-cell')
      await page.keyboard.type('e')
      await cell.locator('.squiggly-error').first().waitFor({ state: 'detached' })
      for (const key of ['Escape', 'Escape']) await page.keyboard.press(key)
      await runCommand(page, 'Notebook: Execute Cell')
      await inFrames(page, 'text=/Declared source days/')
      await screenshot(page, 'model-cell-ran')
    })

    await station('help: the walkthrough, and a report that says nothing of the person', async () => {
      await runCommand(page, 'Slipway: Get Started')
      await page
        .locator('.gettingStartedDetailsContent, .getting-started', { hasText: 'Open the model' })
        .first()
        .waitFor()
      await page.locator('.gettingStartedContainer .codicon-getting-started-step-checked').first().waitFor()
      await screenshot(page, 'model-walkthrough')
      await runCommand(page, 'Slipway: Report a Problem…')
      await notification(page, 'Nothing has been sent').waitFor()
      await screenshot(page, 'model-report')
      await pressCopy(page)
      let report = ''
      await waitUntil('the report is in the clipboard', async () => {
        report = await page.evaluate(() => navigator.clipboard.readText())
        return report !== ''
      })
      assert.match(report, /## Editor\n[\s\S]*Slipway/)
      for (const place of [homedir(), root]) assert.ok(!report.includes(place), `${place} is in the report`)
    })
  })
})

/** The data file makes the source; its time comes from the file, too. */
async function writeSource(page: Page): Promise<void> {
  await accept(page, 'sour', 'source flights')
  await page.keyboard.press('Tab')
  await accept(page, 'ti', 'time')
  await accept(page, 'da', 'date')
  await nextLine(page)
  await accept(page, 'kn', 'known')
  await page.keyboard.type('3')
  await leaveSnippet(page)
  await screenshot(page, 'model-source')
}

async function writeModel(page: Page): Promise<void> {
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Enter')
  await accept(page, 'mod', 'model of flights')
  await page.keyboard.type('late_departure')
  for (const key of ['Tab', 'Tab', 'Tab']) await page.keyboard.press(key)
  await page.keyboard.type('15')
  await leaveSnippet(page)
  await screenshot(page, 'model-snippet')
}

/** Two mistakes on the way: a misspelt column, and one that is known only when it is too late. */
async function writeFeatures(page: Page): Promise<void> {
  await toLine(page, 'features {')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await accept(page, 'dist', 'distance')
  await nextLine(page)
  await accept(page, 'hour = cat', 'category')
  await accept(page, 'hou', 'hour')
  await accept(page, 'dat', 'date')
  await nextLine(page)
  await page.keyboard.type('destnation', { delay: 20 })
  await page.keyboard.press('Escape')
  await awaitMistake(page)
  await readsProblem(page, /destnation/)
  await screenshot(page, 'model-misspelt')
  await quickFix(page, /Change to .destination/)
  await awaitNoMistakeOf(page, 'destnation')
  await nextLine(page)
  await accept(page, 'del', 'delay')
  await awaitMistake(page)
  await readsProblem(page, /from which the label .late. is computed/)
  await screenshot(page, 'model-leak')
  await quickFix(page, /windowed mean of .delay. per .origin/)
  await line(page, 'feature delay_7d of').waitFor()
  await screenshot(page, 'model-mended')
}

async function awaitNoMistakeOf(page: Page, word: string): Promise<void> {
  await page.locator('.editor-instance .view-line', { hasText: word }).waitFor({ state: 'detached' })
}

/** The third mistake: a hyperparameter out of its range. */
async function writeHyperparameter(page: Page): Promise<void> {
  await toLine(page, 'algorithm logistic_regression')
  await page.keyboard.type(' { ')
  await accept(page, 'l', 'l2')
  await page.keyboard.type('-1')
  await leaveSnippet(page)
  await awaitMistake(page)
  await readsProblem(page, /l2/)
  await screenshot(page, 'model-out-of-range')
  await quickFix(page, 'Change to 0')
}

/** Preparation has its place before the algorithm; the requirement and the test come last. */
async function writeRequirementAndTest(page: Page): Promise<void> {
  await toLine(page, /^\s*test\s+(0\.15|after)/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  for (const key of ['Enter', 'Enter']) await page.keyboard.press(key)
  await accept(page, 'pre', 'prepare')
  await leaveSnippet(page)
  await toLine(page, 'late_probability =')
  await page.keyboard.press('Enter')
  await accept(page, 'req', 'require')
  await leaveSnippet(page)
  await toLine(page, 'require auc')
  for (let i = 0; i < 3; i++) await page.keyboard.press('Backspace')
  await page.keyboard.type('0.6')
  await page.keyboard.press('Enter')
  await page.keyboard.type('te', { delay: 30 })
  await choose(page, 'test')
  await page.keyboard.type('a calm morning')
  await leaveSnippet(page)
}

/** Clicks a lens of the open editor; of several with one title the one beside another. */
async function lens(page: Page, title: string, beside = title): Promise<void> {
  const lenses = page.locator('.editor-instance .codelens-decoration', { hasText: beside }).first()
  await lenses.locator('a', { hasText: title }).first().click()
}

function sqlTab(page: Page) {
  return page.locator('.tab', { hasText: 'late_departure.sql' })
}

async function pressCopy(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await notification(page, 'Nothing has been sent')
    .locator('.monaco-button', { hasText: 'Copy' })
    .first()
    .click()
}
