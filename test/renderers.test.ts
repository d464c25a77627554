/**
 * The notebook renderers as VS Code loads them, in a page without VS Code: what they draw, that they follow the
 * theme, that nothing is loaded from elsewhere and nothing in the data becomes markup. Pictures lie in test-results/.
 */
import assert from 'node:assert/strict'
import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import test, { after, before } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { modelMime, type ModelMessage } from '../library/display/messages.ts'
import { openBrowser, screenshot } from './support/browser.ts'

const folder = join(import.meta.dirname, '../dist/web')
const timeout = 240_000

/** What notebooks allow, without `eval` and without any other host. */
const policy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'"

const dark = {
  'editor-foreground': '#cccccc',
  'editor-background': '#1e1e1e',
  'notebook-editorBackground': '#1e1e1e',
  descriptionForeground: '#9d9d9d',
  'progressBar-background': '#0e70c0',
}

const page = `<!doctype html><html><head><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="${policy}"></head>
<body class="vscode-light"><main></main><script type="module">
  const renderers = {}
  let count = 0
  window.show = async (name, mime, value, metadata) => {
    renderers[name] ??= (await import('/' + name + '.js')).activate({})
    const element = document.createElement('div')
    element.id = 'output' + ++count
    element.style.margin = '16px'
    document.querySelector('main').append(element)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    await renderers[name].renderOutputItem({ id: element.id, mime, metadata, json: () => JSON.parse(text), text: () => text }, element)
    return element.id
  }
  window.ready = true
</script></body></html>`

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

let server: Server
let browser: Browser
let address: string

before(
  async () => {
    server = createServer((request, response) => {
      const path = normalize(new URL(request.url!, 'http://x').pathname)
      if (path === '/') return void response.setHeader('content-type', 'text/html').end(page)
      const file = join(folder, path)
      if (!existsSync(file)) return void response.writeHead(404).end()
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
      createReadStream(file).pipe(response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await openBrowser()
  },
  { timeout },
)

after(async () => {
  await browser?.close()
  server.close()
})

interface Opened {
  readonly page: Page
  /** Draws an output and gives its element's selector. */
  show(name: string, mime: string, value: unknown, metadata?: unknown): Promise<string>
  readonly errors: string[]
  readonly requests: string[]
}

async function open(): Promise<Opened & AsyncDisposable> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } })
  const errors: string[] = []
  const requests: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  page.on('console', message => message.type() === 'error' && errors.push(message.text()))
  page.on('request', request => requests.push(request.url()))
  await page.goto(address)
  await page.waitForFunction('window.ready')
  return {
    page,
    errors,
    requests,
    async show(name, mime, value, metadata) {
      const id = await page.evaluate(
        ([name, mime, value, metadata]) =>
          (window as unknown as { show(...args: unknown[]): Promise<string> }).show(
            name,
            mime,
            value,
            metadata,
          ),
        [name, mime, value, metadata] as const,
      )
      return `#${id}`
    },
    [Symbol.asyncDispose]: () => page.close(),
  }
}

async function useDarkTheme(page: Page): Promise<void> {
  await page.evaluate(
    colours => {
      for (const [name, value] of Object.entries(colours))
        document.documentElement.style.setProperty(`--vscode-${name}`, value)
      document.body.style.background = colours['editor-background']!
      document.body.style.color = colours['editor-foreground']!
      document.body.className = 'vscode-dark'
    },
    dark as Record<string, string>,
  )
}

const vegaMime = 'application/vnd.vegalite.v5+json'
const values = Array.from({ length: 60 }, (_, i) => ({
  i,
  y: Math.sin(i / 5),
  kind: i % 3 ? 'a' : '<b>b</b>',
}))
const lines = {
  $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
  width: 400,
  height: 200,
  mark: { type: 'point', tooltip: true },
  encoding: {
    x: { field: 'i', type: 'quantitative' },
    y: { field: 'y', type: 'quantitative' },
    color: { field: 'kind', type: 'nominal' },
  },
  data: { values },
}

