/** Magics and model cells in a real kernel: what a notebook's user sees of each. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after, before } from 'node:test'
import { startKernel, type CellOutput, type KernelClient } from '../kernel/client.ts'
import type { PartsReply, Variable } from '../kernel/variables/variable.ts'
import { createSmallProject, lateSlip, type SmallProject } from '../library/testing/small-project.ts'

let project: SmallProject
let folder: string
let kernel: KernelClient
let models: KernelClient

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway magics '))
  project = await createSmallProject()
  await rm(join(project.root, 'late.slip'))
  kernel = await startKernel({ cwd: folder })
  models = await startKernel({ cwd: project.root })
})

after(async () => {
  await Promise.all([kernel.shutdown(), models.shutdown()])
  await project.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function save(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

const textOf = (output: CellOutput) =>
  output.output_type === 'stream' ? output.text : 'data' in output ? String(output.data['text/plain']) : ''

/** What is shown below a cell that succeeds, as text. */
async function shown(source: string, on = kernel): Promise<string> {
  const { outputs, error } = await on.execute(source)
  assert.equal(error, undefined, `${source}\n${error?.traceback.join('\n')}`)
  return outputs.map(textOf).join('\n').trim()
}

async function failure(
  source: string,
  on = kernel,
): Promise<{ ename: string; evalue: string; text: string }> {
  const { error } = await on.execute(source)
  assert.ok(error, `Expected ${source} to fail.`)
  return { ...error, text: error.traceback.join('\n') }
}

test('%install: a local package, usable at once, with its types', async () => {
  await save(
    'local/package.json',
    '{"name":"local-thing","version":"1.2.3","main":"index.js","types":"index.d.ts"}',
  )
  await save('local/index.js', 'exports.answer = () => 42')
  await save('local/index.d.ts', 'export declare function answer(): number')
  const before = await failure("import { answer } from 'local-thing'")
  assert.match(before.evalue, /local-thing/)
  const { outputs, error } = await kernel.execute(
    "%install file:./local\nimport { answer } from 'local-thing'\nanswer() // known",
  )
  assert.equal(error, undefined, error?.traceback.join('\n'))
  assert.deepEqual(outputs.map(textOf).slice(1), ['Installed local-thing 1.2.3 beside the notebook.', '42'])
  assert.match(outputs.map(textOf)[0]!, /package\.json was created/)
  assert.match(readFileSync(join(folder, 'package.json'), 'utf8'), /"local-thing": "file:local"/)
  const hover = await kernel.request('inspect_request', {
    code: "import { answer } from 'local-thing'\nanswer()",
    cursor_pos: 40,
    detail_level: 0,
  })
  assert.match(String((hover['data'] as Record<string, string>)['text/plain']), /answer\(\): number/)
})

test('%install from the registry; ranges; a name and a version that are not there', async () => {
  assert.match(
    await shown('%install --save-dev is-odd@3.0.1\nimport isOdd from "is-odd"\nisOdd(3)'),
    /is-odd 3\.0\.1[^]*true/,
  )
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    devDependencies: object
  }
  assert.deepEqual(Object.keys(manifest.devDependencies), ['is-odd'])
  const missing = await failure('%install @slipway-nobody/never-published-this')
  assert.equal(missing.ename, 'KERNEL033')
  assert.match(missing.evalue, /There is no package @slipway-nobody\/never-published-this/)
  assert.match((await failure('%install is-odd@99999')).evalue, /No matching version/)
  assert.match((await failure('%install -g is-odd')).evalue, /-g/)
})

test('%install without a network says so, and an interrupt ends it', async () => {
  const closed = await failure('%install is-even --registry http://127.0.0.1:9 --fetch-retries=0')
  assert.match(closed.evalue, /registry cannot be reached/)
  // A server that takes connections and says nothing.
  const cell = kernel.execute(
    "%sh true\nconst server = (await import('node:net')).createServer(() => {}).listen(0)\nawait new Promise(r => server.once('listening', r))\nserver.address().port",
  )
  const port = textOf((await cell).outputs.at(-1)!)
  const started = performance.now()
  const hanging = kernel.execute(`%install is-even --registry http://127.0.0.1:${port}`)
  await new Promise(resolve => setTimeout(resolve, 1500))
  await kernel.interrupt()
  assert.equal((await hanging).error?.ename, 'Interrupted')
  assert.ok(performance.now() - started < 8000)
  assert.ok(!existsSync(join(folder, 'node_modules/is-even')))
  await shown('server.close()')
})

test('%time and %%time say how long, and give the value', async () => {
  assert.match(await shown('const x = 20\n%time x + 1'), /^wall [\d.]+ (µs|ms), CPU .*\n\n?21$/s)
  const waited = await shown('%%time\nawait new Promise(r => setTimeout(r, 60))\n"done"')
  assert.ok(Number(/wall ([\d.]+) ms/.exec(waited)?.[1]) >= 55, waited)
  assert.match(waited, /'done'/)
  assert.match(await shown('%time Promise.resolve(5)'), /\n5$/)
  assert.match(await shown('%time const [a, b] = [\n  1,\n  2,\n]\na + b'), /3$/)
  assert.match((await failure('1\n%time nowhere()')).text, /Cell\[\d+\]:2:7/)
})

