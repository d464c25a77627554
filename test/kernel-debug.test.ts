/** Debugging with a real kernel: what a client asks for and what it is told. */
import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, afterEach, before } from 'node:test'
import { startDebugSession, type DebugSession, type Loose } from './support/debug-session.ts'

let folder: string
let session: DebugSession

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-debug-')))
  session = await startDebugSession(folder)
})

after(async () => {
  await session.kernel.shutdown()
  await rm(folder, { recursive: true, force: true })
})

afterEach(async () => {
  const { breakpoints } = await session.dap('debugInfo')
  for (const { source } of breakpoints as Loose[])
    await session.dap('setBreakpoints', { source: { path: source }, breakpoints: [] })
  await session.dap('setExceptionBreakpoints', { filters: [] })
  await session.dap('continue')
})

const run = (source: string) => session.kernel.execute(source)

/** Runs a cell until it stops for the first time. */
async function stopIn(source: string, breakpoints: readonly (number | Record<string, unknown>)[]) {
  await session.breakAt(source, breakpoints)
  const done = run(source)
  const stopped = await session.event('stopped')
  return { done, stopped }
}

test('a breakpoint set before the cell ever ran holds, and its line moves to where something runs', async () => {
  const source = '// a comment\n\nconst a: number = 1\nconst b = a + 1\nb'
  const { sourcePath } = await session.dap('dumpCell', { code: source })
  const { breakpoints } = await session.dap('setBreakpoints', {
    source: { path: sourcePath },
    breakpoints: [{ line: 1 }, { line: 4 }, { line: 40 }],
  })
  assert.deepEqual(
    (breakpoints as Loose[]).map(b => [b['verified'], b['line']]),
    [
      [true, 3],
      [true, 4],
      [false, 40],
    ],
  )
  const done = run(source)
  const stopped = await session.event('stopped')
  assert.equal(stopped['reason'], 'breakpoint')
  assert.deepEqual(stopped['hitBreakpointIds'], [breakpoints[0].id])
  assert.deepEqual(await session.stack(), [`Cell[${1}]:3`])
  assert.equal(await session.go('continue'), 'Cell[1]:4')
  assert.equal((await session.scope('Cells'))['a'], '1')
  await session.dap('continue')
  assert.deepEqual(
    (await done).outputs.map(o => 'data' in o && o.data['text/plain']),
    ['2'],
  )
})

test('steps pass over await and our runtime, into functions of other cells and out again', async () => {
  const first =
    'async function twice(n: number) {\n  await Promise.resolve()\n  const m = n * 2\n  return m\n}\nfunction plain(n) {\n  return n + 1\n}'
  await run(first)
  const source =
    'const before = 1\nconst doubled = await twice(before)\nconst last = plain(doubled)\nconst tail = 5'
  const { done } = await stopIn(source, [1])
  const cell = (await session.stack())[0]!.split(':')[0]!
  assert.equal(await session.go('next'), `${cell}:2`)
  assert.equal(await session.go('next'), `${cell}:3`)
  assert.equal((await session.scope('Cells'))['doubled'], '2')
  assert.match((await session.go('stepIn'))!, /^plain:7/)
  assert.deepEqual((await session.stack())[1], `${cell}:3`)
  assert.equal(await session.go('stepOut'), `${cell}:3`)
  assert.equal(await session.go('next'), `${cell}:4`)
  await session.dap('next')
  assert.equal((await done).status, 'ok')
})

test('a breakpoint in an async function of an earlier cell shows who awaits it', async () => {
  const first =
    'async function slow(n) {\n  await new Promise(resolve => setTimeout(resolve, 1))\n  const answer = n\n  return answer\n}'
  await run(first)
  await session.breakAt(first, [3])
  const done = run('const got = await slow(5)\ngot')
  await session.event('stopped')
  const stack = await session.stack()
  assert.equal(stack[0], 'slow:3')
  assert.ok(stack.includes('await'), stack.join())
  assert.match(stack.at(-1)!, /^Cell\[\d+\]:1$/)
  assert.deepEqual(await session.scope('Local'), { n: '5' })
  assert.equal(await session.go('next'), 'slow:4')
  assert.match((await session.go('stepOut'))!, /^Cell\[\d+\]:1$/)
  assert.match((await session.go('next'))!, /^Cell\[\d+\]:2$/)
  await session.dap('continue')
  assert.equal((await done).status, 'ok')
})

