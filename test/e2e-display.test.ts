/**
 * What cells show, in real VS Code: plots, formulas, trees, bars, images and errors, drawn by the packaged extension
 * without network, in a dark and in a light theme. Pictures lie in test-results/.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import { cellOutput, inFrames, openNotebook } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { runCommand, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 900_000

const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC'

const cells = [
  `import { plot, progress } from 'slipway'
const rows = Array.from({ length: 300 }, (_, i) => ({ x: i, y: Math.sin(i / 20) * i, kind: i % 3 ? 'even' : 'third' }))
plot(rows, { mark: 'point', x: 'x', y: 'y', color: 'kind', title: 'A spiral, unrolled', height: 160 })`,
  `import * as Plot from '@observablehq/plot'
Plot.plot({ height: 150, color: { legend: true }, marks: [Plot.dot(rows, { x: 'x', y: 'y', fill: 'x' }), Plot.ruleY([0])] })`,
  'display.latex(String.raw`The loss $\\ell(\\theta) = -\\frac{1}{n}\\sum_i \\log p_i$ and $$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt\\pi}{2}$$`)',
  `display.json({ model: 'late', split: { train: 0.8, test: 0.2 }, features: new Map([['hour', [1, 2, 3]]]), at: new Date(0) })`,
  `for (const outer of progress(['a', 'b'], { label: 'Outer' }))
  for (const inner of progress(4, { label: 'Inner', unit: 'rows' })) await new Promise(done => setTimeout(done, 60))`,
  `display.image(Buffer.from('${dot}', 'base64'), { width: 40, alt: 'a dot' })
display.markdown('**bold** and \`code\`')
display.html('<b>html</b> <i>text</i>')
console.log('\\x1b[32mgreen\\x1b[0m and \\x1b[1;31mred\\x1b[0m')`,
  `new Error('a value, not thrown', { cause: new TypeError('its cause') })`,
  `setTimeout(() => console.log('said late'), 1500)
new Map([['a', { set: new Set([1, 2]) }]])`,
  `const answer = prompt("How many?");
\`answered \${answer}\``,
]

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'slipway', display_name: 'Slipway (TypeScript)', language: 'typescript' } },
  cells: cells.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  })),
}

before(async () => void (await packagedExtension()), { timeout })

test('plots, formulas, trees, bars, images and errors are drawn', { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-display-'))
  await writeFile(join(folder, 'show.ipynb'), JSON.stringify(notebook))
  const settings = { 'workbench.colorTheme': 'Default Dark Modern' }
  try {
    await inVsCode({ folder, name: 'display', settings }, async page => {
      await page.setViewportSize({ width: 1300, height: 2600 })
      await openNotebook(page, 'show.ipynb')
      await runCommand(page, 'Notebook: Run All')
      const asked = page.locator('.quick-input-widget', { hasText: 'How many?' })
      await asked.waitFor({ timeout: 240_000 })
      await asked.locator('input[type=text]').fill('seven')
      await page.keyboard.press('Enter')
      await cellOutput(page, /answered seven/)
      await cellOutput(page, /said late/)
      await inFrames(page, '.slipway-vega .mark-symbol path')
      assert.equal(await (await inFrames(page, '.katex')).count(), 2)
      await inFrames(page, '[role=tree] details')
      assert.equal(
        await (await inFrames(page, '[role=progressbar]')).first().getAttribute('aria-label'),
        'Outer',
      )
      await inFrames(page, 'figure svg circle')
      await cellOutput(page, /a value, not thrown/)
      await screenshot(page, 'display-dark')
      await runCommand(page, 'Preferences: Toggle between Light/Dark Themes')
      await page.locator('.monaco-workbench.vs').waitFor()
      await page.waitForTimeout(1000)
      await screenshot(page, 'display-light')
      assert.equal(await page.locator('.notebookOverlay .codicon-notebook-state-error').count(), 0)
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