test('%who, %whos and %reset', async () => {
  await shown('%reset -f')
  assert.equal(await shown('%who'), 'There are no names.')
  await shown(
    'class Point { x = 1 }\nfunction twice(n: number) { return 2 * n }\nconst list = [1, 2, 3]\nlet p = new Point()',
  )
  assert.deepEqual((await shown('%who')).split(/\s+/).sort(), ['Point', 'list', 'p', 'twice'])
  assert.equal(await shown('%who function'), 'twice')
  assert.match(await shown('%whos list'), /list +const +number\[\] +3 +\S+ \S+ +\[1, 2, 3\]/)
  assert.match((await failure('%who nonsense')).evalue, /got nonsense/)
  assert.match((await failure('%reset lisst')).evalue, /Did you mean list\?/)
  await shown('%reset list p')
  assert.match((await failure('list')).evalue, /list is not defined/)
  assert.equal(await shown('twice(2)'), '4')
  const { matches } = await kernel.request('complete_request', { code: 'twic', cursor_pos: 4 })
  assert.ok((matches as string[]).includes('twice'))
  await shown('%reset -f')
  assert.match((await failure('twice')).evalue, /not defined/)
})

test('%env, %sh, %%sh, %%bash', async () => {
  await shown('%env SLIPWAY_TEST=a b\nprocess.env.SLIPWAY_TEST')
  assert.equal(await shown('process.env.SLIPWAY_TEST'), "'a b'")
  assert.equal(await shown('%sh echo "$SLIPWAY_TEST!"'), 'a b!')
  assert.equal(await shown('%%sh\necho one\necho two >&2\n'), 'one\n\ntwo')
  assert.match((await failure('%%bash\nset -e\nfalse\necho never')).evalue, /ended with 1/)
  assert.match((await failure('%env SLIPWAY_NOTHING')).evalue, /SLIPWAY_NOTHING/)
  const started = performance.now()
  const sleeping = kernel.execute('%sh sleep 30')
  await new Promise(resolve => setTimeout(resolve, 300))
  await kernel.interrupt()
  assert.equal((await sleeping).error?.ename, 'Interrupted')
  assert.ok(performance.now() - started < 5000)
})

test('%run, %load and %%writefile', async () => {
  await shown('%%writefile sub/inner.ts\nexport const base: number = 20')
  await shown(
    "%%writefile sub/prepare.ts\nimport { base } from './inner.ts'\nenum Unit { one = 1 }\nconst prepared = base + Unit.one",
  )
  assert.equal(await shown('%run sub/prepare.ts\nprepared'), '21')
  const cell = (source: string) => ({ cell_type: 'code', source: [source] })
  await save(
    'other.ipynb',
    JSON.stringify({ cells: [cell('const early = 1\n'), cell('%time const late = early + 1')] }),
  )
  assert.match(await shown('%run other.ipynb\nlate'), /2$/)
  await save('broken.ts', 'const fine = 1\nnowhere()')
  assert.match(
    (await failure('%run broken.ts')).text,
    /nowhere is not defined[^]*This happened in broken\.ts/,
  )
  assert.match((await failure('%run missing.ts')).evalue, /missing\.ts could not be read/)
  const reply = await kernel.request('execute_request', {
    code: 'const a = 1\n%load sub/inner.ts',
    silent: false,
  })
  assert.deepEqual(reply['payload'], [
    {
      source: 'set_next_input',
      text: 'const a = 1\n// %load sub/inner.ts\nexport const base: number = 20',
      replace: true,
    },
  ])
})