test('conditions, hit counts and log messages', async () => {
  const source = 'let sum = 0\nfor (let i = 0; i < 10; i++) {\n  sum += i\n  void 0\n}\nsum'
  const { done } = await stopIn(source, [
    { line: 3, condition: '(i as number) === 4' },
    { line: 4, hitCondition: '% 7' },
    { line: 6, logMessage: 'sum is {sum} of {[1, 2]}' },
  ])
  assert.equal(await session.evaluate('i'), '4')
  assert.equal((await session.go('continue'))?.split(':')[1], '4')
  assert.equal(await session.evaluate('i'), '6')
  await session.dap('continue')
  assert.equal((await session.event('output'))['output'], 'sum is 45 of [ 1, 2 ]\n')
  assert.equal((await done).status, 'ok')
  const { sourcePath } = await session.dap('dumpCell', { code: source })
  const { breakpoints } = await session.dap('setBreakpoints', {
    source: { path: sourcePath },
    breakpoints: [
      { line: 3, condition: 'i ===' },
      { line: 3, hitCondition: 'often' },
    ],
  })
  assert.deepEqual(
    (breakpoints as Loose[]).map(b => b['verified']),
    [false, false],
  )
  assert.match(breakpoints[0].message as string, /Expected an expression, got i ===/)
})

test('exceptions: uncaught ones by what the user catches, all of them when asked', async () => {
  const source =
    'function bad() {\n  throw new Error("no")\n}\ntry { bad() } catch {}\nawait Promise.resolve()\nbad()'
  await session.dap('setExceptionBreakpoints', { filters: ['uncaught'] })
  const done = run(source)
  const stopped = await session.event('stopped')
  assert.equal(stopped['reason'], 'exception')
  assert.match(stopped['text'] as string, /Error: no/)
  assert.match((await session.stack()).join(' '), /^bad:2 Cell\[\d+\]:6/)
  await session.dap('continue')
  assert.equal((await done).error?.evalue, 'no')

  await session.dap('setExceptionBreakpoints', { filters: ['all'] })
  const again = run(source)
  await session.event('stopped')
  assert.match((await session.stack()).join(' '), /^bad:2 Cell\[\d+\]:4/)
  assert.match((await session.go('continue'))!, /^bad:2/)
  await session.dap('continue')
  assert.equal((await again).status, 'error')
})

