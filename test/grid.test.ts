/** The grid of tables in Chromium: what a person sees and does with mouse, keyboard and a screen reader. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test, { after, before } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import type { TableMessage } from '../library/display/messages.ts'
import { viewMessage } from '../library/display/table/bundle.ts'
import type { TableView } from '../library/display/table/view.ts'
import { openBrowser, screenshot } from './support/browser.ts'
import { offeredMessage, openGridPage } from './support/grid-page.ts'

const script = process.env['SLIPWAY_GRID_SCRIPT']
const options = script === undefined ? {} : { script }
let browser: Browser
before(async () => void (browser = await openBrowser()))
after(() => browser.close())

const words = ['zürich', 'Ålesund', '', 'a,b', 'New\tYork']

/** Columns of all kinds; rows are computed, so that millions cost nothing. */
function sampleView(nRows: number, nExtra = 0): TableView {
  return {
    nRows,
    columns: [
      { name: 'id', type: 'int', value: row => row },
      { name: 'delay', type: 'float', value: row => (row % 9 === 4 ? null : ((row * 7919) % 1000) / 8 - 20) },
      { name: 'city', type: 'string', value: row => (row % 11 === 5 ? null : words[row % words.length]) },
      { name: 'at', type: 'timestamp', value: row => new Date(Date.UTC(2001, 0, 1) + row * 60_000) },
      { name: 'late', type: 'bool', value: row => row % 2 === 0 },
      {
        name: 'info',
        type: 'json',
        value: row => ({ row, list: [1, 2, 3], text: 'x'.repeat(row === 0 ? 900 : 5) }),
      },
      ...Array.from({ length: nExtra }, (_, i) => ({
        name: `extra ${i}`,
        type: 'int',
        value: (row: number) => row * i,
      })),
    ],
  }
}

const grid = (page: Page, nth = 0): Locator => page.locator(`#output-${nth} [role=grid]`)
const cell = (page: Page, row: number, column: number): Locator =>
  page.locator(`[role=row][aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`).first()
const status = (page: Page): Locator => page.locator('[role=status]').first()
const head = (page: Page, name: string): Locator => page.getByRole('columnheader', { name: new RegExp(`^${name}\\b`) }).first() // prettier-ignore

async function open(tables: readonly TableMessage[], more: Parameters<typeof openGridPage>[2] = {}) {
  return await openGridPage(browser, tables, { ...options, ...more })
}

const column = async (page: Page, place: number, n = 5): Promise<string[]> =>
  Promise.all(Array.from({ length: n }, (_, row) => cell(page, row, place).innerText()))

test('shape, types, missing values apart from empty text, numbers by locale', async () => {
  const { page } = await open([viewMessage(sampleView(50))])
  assert.match(await status(page).innerText(), /^50 rows × 6 columns/)
  assert.match(await head(page, 'delay').innerText(), /float · 12 % null/)
  assert.equal(await cell(page, 4, 1).innerText(), 'null')
  assert.equal(await cell(page, 2, 2).getAttribute('aria-label'), 'empty text')
  assert.equal(await cell(page, 1, 1).innerText(), '94.875')
  assert.equal(await cell(page, 0, 3).innerText(), '2001-01-01 00:00')
  assert.match((await head(page, 'delay').getAttribute('title'))!, /Minimum: .*\nMaximum: .*\nMean: /)
  await screenshot(page, 'grid-light')
  await page.close()
})

test('a complete table sorts and filters without a kernel', async () => {
  const { page } = await open([viewMessage(sampleView(50))], { kernel: false })
  await head(page, 'delay').click({ position: { x: 30, y: 10 } })
  const sorted = (await column(page, 1)).map(Number)
  assert.deepEqual(
    sorted,
    sorted.toSorted((a, b) => a - b),
  )
  assert.equal(await head(page, 'delay').getAttribute('aria-sort'), 'ascending')
  await head(page, 'late').click({ position: { x: 30, y: 10 }, modifiers: ['Shift'] })
  assert.equal(await head(page, 'late').getAttribute('aria-sort'), 'ascending')
  await page.getByRole('searchbox').fill('zürich')
  await page.getByText('after filter').waitFor()
  assert.equal(await page.locator('.problem').innerText(), '')
  await page.close()
})

