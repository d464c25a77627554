/**
 * Magics, model cells and the view of variables in real VS Code: what a person sees of them. Screenshots lie in
 * test-results/.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import { cellOutput, inFrames, openNotebook, runAllCells } from './e2e-page.ts'
import { inVsCode } from './e2e-session.ts'
import { runCommand, screenshot } from './support/browser.ts'
import { packagedExtension } from './support/vsix.ts'

const timeout = 900_000

before(async () => void (await packagedExtension()), { timeout })

const model = `%%slip
source trips {
  from csv "trips.csv"
}

/// Was the trip late?
model late_trip {
  observe trips
  features {
    distance
    hour
  }
  label late = delay > 10
  split by random seed 1 {
    train 0.8
    test  0.2
  }
  algorithm logistic_regression
  evaluate auc
  output probability_late = probability(late)
}`

const cells = [
  'const limit = 12\nconst names = ["anna", "bert", "cleo"]\n%time names.map(name => name.length)',
  "import { read } from 'slipway'\nconst trips = read('trips.csv')\nconst byName = new Map(names.map((name, i) => [name, { rank: i, tags: ['a', 'b'] }]))\nfunction double(n: number) { return 2 * n }",
  "import { DataFrame } from 'danfojs-node'\nconst frame = new DataFrame([[1, 'x'], [2, 'y'], [3, 'z']], { columns: ['n', 'letter'] })",
  model,
  'const trained = await late_trip.train()\ntrained',
  '%whos',
]

async function writeProject(root: string): Promise<void> {
  const rows = Array.from({ length: 400 }, (_, i) =>
    [i % 40, i % 24, ((i * 7) % 30) + (i % 24 > 12 ? 5 : -5)].join(),
  )
  await writeFile(join(root, 'slipway.json'), '{ "language": 1 }\n')
  await writeFile(join(root, 'trips.csv'), ['distance,hour,delay', ...rows, ''].join('\n'))
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'slipway', display_name: 'Slipway (TypeScript)', language: 'typescript' },
    },
    cells: cells.map((source, i) => ({
      id: `cell${i}`,
      cell_type: 'code',
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
  }
  await writeFile(join(root, 'look.ipynb'), JSON.stringify(notebook))
}

test('variables of a notebook are listed, opened, sorted and filtered', { timeout }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-e2e-variables-'))
  try {
    await writeProject(root)
    await inVsCode({ folder: root, name: 'variables' }, async page => {
      await openNotebook(page, 'look.ipynb')
      await runCommand(page, 'Variables: Focus on Variables View').catch(() =>
        runCommand(page, 'View: Show Variables'),
      )
      await inFrames(page, 'text=Run a cell to see what it declares.')
      await screenshot(page, 'variables-empty')
      await runAllCells(page)
      await cellOutput(page, /late_trip/)
      await screenshot(page, 'variables-notebook')

      const view = (await inFrames(page, '[role=treegrid]')).first()
      const row = (name: string) => view.locator(`tbody tr:has(.label:text-is('${name}'))`)
      await row('trained').waitFor()
      assert.match(await row('limit').innerText(), /number[^]*12/)
      assert.match(await row('frame').innerText(), /DataFrame[^]*3 × 2/)
      assert.match(await row('late_trip').innerText(), /Model/)
      assert.match(await row('byName').innerText(), /Map<string/)

      await row('byName').click()
      await page.keyboard.press('ArrowRight')
      await row('"anna"').waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowRight')
      await row('tags').waitFor()
      await screenshot(page, 'variables-open')

      await view.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
      const first = view.locator('tbody tr[aria-level="1"] .label').first()
      assert.equal(await first.innerText(), 'byName')
      const filter = (await inFrames(page, 'input[type=search]')).first()
      await filter.fill('table')
      await row('frame').waitFor()
      assert.equal(await row('limit').count(), 0)
      await screenshot(page, 'variables-filtered')
      await row('frame').getByRole('button', { name: 'Open' }).click()
      await inFrames(page, '[role=columnheader]:has-text("letter")')
      await screenshot(page, 'variables-grid')
    })
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
})