test('variables: pages, maps, sets, dates, typed arrays, classes; getters stay unasked', async () => {
  const source = `let asked = 0
const long = Array.from({ length: 5000 }, (_, i) => i)
const map = new Map<unknown, unknown>([['a', 1], [{ k: 1 }, [2]]])
const set = new Set(['x'])
const day = new Date(0)
const bytes = new Uint8Array([1, 2])
const thing = { get costly() { asked += 1; return 'now' }, plain: 'yes', nested: { deep: 1 } }
void 0`
  const { done } = await stopIn(source, [8])
  const cells = await session.scope('Cells')
  assert.equal(cells['day'], '1970-01-01T00:00:00.000Z')
  assert.equal(cells['map'], 'Map(2)')
  assert.match(cells['long']!, /^\(5000\) \[0, 1, 2/)
  const { stackFrames } = await session.dap('stackTrace', { threadId: 1 })
  const { scopes } = await session.dap('scopes', { frameId: stackFrames[0].id })
  const list = async (reference: number, more = {}) =>
    (await session.dap('variables', { variablesReference: reference, ...more }))['variables'] as Loose[]
  const shown = await list((scopes as Loose[]).find(s => s['name'] === 'Cells')!['variablesReference'])
  const named = (name: string, of = shown) => of.find(v => v['name'] === name)!
  assert.equal(named('long')['indexedVariables'], 5000)
  const page = await list(named('long')['variablesReference'], { filter: 'indexed', start: 4000, count: 3 })
  assert.deepEqual(
    page.map(v => [v['name'], v['value']]),
    [
      ['4000', '4000'],
      ['4001', '4001'],
      ['4002', '4002'],
    ],
  )
  const parts = await list(named('long')['variablesReference'])
  assert.equal(parts[1]!['name'], '[1000 … 1999]')
  assert.equal((await list(parts[1]!['variablesReference']))[0]!['value'], '1000')
  const entries = await list(named('map')['variablesReference'])
  assert.deepEqual(
    entries.slice(0, 2).map(v => [v['name'], v['value']]),
    [
      ['"a"', '1'],
      ['[object Object]', '(1) [2]'],
    ],
  )
  assert.equal((await list(named('set')['variablesReference']))[0]!['value'], '"x"')
  assert.equal((await list(named('bytes')['variablesReference']))[1]!['value'], '2')
  const inner = await list(named('thing')['variablesReference'])
  assert.equal(named('plain', inner)['value'], '"yes"')
  assert.equal(named('costly', inner)['value'], '(…)')
  assert.equal(await session.evaluate('asked'), '0')
  assert.equal((await list(named('costly', inner)['variablesReference']))[0]!['value'], '"now"')
  assert.equal(await session.evaluate('asked'), '1')
  await session.dap('continue')
  await done
})

test('values change: of cells, of locals, of properties, in the console; constants do not', async () => {
  const source =
    'let open = 1\nconst fixed = 2\nconst box = { inside: 1 }\nfunction f(local: number) {\n  return local\n}\nconst result = f(3)\n[open, box.inside, result]'
  const { done } = await stopIn(source.replace('f(3)\n[', 'f(3);\n['), [5])
  const { stackFrames } = await session.dap('stackTrace', { threadId: 1 })
  const { scopes } = await session.dap('scopes', { frameId: stackFrames[0].id })
  const reference = (name: string) =>
    (scopes as Loose[]).find(s => s['name'] === name)!['variablesReference'] as number
  const set = (variablesReference: number, name: string, value: string) =>
    session.dap('setVariable', { variablesReference, name, value })
  assert.equal((await set(reference('Local'), 'local', '30 + (1 as number)'))['value'], '31')
  assert.equal((await set(reference('Cells'), 'open', '10'))['value'], '10')
  await assert.rejects(set(reference('Cells'), 'fixed', '3'), /constant/)
  const { variables } = await session.dap('variables', { variablesReference: reference('Cells') })
  const box = (variables as Loose[]).find(v => v['name'] === 'box')!['variablesReference'] as number
  assert.equal((await set(box, 'inside', '"text"'))['value'], '"text"')
  assert.equal(await session.evaluate('open += 1'), '11')
  await assert.rejects(session.evaluate('nothing.there'), /ReferenceError: nothing is not defined/)
  await assert.rejects(session.evaluate('open = 0', 'hover'), /side.effect/i)
  await assert.rejects(session.evaluate('while (true) {}', 'watch'), /more than 1.5 seconds/)
  await session.dap('continue')
  const { outputs } = await done
  assert.deepEqual(
    outputs.map(o => 'data' in o && o.data['text/plain']),
    ["[ 11, 'text', 31 ]"],
  )
})

test('interrupt and restart end a paused cell; other requests are answered meanwhile', async () => {
  const source = 'let state = 1\nfor (;;) {\n  state += 1\n}'
  const { done } = await stopIn(source, [{ line: 3, hitCondition: '3' }])
  await new Promise(resolve => setTimeout(resolve, 50))
  await session.kernel.request('kernel_info_request', {}, { channel: 'control' })
  await session.kernel.interrupt()
  assert.equal((await done).error?.ename, 'Interrupted')
  await session.event('continued')
  const { outputs } = await run('state')
  assert.deepEqual(
    outputs.map(o => 'data' in o && o.data['text/plain']),
    ['3'],
  )

  const turning = run('for (;;) await null')
  await new Promise(resolve => setTimeout(resolve, 100))
  await session.kernel.interrupt()
  assert.equal((await turning).error?.ename, 'Interrupted')

  const paused = (await stopIn('const again = 1\nagain', [2])).done
  await session.kernel.restart()
  assert.equal((await paused).status, 'error')
  // The session goes on in the new process, with its breakpoints.
  const once = run('const again = 1\nagain')
  await session.event('stopped')
  assert.match((await session.stack())[0]!, /:2$/)
  await session.dap('continue')
  assert.equal((await once).status, 'ok')
})

test('breakpoints in files beside the notebook: plain TypeScript and what has to be compiled', async () => {
  const plain = join(folder, 'plain.ts')
  const compiled = join(folder, 'compiled.ts')
  await writeFile(
    plain,
    'export function add(a: number, b: number): number {\n  const sum = a + b\n  return sum\n}\n',
  )
  await writeFile(
    compiled,
    'export enum Color { red = 3, green }\n\nexport class P {\n  constructor(readonly n: number) {}\n  more(): number {\n    const more = this.n + Color.green\n    return more\n  }\n}\n',
  )
  const set = async (path: string, line: number) =>
    (await session.dap('setBreakpoints', { source: { path }, breakpoints: [{ line }] }))[
      'breakpoints'
    ][0] as Loose
  assert.equal((await set(plain, 2))['verified'], false)
  await set(compiled, 6)
  const done = run(
    "import { add } from './plain.ts'\nimport { P } from './compiled.ts'\nadd(1, 2) + new P(1).more()",
  )
  await session.event('stopped')
  assert.match((await session.stack()).join(' '), /^add:2 Cell\[\d+\]:3$/)
  const { stackFrames } = await session.dap('stackTrace', { threadId: 1 })
  assert.equal(stackFrames[0].source.path, plain)
  assert.deepEqual(await session.scope('Local'), { a: '1', b: '2' })
  assert.match((await session.go('continue'))!, /^more:6$/)
  assert.equal(await session.go('next'), 'more:7')
  assert.equal((await session.scope('Local'))['more'], '5')
  assert.equal((await set(plain, 3))['verified'], true)
  await session.dap('continue')
  assert.equal((await done).status, 'ok')
})

test('cells that have to be compiled, and cells with magics, stop at their own lines', async () => {
  const source =
    'enum Size {\n  small = 1,\n  large = 10,\n}\n\nconst size = Size.large\nconst twice = size * 2\ntwice'
  const { done } = await stopIn(source, [7])
  assert.match((await session.stack())[0]!, /^Cell\[\d+\]:7$/)
  assert.equal((await session.scope('Cells'))['size'], '10')
  await session.dap('continue')
  assert.equal((await done).status, 'ok')

  const magics = 'const one = 1\n%time one\nconst two = 2\nconst three = 3'
  const next = await stopIn(magics, [3])
  assert.match((await session.stack())[0]!, /^Cell\[\d+\]:3$/)
  await session.dap('continue')
  assert.equal((await next.done).status, 'ok')
})

test('what JupyterLab asks besides: rich values, globals, variables while nothing runs, sources', async () => {
  const source = 'function g() {\n  const inner = { a: 1 }\n  return inner\n}\ng()'
  const { done } = await stopIn(source, [3])
  const { stackFrames } = await session.dap('stackTrace', { threadId: 1 })
  const rich = await session.dap('richInspectVariables', {
    variableName: 'inner',
    frameId: stackFrames[0].id,
  })
  assert.equal(rich['data']['text/plain'], '{ a: 1 }')
  await session.dap('copyToGlobals', {
    srcVariableName: 'inner',
    dstVariableName: 'copied',
    srcFrameId: stackFrames[0].id,
  })
  const { content } = await session.dap('source', { source: stackFrames[0].source })
  assert.equal(content, source)
  await session.dap('continue')
  await done
  const { variables } = await session.dap('inspectVariables')
  assert.ok((variables as Loose[]).some(v => v['name'] === 'copied' && v['value'] === '{a: 1}'))
  const { breakpoints } = await session.dap('breakpointLocations', {
    source: stackFrames[0].source,
    line: 1,
    endLine: 5,
  })
  assert.deepEqual([...new Set((breakpoints as Loose[]).map(b => b['line']))], [2, 3, 5])
})

test('pause stops a running loop; disconnecting lets a paused cell go on and leaves nothing', async () => {
  const done = run(
    'let turning = true\nlet turns = 0\nwhile (turning) {\n  turns += 1\n  await new Promise(resolve => setTimeout(resolve, 1))\n}\n"ended"',
  )
  await new Promise(resolve => setTimeout(resolve, 100))
  await session.dap('pause', { threadId: 1 })
  assert.equal((await session.event('stopped'))['reason'], 'pause')
  assert.match((await session.stack()).join(' '), /Cell\[\d+\]:[3-6]/)
  await session.evaluate('turning = false')
  await session.dap('disconnect')
  assert.equal((await done).status, 'ok')
  const { outputs } = await run(
    "Object.getOwnPropertyNames(globalThis).filter(n => n.startsWith('__slipway')).length + ' ' + String(Symbol.for('slipway.debug') in globalThis)",
  )
  assert.deepEqual(
    outputs.map(o => 'data' in o && o.data['text/plain']),
    ["'0 false'"],
  )
  assert.equal((await session.dap('debugInfo'))['isStarted'], false)
  await session.dap('attach')
})
