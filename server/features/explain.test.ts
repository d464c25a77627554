import assert from 'node:assert/strict'
import path from 'node:path'
import test, { after, before } from 'node:test'
import { openCatalog } from '../../catalog/index.ts'
import { createWorkspace } from '../../language/index.ts'
import { type Draft, startDraft } from '../testing/editor.ts'

const rows = Array.from(
  { length: 50 },
  (_, i) => `2001-01-${String(1 + (i % 28)).padStart(2, '0')},${i % 10},BOI`,
)
const data = `date,delay,origin\n${rows.join('\n')}\n2001-02-01,,SEA\n`

const declarations = `source flights {
  from csv "data/flights.csv"
  time date
  known after 3 hours
  columns { date: timestamp, delay: int? unit "minutes", origin: string }
}

entity airport(code: string)

/// Mean delay of the week before.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  owner "ops"
}
`

/** Registers the feature, as \`slipway apply\` would. */
function register(file: string): void {
  const workspace = createWorkspace({ columns: () => undefined })
  workspace.setFile('a.slip', declarations)
  const [feature] = workspace.features()
  const { plan, source, entity } = feature!
  const catalog = openCatalog(file)
  catalog.apply([{ plan: plan!, source: source!, entity: entity! }])
  catalog.close()
}

const model = `model m {
  observe flights
  features {
    week = delay_7d(origin)
    same = clip(length(origin), 0, 10)
    part = substring(origin, 1, 2)
    origin
  }
  label late = delay > 3
  split by time {
    train until 2001-01-20
    test  after 2001-01-20
  }
  algorithm logistic_regression { l2 = 1 }
  evaluate auc
  output p = probability(late)
  test "a row" {
    given { origin = "BOI" }
    expect p < 0.9
  }
  health { drift <= 0.25 }
}
`

const text = `${declarations}\n${model}`
/** The text with the cursor in a word of it. */
const at = (marked: string): string => {
  const plain = marked.replaceAll('|', '')
  assert.ok(text.includes(plain), plain)
  return text.replace(plain, marked)
}

let draft: Draft
let withImages: Draft
before(async () => {
  const files = { 'data/flights.csv': data }
  draft = await startDraft({ files, initializationOptions: { commands: true } })
  withImages = await startDraft({ files, initializationOptions: { hoverImages: true } })
  register(path.join(draft.client.root, '.slipway/catalog.db'))
  await draft.client.changed('.slipway/catalog.db')
})
after(() => Promise.all([draft.stop(), withImages.stop()]))

