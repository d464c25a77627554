/**
 * The whole road in real VS Code, by keyboard and mouse: the packaged extension in an empty profile, a copy of an
 * example outside the checkout, with data and without node_modules. Screenshots of every station lie in
 * test-results/.
 */
import assert from 'node:assert/strict'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import type { Page } from 'playwright-core'
import {
  awaitSuggestion,
  cellOutput,
  fillForm,
  inFrames,
  line,
  lineReads,
  newLineBehind,
  notification,
  openNotebook,
  openSlipwayViews,
  pressOnNotification,
  runAllCells,
  toFirstCell,
  treeRow,
} from './e2e-page.ts'
import { startBackend } from './support/backend-process.ts'
import { inVsCode } from './e2e-session.ts'
import { openFile, runCommand, screenshot } from './support/browser.ts'
import { createTestProject } from './support/project.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 1_200_000

// Made before the clock of the first test runs.
before(async () => void (await packagedExtension()), { timeout })

/** From the open notebook to a verified pipeline. */
async function promote(page: Page, name: string): Promise<void> {
  await runCommand(page, 'Slipway: Promote Notebook to Pipeline')
  const write = await inFrames(page, 'button:has-text("Write and Verify"):enabled', 120_000)
  await screenshot(page, `${name}-proposal`)
  await write.click()
  const outcome = await inFrames(page, '.outcome.good, .outcome.doubtful, .outcome.bad', 480_000)
  await screenshot(page, `${name}-promoted`)
  assert.match(await outcome.first().innerText(), /written and verified/)
}

/** From a pipeline to the page of a run that has succeeded. */
async function submit(page: Page, name: string): Promise<void> {
  await runCommand(page, 'Slipway: Submit Pipeline')
  await inFrames(page, '.step .mark.running, .badge.succeeded')
  await screenshot(page, `${name}-running`)
  const badge = await inFrames(page, '.badge.succeeded, .badge.failed', 480_000)
  await screenshot(page, `${name}-ran`)
  assert.equal(await badge.first().textContent(), 'succeeded')
}

async function deploy(page: Page, name: string): Promise<string> {
  await runCommand(page, 'Slipway: Deploy Model')
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'version 1' }).first().click()
  const toast = notification(page, 'answers at')
  await toast.waitFor({ timeout: 120_000 })
  await screenshot(page, `${name}-deployed`)
  const url = /http:\S+predict/.exec((await toast.textContent()) ?? '')?.[0]
  assert.ok(url, 'the notification gives the URL')
  return url
}