test('a plot is drawn without eval, follows the theme, and can be saved', { timeout }, async () => {
  await using opened = await open()
  const { page, show, errors, requests } = opened
  const id = await show('vega', vegaMime, lines)
  assert.equal(await page.locator(`${id} .mark-symbol path`).count(), 60 + 2)
  const labelColour = () => page.locator(`${id} .role-axis-label text`).first().getAttribute('fill')
  assert.equal(await labelColour(), '#666666')
  await screenshot(page, 'renderer-plot-light')
  await useDarkTheme(page)
  await page.locator(`${id} .role-axis-label text[fill="#9d9d9d"]`).first().waitFor()
  await page.locator(`${id} .mark-symbol path`).nth(30).hover({ force: true })
  await page.locator('#vg-tooltip-element.visible').waitFor()
  await page.locator(id).getByRole('button', { name: 'Source' }).click()
  await screenshot(page, 'renderer-plot-dark')
  const downloading = page.waitForEvent('download')
  await page.locator(id).getByRole('button', { name: 'SVG' }).click()
  assert.equal((await downloading).suggestedFilename(), 'plot.svg')

  const remote = await show('vega', vegaMime, { ...lines, data: { url: 'http://127.0.0.1:9/x.csv' } })
  assert.equal(await page.locator(`${remote} .mark-symbol path`).count(), 0)
  const wrong = await show('vega', vegaMime, { ...lines, mark: { type: 'nonsense' } })
  assert.match((await page.locator(wrong).textContent())!, /cannot be drawn/)
  assert.deepEqual(
    requests.filter(url => !url.startsWith(address)),
    [],
    'nothing is loaded from elsewhere',
  )
  assert.deepEqual(
    errors.filter(text => !/127\.0\.0\.1:9|its data lies at|nonsense/.test(text)),
    [],
  )
})

test('a plot as wide as the cell grows with it; a wider one scrolls', { timeout }, async () => {
  await using opened = await open()
  const { page, show } = opened
  const id = await show('vega', vegaMime, { ...lines, width: 'container' })
  const widthOf = async () => (await page.locator(`${id} svg`).boundingBox())!.width
  const before = await widthOf()
  await page.setViewportSize({ width: 600, height: 700 })
  for (const deadline = Date.now() + 30_000; (await widthOf()) >= before - 200; await page.waitForTimeout(50))
    assert.ok(Date.now() < deadline, 'the plot has become narrower')
  const wide = await show('vega', vegaMime, { ...lines, width: 3000 })
  assert.ok((await page.locator(wide).boundingBox())!.width < 600)
})

test('Vega itself is drawn too', { timeout }, async () => {
  await using opened = await open()
  const { page, show } = opened
  const id = await show('vega', 'application/vnd.vega.v5+json', {
    $schema: 'https://vega.github.io/schema/vega/v5.json',
    width: 100,
    height: 50,
    marks: [
      {
        type: 'rect',
        encode: { enter: { x: { value: 5 }, width: { value: 20 }, y: { value: 0 }, height: { value: 20 } } },
      },
    ],
  })
  assert.equal(await page.locator(`${id} .mark-rect path`).count(), 1)
})

test('formulas are typeset with their fonts; text stays text', { timeout }, async () => {
  await using opened = await open()
  const { page, show, errors, requests } = opened
  const id = await show(
    'latex',
    'text/latex',
    String.raw`The loss $\ell(\theta) = -\frac{1}{n}\sum_{i=1}^{n} y_i \log p_i$ of <img src=x onerror=alert(1)> and
$$\begin{pmatrix} a & b \\ c & d \end{pmatrix} \hat{x} \approx \int_0^\infty e^{-x^2}\,dx$$
\begin{align*} f(x) &= x^2 \\ &= x \cdot x \end{align*}
a wrong one: $\frac{1}$, and \(\href{https://example.org}{link}\)`,
  )
  assert.equal(await page.locator(`${id} .katex`).count(), 4)
  assert.equal(await page.locator(`${id} img, ${id} a`).count(), 0)
  assert.match((await page.locator(id).textContent())!, /<img src=x onerror=alert\(1\)>/)
  assert.ok(await page.evaluate(`document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))`))
  assert.ok(requests.some(url => url.endsWith('.woff2')))
  assert.deepEqual(
    requests.filter(url => !url.startsWith(address)),
    [],
  )
  await screenshot(page, 'renderer-latex-light')
  await useDarkTheme(page)
  await screenshot(page, 'renderer-latex-dark')
  assert.deepEqual(errors, [])
})

test('a tree opens level by level, is searched, and shows markup as text', { timeout }, async () => {
  await using opened = await open()
  const { page, show, errors } = opened
  const value = {
    name: 'late_departure',
    html: '<img src=x onerror="document.title = 1">',
    nested: { deep: { deeper: { wanted: true, nothing: null } } },
    long: Array.from({ length: 950 }, (_, i) => ({ i, text: `row ${i}` })),
  }
  const id = await show('json', 'application/json', value)
  const tree = page.locator(id)
  assert.equal(await tree.locator('.leaf').count(), 2, 'the levels below are not made yet')
  assert.equal(await tree.locator('img').count(), 0)
  await screenshot(page, 'renderer-json-light')
  await tree.getByRole('searchbox').fill('WANTED')
  assert.match((await tree.locator('.hit').textContent())!, /wanted: true/)
  await tree.getByRole('searchbox').fill('row 9')
  assert.match((await tree.getByRole('status').textContent())!, /^1 of 61/)
  await tree.getByRole('searchbox').press('Shift+Enter')
  assert.match((await tree.locator('.hit').textContent())!, /row 949/)
  await useDarkTheme(page)
  await screenshot(page, 'renderer-json-dark')
  const open_ = await show(
    'json',
    'application/json',
    { a: { b: { c: 1 } } },
    { 'application/json': { expanded: true, root: 'plan' } },
  )
  assert.match((await page.locator(`${open_} .tree`).innerText())!, /plan[^]*c: 1/)
  assert.deepEqual(errors, [])
})