/** Statistics come when they have been computed. */
async function hoverUntil(of: Draft, marked: string, expected: RegExp): Promise<string> {
  for (let i = 0; ; i++) {
    const found = await of.hover(marked)
    if (expected.test(found) || i > 100) return found
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test('a column shows its type, unit and what its values are like', async () => {
  const found = await hoverUntil(draft, at('label late = del|ay'), /Median/)
  assert.match(found, /column delay: int\? "minutes"/)
  assert.match(found, /51 rows · 2\.0 % missing · about \d+ different/)
  assert.match(found, /`0 [▁▂▃▄▅▆▇█ ]+ 9`/)
  assert.doesNotMatch(found, /data:image/)
})

test('an editor that shows images gets the histogram as one', async () => {
  const found = await hoverUntil(withImages, at('label late = del|ay'), /Median/)
  assert.match(found, /!\[From 0 to 9\]\(data:image\/svg\+xml;base64,[\w+/=]+\)/)
})

test('every kind of name is explained', async () => {
  assert.match(await draft.hover(at('observe fli|ghts')), /3 columns[\s\S]*\| `delay` \| int\? "minutes" \|/)
  assert.match(await draft.hover(at('week = delay|_7d(origin)')), /feature delay_7d of airport: float/)
  assert.match(await draft.hover(at('week = delay|_7d(origin)')), /\*\*Catalog\*\*, version 1/)
  assert.match(await draft.hover(at('of air|port = mean')), /entity airport\(code: string\)[\s\S]*`delay_7d`/)
  assert.match(await draft.hover(at('same = cl|ip(')), /For example `clip\(/)
  assert.match(await draft.hover(at('= me|an(flights')), /Missing values are left out\./)
  assert.match(await draft.hover(at('logistic_re|gression')), /\| `l2` \| `1` \| at least 0 \|/)
  assert.match(await draft.hover(at('{ l|2 = 1')), /l2: float = 1[\s\S]*Allowed: at least 0\./)
  assert.match(await draft.hover(at('evaluate a|uc')), /Higher is better; from 0 to 1\./)
  assert.match(await draft.hover(at('{ dri|ft <= 0.25')), /population stability index/)
  assert.match(await draft.hover(at('model |m {')), /observes `flights`.*4 features.*label `late`.*1 test/)
  assert.match(await draft.hover(at('output |p =')), /output p: float/)
  assert.match(await draft.hover(at('lab|el late')), /learns to predict/)
  assert.match(await draft.hover(at('label late = delay |> 3')), /a > b: bool/)
})

test('dates, durations and versions are explained', async () => {
  assert.match(
    await draft.hover(at('train until 2001-|01-20')),
    /Saturday, 20 January 2001|Saturday 20 January 2001/,
  )
  assert.match(await draft.hover(at('over |7 days')), /\*\*7 days\*\*[\s\S]*168 hours/)
  const pinned = text.replace('delay_7d(origin)', 'delay_7d@|1(origin)')
  assert.match(await draft.hover(pinned), /version 1/)
})

test('signatures follow the arguments, in nested calls and over lines', async () => {
  const inFeature = (value: string): string =>
    text.replace('same = clip(length(origin), 0, 10)', `same = ${value}`)
  const active = async (value: string): Promise<[string | undefined, number | undefined | null]> => {
    const found = await draft.signature(inFeature(value))
    const [signature] = found?.signatures ?? []
    return [signature?.label.split('(')[0], found?.activeParameter]
  }
  assert.deepEqual(await active('clip(|'), ['clip', 0])
  assert.deepEqual(await active('clip(length(origin), |'), ['clip', 1])
  assert.deepEqual(await active('clip(length(|'), ['length', 0])
  assert.deepEqual(await active('clip(\n      length(origin),\n      0,\n      |'), ['clip', 2])
  assert.deepEqual(await active('clip((length(origin) + 1), |'), ['clip', 1])
  assert.deepEqual(await active('coalesce(1, 2, 3, |'), ['coalesce', 2])
  assert.deepEqual(await active('delay_7d(|'), ['delay_7d', 0])
  assert.deepEqual(await active('delay_7d@1(|'), ['delay_7d', 0])
  const clip = await draft.signature(inFeature('clip(length(origin), |'))
  const [signature] = clip!.signatures
  const [from, to] = signature!.parameters![1]!.label as [number, number]
  assert.equal(signature!.label.slice(from, to), 'low')
  const feature = await draft.signature(inFeature('delay_7d(|'))
  assert.equal(feature?.signatures[0]?.label, 'delay_7d(code: string)')
  const scale = text.replace('evaluate auc', 'tune 5 trials maximizing auc { l2 in log_scale(0.1 .. |')
  assert.equal((await draft.signature(scale))?.activeParameter, 1)
  assert.match((await draft.signature('entity a(|'))!.signatures[0]!.label, /^entity a\(key: type/)
  assert.equal(await draft.signature(at('observe| flights')), null)
})

test('hints say what the text leaves unsaid', async () => {
  const hints = await draft.hints(text)
  const shown = hints.map(
    ({ label, position }) => `${text.split('\n')[position.line]!.trim().split(' ')[0]}${String(label)}`,
  )
  assert.ok(shown.includes('week@1'), shown.join())
  assert.ok(shown.includes('week: float? "minutes"'), shown.join())
  assert.ok(shown.includes('label: bool?'), shown.join())
  assert.deepEqual(
    shown.filter(hint => hint.startsWith('same') && hint.endsWith(':')),
    ['samelow:', 'samehigh:'],
  )
  assert.ok(
    shown.some(hint => hint.endsWith('up to 3 hours before')),
    shown.join(),
  )
  const version = hints.find(({ label }) => label === '@1')
  assert.equal(version?.textEdits?.[0]?.newText, '@1')
})

test('lenses offer what can be done, to editors that can do it', async () => {
  const lenses = await draft.lenses(text)
  const titles = lenses.map(({ command, range }) => `${range.start.line} ${command!.title}`)
  const line = (word: string): number => text.slice(0, text.indexOf(word)).split('\n').length - 1
  for (const title of ['Train on a sample', 'Preview features', 'Show SQL', 'Run tests (1)'])
    assert.ok(titles.includes(`${line('model m')} ${title}`), titles.join())
  assert.ok(titles.includes(`${line('test "a row"')} Run`), titles.join())
  assert.ok(titles.includes(`${line('source flights')} 3 uses`), titles.join())
  assert.ok(titles.includes(`${line('feature delay_7d')} 1 use`), titles.join())
  const train = lenses.find(({ command }) => command?.title === 'Train on a sample')
  assert.deepEqual(train?.command?.arguments, [draft.client.uri('draft.slip'), 'm'])
  assert.deepEqual(await withImages.lenses(text), [])
})