test('%help, %magics, %history, %check, and what is no magic', async () => {
  const reply = await kernel.request('execute_request', { code: '%help read', silent: false })
  const [page] = reply['payload'] as { source: string; data: Record<string, string> }[]
  assert.equal(page?.source, 'page')
  assert.match(page.data['text/plain']!, /function read\(/)
  assert.match(await shown('%help %install'), /%install lodash-es/)
  assert.match(await shown('%help'), /TypeScript/)
  assert.match(await shown('%magics'), /%install .*\n[^]*%%writefile/)
  assert.match(await shown('%history -n 2'), /%help[^]*%magics/)
  assert.match(await shown('%check\nconst n: number = "text"'), /TS2322/)
  const unknown = await failure('%instal lodash')
  assert.equal(unknown.ename, 'KERNEL030')
  assert.match(unknown.evalue, /Did you mean %install\?/)
  assert.match((await failure('%pip install x')).evalue, /%install/)
  assert.match((await failure('%%python\nprint(1)')).evalue, /TypeScript/)
  assert.equal(await shown('const total = 17\nconst r = total\n  % 5\nr'), '2')
  assert.equal(await shown('`\n%who\n`.length'), '6')
})

test('a model cell makes its model a value, which trains, evaluates and is shown', async () => {
  const declared = await models.execute(`%%slip\n${lateSlip}`, { cellId: 'one' })
  assert.equal(declared.error, undefined, declared.error?.traceback.join('\n'))
  const text = declared.outputs.map(textOf).join('\n')
  assert.match(
    text,
    /model late: Is it late\?[^]*predicts +late[^]*logistic_regression[^]*hour: \w+, origin: /,
  )
  const trained = await shown(
    'const trained = await late.train({ rows: 1500 })\nconsole.log(trained.metrics.test.auc > 0.6)\ntrained',
    models,
  )
  assert.match(trained, /true[^]*late \(logistic_regression\)/)
  assert.match(
    await shown('(await trained.score([{ date: new Date(0), origin: "ORD" }])).length', models),
    /1/,
  )
  assert.match(await shown('late instanceof (await import("slipway")).Model', models), /true/)
})

test('errors of a model cell: code, place in the cell, hint; what was there before stays', async () => {
  const wrong = await failure(`%%slip\n${lateSlip.replace('hour(date)', 'hour(dat)')}`, models)
  assert.equal(wrong.ename, 'ModelText')
  const line = lateSlip.split('\n').findIndex(text => text.includes('hour(date)')) + 2
  assert.match(wrong.evalue, new RegExp(`^Line ${line}: SLIP102 `))
  assert.match(wrong.text, new RegExp(`${line} │ +hour = hour\\(dat\\)\\n +│ +\\^\\^\\^`))
  assert.equal(await shown('typeof late.train', models), "'function'")
})

test('sources and features serve the cells below; names declared again replace the old ones', async () => {
  const [source = '', rest = ''] = lateSlip.split(/\n(?=\/\/\/ Is it late)/)
  const feature = source.replaceAll('delay_1d', 'delay_day')
  await models.execute(`%%slip\n${feature}`, { cellId: 'features' })
  const model = rest.replaceAll('delay_1d', 'delay_day').replace('model late ', 'model `late again` ')
  const out = await models.execute(`%%slip\n${model}`, { cellId: 'model' })
  assert.equal(out.error, undefined, out.error?.traceback.join('\n'))
  assert.match(out.outputs.map(textOf).join('\n'), /models\["late again"\]/)
  assert.match(
    await shown('(await models["late again"].plan()).features.map(f => f.name).join()', models),
    /hour,origin,before/,
  )
  // The same cell with fewer features, and the same name in another cell.
  const less = rest.replaceAll('delay_1d', 'delay_day').replace('    origin\n', '')
  for (const cellId of ['one', 'elsewhere']) {
    const again = await models.execute(`%%slip\n${less}`, { cellId })
    assert.equal(again.error, undefined, again.error?.traceback.join('\n'))
    assert.match(await shown('(await late.plan()).features.map(f => f.name).join()', models), /'hour,before'/)
  }
})

test('variables: what they are, a look inside, and answers while a cell runs', async () => {
  await shown('%reset -f')
  await kernel.execute('const rows = [{ a: 1 }, { a: 2 }]\nlet later = new Map([["k", { deep: [1] }]])', {
    cellId: 'cell-7',
  })
  await kernel.execute(
    "import { Table } from 'apache-arrow'\nimport * as dfd from 'danfojs-node'\nconst df = new dfd.DataFrame([[1, 'a'], [2, 'b']], { columns: ['n', 's'] })",
  )
  const list = async () => (await kernel.request('slipway_variables_request', {}))['variables'] as Variable[]
  const named = new Map((await list()).map(variable => [variable.name, variable]))
  const { type, shape, preview, cell } = named.get('rows')!
  assert.deepEqual([type, shape, preview, cell], ['{ a: number }[]', '2', '[{a: 1}, {a: 2}]', 'cell-7'])
  const frame = named.get('df')!
  assert.deepEqual(
    [frame.type, frame.category, frame.shape, frame.preview],
    ['DataFrame', 'table', '2 × 2', 'n, s'],
  )
  const request = { name: 'later', path: [{ entry: 0 }] }
  const { parts } = (await kernel.request(
    'slipway_inspect_variable_request',
    request,
  )) as unknown as PartsReply
  assert.deepEqual([parts[0]?.label, parts[0]?.preview], ['deep', '[1]'])
  const busy = kernel.execute('const until = Date.now() + 1500; while (Date.now() < until);')
  await new Promise(resolve => setTimeout(resolve, 200))
  const started = performance.now()
  const meanwhile = (await kernel.request('slipway_variables_request', {}, { channel: 'control' })) as {
    variables: Variable[]
    isCurrent: boolean
  }
  assert.ok(performance.now() - started < 600)
  assert.equal(meanwhile.isCurrent, false)
  assert.ok(meanwhile.variables.some(({ name }) => name === 'rows'))
  await busy
})