test('flights: from the notebook to a prediction', { timeout }, async t => {
  await using project = await createTestProject('flights')
  // Hints stand inside the lines whose text is compared here.
  const settings = { 'editor.inlayHints.enabled': 'off' }
  await inVsCode({ folder: project.root, name: 'flights', settings }, async page => {
    const station = (name: string, work: () => Promise<void>): Promise<void> =>
      t.test(name, async () => {
        try {
          await work()
        } catch (error) {
          await screenshot(page, 'flights-failed')
          throw error
        }
      })
    await station('the notebook runs, its tables and plots are seen', async () => {
      await openNotebook(page, 'explore.ipynb')
      await runAllCells(page)
      await screenshot(page, 'flights-notebook-end')
      await cellOutput(page, /test AUC 0\.6[4-9]\d/)
      const metrics = await inFrames(page, '.card table')
      assert.match(await metrics.first().innerText(), /test\s+0\.6\d+/)
      await toFirstCell(page)
      const grid = await inFrames(page, '.frame:has([role=status]:text("3,000,000 rows × 5 columns"))')
      await screenshot(page, 'flights-notebook')
      // Sorted by a click on the head: the earliest departures of all rows first.
      const delays = async (): Promise<number[]> =>
        (await grid.first().locator('.body [aria-colindex="3"]').allInnerTexts()).map(Number)
      const unsorted = await delays()
      const head = grid.first().getByRole('columnheader', { name: /^delay/ })
      await head.click({ position: { x: 20, y: 10 } })
      await grid.first().locator('[role=columnheader][aria-sort=ascending]').waitFor({ timeout: 120_000 })
      const sorted = await delays()
      assert.deepEqual(
        sorted,
        sorted.toSorted((a, b) => a - b),
      )
      assert.ok(sorted[0]! < Math.min(...unsorted), 'the first of all rows is not on the first page')
      const bars = await inFrames(page, 'svg.marks path[aria-roledescription="bar"]')
      assert.ok((await bars.count()) >= 20, 'a bar for every hour')
      await bars.first().scrollIntoViewIfNeeded()
      await screenshot(page, 'flights-plot')
    })

    await station('the model file is coloured, completed, explained, checked and formatted', async () => {
      await openFile(page, 'late.slip')
      const keyword = line(page, 'observe flights').getByText('observe', { exact: true })
      const name = line(page, 'observe flights').getByText('flights').last()
      const colour = (element: Element): string => getComputedStyle(element).color
      await keyword.waitFor()
      assert.notEqual(await keyword.evaluate(colour), await name.evaluate(colour))
      await line(page, 'log1p').getByText('log1p').first().hover()
      await page.locator('.monaco-hover', { hasText: 'Natural logarithm' }).waitFor()
      await screenshot(page, 'flights-hover')
      await newLineBehind(page, 'origin_delay = ')
      await page.keyboard.type('short   = log1', { delay: 50 })
      await awaitSuggestion(page, 'log1p')
      await screenshot(page, 'flights-completion')
      await page.keyboard.press('Escape')
      await page.keyboard.type('x(distance)')
      await page.locator('.squiggly-error').first().waitFor()
      await screenshot(page, 'flights-diagnostic')
      for (const key of ['Shift+Home', 'Delete']) await page.keyboard.press(key)
      await page.keyboard.type('short   = log1p(distance)', { delay: 20 })
      await page.locator('.squiggly-error').first().waitFor({ state: 'detached' })
      await runCommand(page, 'Format Document')
      await lineReads(page, /^ +short {8}= log1p\(distance\)$/)
      await screenshot(page, 'flights-formatted')
      await runCommand(page, 'File: Revert File')
    })

    await station('a feature is looked up in the catalog and inserted', async () => {
      await runCommand(page, 'Slipway: Apply Features to Catalog')
      await notification(page, /Catalog: departure_delay_7d/).waitFor({ timeout: 240_000 })
      await openSlipwayViews(page)
      await treeRow(page, 'departure_delay_7d').waitFor()
      await treeRow(page, 'departure_delay_7d').locator('.monaco-tl-twistie').click()
      await treeRow(page, /owner\s*ops-ml/).waitFor()
      await screenshot(page, 'flights-catalog')
      await line(page, 'origin_delay = ').click()
      await runCommand(page, 'Slipway: Search Features')
      const search = page.locator('.quick-input-widget input[placeholder^="Search the catalog"]')
      await search.waitFor()
      await search.pressSequentially('rolling delay', { delay: 30 })
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'departure_delay_7d' }).waitFor()
      await screenshot(page, 'flights-search')
      await page.keyboard.press('Enter')
      await lineReads(page, /^ +departure_delay_7d = departure_delay_7d(@1)?\(/)
      await screenshot(page, 'flights-inserted')
      await page.keyboard.press('Escape')
      await runCommand(page, 'File: Revert File')
    })

    await station('promoted, submitted, watched, deployed, asked', async () => {
      await openFile(page, 'explore.ipynb')
      await promote(page, 'flights')
      const steps = join(project.root, 'pipelines/explore/steps')
      const code = (
        await Promise.all((await readdir(steps)).map(f => readFile(join(steps, f), 'utf8')))
      ).join('\n')
      assert.match(code, /A departure more than an hour early is a date gone wrong/)
      assert.doesNotMatch(code, /danfojs|plot\(/)
      await openSlipwayViews(page)
      await submit(page, 'flights')
      await treeRow(page, /late_departure\s*v1/).waitFor()
      const log = await (await inFrames(page, '.log')).innerText()
      assert.match(log, /registered late_departure version 1/)
      await deploy(page, 'flights')
      await pressOnNotification(page, 'answers at', 'Predict')
      const row = { date: '2001-06-12T07:10', distance: '400', origin: 'BOI', destination: 'SEA' }
      await fillForm(page, row)
      const answer = await inFrames(page, '.answer .value')
      const probability = Number(await answer.first().textContent())
      assert.ok(probability > 0 && probability < 0.5, `a calm morning: ${probability}`)
      await screenshot(page, 'flights-predicted')
      assert.match(
        await (await inFrames(page, '.answer')).first().innerText(),
        /departure_delay_7d.*online store/,
      )
      await fillForm(page, { distance: 'far' })
      const problem = await inFrames(page, '.problem')
      assert.match(await problem.first().innerText(), /distance.*far/s)
      await screenshot(page, 'flights-refused')
    })
  })
})

test('birdstrikes: the same road to a backend in another process and folder', { timeout }, async t => {
  await using project = await createTestProject('birdstrikes')
  const state = join(tmpdir(), `slipway-far-${process.pid}`)
  t.after(() => rm(state, { recursive: true, force: true }))
  const backend = await startBackend(state, { cwd: tmpdir(), args: ['--port', '0'] })
  t.after(() => backend.kill())
  await writeFile(
    join(project.root, 'slipway.json'),
    JSON.stringify({ language: 1, backend: backend.info.url }),
  )
  const env = { SLIPWAY_TOKEN_FILE: backend.info.tokenFile }
  await inVsCode({ folder: project.root, name: 'strikes', env }, async page => {
    await openNotebook(page, 'strikes.ipynb')
    await runAllCells(page)
    await screenshot(page, 'strikes-notebook')
    await promote(page, 'strikes')
    await openSlipwayViews(page)
    await submit(page, 'strikes')
    const url = await deploy(page, 'strikes')
    assert.ok(url.startsWith(backend.info.url), `${url} is the other backend's`)
    await pressOnNotification(page, 'answers at', 'Predict')
    await fillForm(page, {
      'Wildlife Size': 'Large',
      'Flight Date': '2001-06-12',
      'Phase of flight': 'Climb',
    })
    const answer = await inFrames(page, '.answer .value')
    const probability = Number(await answer.first().textContent())
    assert.ok(probability > 0 && probability < 1)
    await screenshot(page, 'strikes-predicted')
    assert.match(await (await inFrames(page, '.answer')).first().innerText(), /experience/)
    const [run] = (await backend.client.runs()).runs
    assert.equal(run?.state, 'succeeded')
  })
  assert.equal(await backend.end(), 0, 'a backend that is not the window’s own outlives it')
})