test('ten million rows: pages on demand, sort, filter and statistics by the kernel', async () => {
  const { page } = await open([offeredMessage(sampleView(10_000_000, 120))])
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '10000001')
  const nDrawn = await page.locator('[role=gridcell]').count()
  assert.ok(nDrawn < 800, `${nDrawn} cells are drawn`)
  await grid(page).focus()
  await page.keyboard.press('Control+End')
  await cell(page, 9_999_999, 125).waitFor()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Home')
  await page.waitForFunction(() => document.querySelector('#output-0')!.shadowRoot!.querySelector('[aria-rowindex="10000001"] [aria-colindex="2"]')?.textContent === '9,999,999') // prettier-ignore
  // The wheel still goes row by row.
  await grid(page).hover()
  await page.mouse.wheel(0, -220)
  await cell(page, 9_999_980, 0).waitFor()
  await screenshot(page, 'grid-ten-million')
  await page.close()
})

test('sorted and filtered by the kernel, with statistics of what is left', async () => {
  const { page } = await open([offeredMessage(sampleView(100_000))])
  await head(page, 'delay').click({ position: { x: 30, y: 10 } })
  await page.waitForFunction(() => document.querySelector('#output-0')!.shadowRoot!.querySelector('[role=columnheader][aria-colindex="3"]')?.getAttribute('aria-sort') === 'ascending') // prettier-ignore
  assert.deepEqual(await column(page, 1), Array(5).fill('-20.000'))
  await head(page, 'city').click({ button: 'right' })
  const menu = page.getByRole('dialog', { name: 'Column city' })
  await screenshot(page, 'grid-menu')
  await menu.getByLabel('Condition').selectOption('starts with')
  await menu.getByRole('textbox', { name: 'Value', exact: true }).fill('Z')
  await menu.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByText('18,181 after filter').waitFor()
  assert.deepEqual(await column(page, 2), Array(5).fill('zürich'))
  await page.waitForFunction(() => document.querySelector('#output-0')!.shadowRoot!.querySelector('[role=columnheader][aria-colindex="4"] .top')?.textContent?.includes('100 %')) // prettier-ignore
  // A filter that cannot be meant keeps what is shown and says why.
  await head(page, 'delay').click({ button: 'right' })
  await page.getByLabel('Condition').selectOption('>')
  await page.getByRole('textbox', { name: 'Value', exact: true }).fill('much')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByText('Expected a number to compare delay with').waitFor()
  await page.getByRole('button', { name: /city starts with Z/ }).click()
  await page.getByText('100,000 rows × 6 columns').waitFor()
  await page.close()
})