test('bars say how far work is, to everybody', { timeout }, async () => {
  await using opened = await open()
  const { page, show, errors } = opened
  const bars = [
    {
      label: 'Outer <b>',
      done: 3,
      total: 10,
      state: 'running',
      share: '30 %',
      details: '3 of 10 · 12.0 s left',
    },
    { label: 'Inner', done: 7, state: 'running', share: '7 rows', details: '35 rows/s' },
  ]
  const mime = 'application/vnd.slipway.progress+json'
  const id = await show('progress', mime, { bars })
  const first = page.locator(id).getByRole('progressbar', { name: 'Outer <b>' })
  assert.equal(await first.getAttribute('aria-valuenow'), '3')
  assert.equal(await first.getAttribute('aria-valuemax'), '10')
  assert.equal(
    await page.locator(id).getByRole('progressbar', { name: 'Inner' }).getAttribute('aria-valuenow'),
    null,
  )
  for (const [state, label] of [
    ['done', 'Trained late'],
    ['failed', 'Query'],
    ['stopped', 'Simulating'],
  ] as const)
    await show('progress', mime, {
      bars: [
        {
          label,
          done: 6,
          total: 10,
          state,
          share: '60 %',
          details: `${state === 'done' ? '' : `${state} · `}3.1 s`,
        },
      ],
    })
  await screenshot(page, 'renderer-progress-light')
  await useDarkTheme(page)
  await screenshot(page, 'renderer-progress-dark')
  assert.deepEqual(errors, [])
})

test(
  'a trained model: metrics with intervals, groups, requirements, the search, coefficients',
  { timeout },
  async () => {
    const model: ModelMessage = {
      model: 'minutes_late',
      algorithm: 'gradient_boosted_trees',
      doc: 'How many minutes late a delivery comes.',
      metrics: { train: { rmse: 5.68274, r2: 0.46417 }, test: { rmse: 6.08775, r2: null } },
      intervals: { train: { rmse: [5.5465, 5.8172] }, test: { rmse: [5.7707, 6.4215], r2: null } },
      groups: [
        {
          metric: 'rmse per weather',
          split: 'test',
          values: [
            { name: '<b>snow</b>', value: 6.387, interval: [5.9331, 6.8852] },
            { name: 'rain', value: 5.8568, interval: null },
          ],
          nLeft: 3,
        },
        { metric: 'r2 per weather', split: 'test', values: [{ name: 'rain', value: null, interval: null }] },
      ],
      counts: { train: 3000, validation: 0, test: 533 },
      requirements: [{ text: 'rmse <= 6 on test', value: 6.08775, met: false }],
      features: [{ name: 'distance_km', type: 'float' }],
      coefficients: [
        { name: 'distance_km', value: 1.25 },
        { name: 'weather=snow', value: -0.5 },
      ],
      tuning: {
        text: '12 trials by rmse on validation',
        trials: [{ text: 'learning_rate = 0.0857194, max_leaves = 13', value: 5.8599 }],
      },
    }
    await using opened = await open()
    const { page, show, errors } = opened
    const id = await show('model', modelMime, model)
    const text = await page.locator(`${id} .card`).innerText()
    assert.match(text, /6\.0877 \[5\.7707, 6\.4215\]/)
    assert.match(
      text,
      /rmse per weather on test, the worst first\s+<b>snow<\/b>\s+6\.3870 \[5\.9331, 6\.8852\]/,
    )
    assert.match(text, /and 3 more/)
    assert.match(text, /✗ rmse <= 6 on test: 6\.0877 \(not met; it will not be deployed\)/)
    assert.equal(await page.getByText('rain', { exact: true }).nth(1).isVisible(), false)
    await page.getByText('r2 per weather on test').click()
    assert.equal(await page.getByText('rain', { exact: true }).nth(1).isVisible(), true)
    await screenshot(page, 'renderer-model-light')
    await useDarkTheme(page)
    await screenshot(page, 'renderer-model-dark')
    assert.deepEqual(errors, [])
  },
)