test('the keyboard alone: cells, head, sort, menu, value in full', async () => {
  const { page } = await open([offeredMessage(sampleView(1000))])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const active = () =>
    grid(page).evaluate(element => {
      const id = element.getAttribute('aria-activedescendant')!
      return (element.getRootNode() as ShadowRoot).getElementById(id)?.getAttribute('aria-colindex') + ' ' + (element.getRootNode() as ShadowRoot).getElementById(id)?.closest('[role=row]')?.getAttribute('aria-rowindex') // prettier-ignore
    })
  assert.equal(await active(), '2 2')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('PageDown')
  assert.equal(await active(), '3 16')
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('ArrowUp')
  assert.equal(await active(), '3 1')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('#output-0')!.shadowRoot!.querySelector('[role=columnheader][aria-colindex="3"]')?.getAttribute('aria-sort') === 'ascending') // prettier-ignore
  const width = async () => (await head(page, 'delay').boundingBox())!.width
  const before = await width()
  await page.keyboard.press('Alt+ArrowRight')
  await page.waitForTimeout(50)
  assert.equal(await width(), before + 16)
  await page.keyboard.press('Alt+ArrowDown')
  await page.getByRole('dialog', { name: 'Column delay' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.locator('.detail pre', { hasText: '"text"' }).waitFor()
  await page.waitForFunction(() => (document.querySelector('#output-0')!.shadowRoot!.querySelector('.detail pre')?.textContent?.length ?? 0) > 920) // prettier-ignore
  await screenshot(page, 'grid-detail')
  await page.keyboard.press('Escape')
  await page.locator('.detail').waitFor({ state: 'hidden' })
  await page.close()
})

test('selected cells are copied as a spreadsheet reads them', async () => {
  const { page, posted } = await open([offeredMessage(sampleView(5000))])
  // The page may not use the clipboard by itself here: what it writes goes to the host.
  await cell(page, 1, 1).click()
  await cell(page, 3, 2).click({ modifiers: ['Shift'] })
  assert.equal(await page.locator('[aria-selected=true]').count(), 6)
  const copied = await page.evaluate(() => {
    const data = new DataTransfer()
    const event = new ClipboardEvent('copy', {
      clipboardData: data,
      bubbles: true,
      composed: true,
      cancelable: true,
    })
    document.querySelector('#output-0')!.shadowRoot!.querySelector('[role=grid]')!.dispatchEvent(event)
    return data.getData('text/plain')
  })
  assert.equal(copied, '94.875\tÅlesund\n84.75\t\n74.625\ta,b')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+Shift+c')
  await page.getByText('5,000 rows copied').waitFor()
  const text = (posted.find(({ type }) => type === 'clipboard') as unknown as { text: string } | undefined)
    ?.text
  assert.equal(text?.split('\n').length, 5001)
  assert.ok(
    text?.startsWith('id\tdelay\tcity\tat\tlate\tinfo\n0\t-20\tzürich\t2001-01-01T00:00:00.000Z\ttrue\t'),
  )
  await page.close()
})

test('columns are resized, moved, pinned and hidden', async () => {
  const { page } = await open([viewMessage(sampleView(60, 30))])
  const box = async (name: string) => (await head(page, name).boundingBox())!
  const { x, y, width } = await box('delay')
  await page.mouse.move(x + width - 3, y + 20)
  await page.mouse.down()
  await page.mouse.move(x + width + 57, y + 20, { steps: 4 })
  await page.mouse.up()
  assert.ok(Math.abs((await box('delay')).width - width - 60) < 2)
  await page.mouse.dblclick(x + width + 57, y + 20)
  await page.waitForTimeout(60)
  assert.ok((await box('delay')).width < width + 30)
  await head(page, 'city').click({ button: 'right' })
  await page.getByRole('button', { name: 'Pin' }).click()
  await page.waitForTimeout(50)
  assert.ok((await box('city')).x < (await box('id')).x)
  await grid(page).evaluate(element => (element.scrollLeft = 2000))
  await page.waitForTimeout(60)
  const left = (await grid(page).boundingBox())!.x
  assert.ok((await box('city')).x < left + 80)
  await screenshot(page, 'grid-pinned')
  await page.getByRole('button', { name: 'Copy, save and columns' }).click()
  await page.getByRole('dialog').getByLabel('late').uncheck()
  await page.keyboard.press('Escape')
  await page.getByText('1 hidden').waitFor()
  await page.close()
})

test('a restored notebook shows what was saved and says what more needs', async () => {
  const { page } = await open([offeredMessage(sampleView(5000))], { kernel: false })
  await head(page, 'id').click({ position: { x: 30, y: 10 } })
  await page.getByText('No kernel is running.').waitFor()
  assert.match(await status(page).innerText(), /5,000 rows × 6 columns.*first 100 rows here/)
  await grid(page).focus()
  await page.keyboard.press('Control+End')
  await cell(page, 99, 5).waitFor()
  await page.close()
})

test('empty tables, tables without columns, several grids, rendering again and disposing', async () => {
  const empty: TableView = { nRows: 0, columns: [{ name: 'x', type: 'int', value: () => null }] }
  const none: TableView = { nRows: 0, columns: [] }
  const { page } = await open([viewMessage(empty), viewMessage(none), viewMessage(sampleView(20))])
  await page.locator('#output-0').getByText('No rows', { exact: true }).waitFor()
  assert.match(await page.locator('#output-1 [role=status]').innerText(), /^0 rows × 0 columns/)
  await page.evaluate(
    message => {
      const { renderer } = window as never as { renderer: { renderOutputItem(item: object, element: Element): void; disposeOutputItem(id?: string): void } } // prettier-ignore
      const again = { id: 'item-2', mime: '', json: () => message }
      renderer.renderOutputItem(again, document.querySelector('#output-2')!)
      renderer.disposeOutputItem('item-0')
    },
    viewMessage(sampleView(7)),
  )
  assert.equal(await grid(page, 2).count(), 1)
  assert.match(await page.locator('#output-2 [role=status]').innerText(), /^7 rows/)
  assert.equal(await grid(page, 0).count(), 0)
  await page.close()
})

test('nothing in the data becomes markup', async () => {
  const text = '<img src=x onerror="window.bad=1">'
  const view: TableView = { nRows: 3, columns: [{ name: text, type: 'string', value: () => text }] }
  const { page } = await open([viewMessage(view)])
  await cell(page, 0, 0).click()
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => (window as never as { bad?: number }).bad), undefined)
  assert.equal(await page.locator('img').count(), 0)
  await page.close()
})

test('axe finds nothing to complain of', async () => {
  const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  const { page } = await open([offeredMessage(sampleView(500)), viewMessage(sampleView(0))])
  await page.addScriptTag({ path: source })
  const check = () =>
    page.evaluate(async () => {
      const { axe } = window as never as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } } // prettier-ignore
      const { violations } = await axe.run({ rules: { 'page-has-heading-one': { enabled: false } } })
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join('\n')}`) // prettier-ignore
    })
  assert.deepEqual(await check(), [])
  await head(page, 'city').click({ button: 'right' })
  assert.deepEqual(await check(), [])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  assert.deepEqual(await check(), [])
  await page.close()
})
