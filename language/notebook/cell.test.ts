import assert from 'node:assert/strict'
import test from 'node:test'
import { cellBody, isModelCell, readCell } from './cell.ts'

/** The code with blanks at the ends of lines cut, and the magics as `name(argument)@line`. */
function read(source: string) {
  const { language, code, magics } = readCell(source)
  assert.equal(code.length, source.length)
  assert.deepEqual(code.match(/\r?\n/g), source.match(/\r?\n/g), 'the same lines')
  for (const { start, kind } of magics) assert.ok(source.startsWith(kind === 'cell' ? '%%' : '%', start))
  return {
    language,
    code: code.replace(/[ \t]+$/gm, ''),
    magics: magics.map(({ name, argument, line }) => `${name}(${argument})@${line}`),
  }
}

const typescript = (source: string, code: string, ...magics: string[]) =>
  assert.deepEqual(read(source), { language: 'typescript', code, magics }, source)

test('a cell without magics is its own code', () => {
  for (const source of ['', 'const a = 1', 'const a = b % c', 'a %= 2', '// %time', "'%time'"])
    typescript(source, source)
})

test('a line that begins a statement and with % is a magic', () => {
  typescript('%install lodash-es@4', '', 'install(lodash-es@4)@0')
  typescript('%time f()', '      f()', 'time(f())@0')
  typescript('  %who', '', 'who()@0')
  typescript('const a = 1;\n%whos\nconst b = 2', 'const a = 1;\n\nconst b = 2', 'whos()@1')
  typescript('function f() {\n}\n%time f()', 'function f() {\n}\n      f()', 'time(f())@2')
  typescript('// first\n/* a\n b */\n%who', '// first\n/* a\n b */\n', 'who()@3')
  typescript(
    '%install a\n%install b\nimport a from "a"',
    '\n\nimport a from "a"',
    'install(a)@0',
    'install(b)@1',
  )
  typescript('%instal x', '', 'instal(x)@0')
})

test('lines may end as on Windows, and hold any characters', () => {
  typescript('const a = 1\r\n%install b\r\na\r\n', 'const a = 1\r\n\r\na\r\n', 'install(b)@1')
  typescript('%env NAME=grüße 🙂\n1', '\n1', 'env(NAME=grüße 🙂)@0')
})

test('behind a statement without semicolon a magic is one when it cannot be a remainder', () => {
  typescript('const x = 5\n%time f(x)', 'const x = 5\n      f(x)', 'time(f(x))@1')
  typescript('const x = 5\n%who', 'const x = 5\n', 'who()@1')
  typescript('const x = 5\n%reset -f x', 'const x = 5\n', 'reset(-f x)@1')
  typescript('f()\n%run ./a.ts', 'f()\n', 'run(./a.ts)@1')
  typescript('f()\n%nonsense b', 'f()\n', 'nonsense(b)@1')
})

test('a remainder is none', () => {
  for (const source of [
    'a\n%b',
    'a\n  %b + 1',
    'const r = total\n  %time',
    'const r = a\n  % b',
    'const r = a\n%b.c',
    'const r = a\n%b(c)',
    'const r = a\n%b as number',
    'const r = a\n%who + 1',
    'const r = (\n a\n%who\n)',
    'f(\n%who\n)',
    '[\n%who\n]',
    'const a =\n%who',
  ])
    typescript(source, source)
})

test('text in strings, templates, comments and patterns is none', () => {
  for (const source of [
    '`\n%who\n`',
    '`${a}\n%who\n${b}\n%who`',
    '`${`\n%who`}\n%who`',
    '/*\n%who\n*/ 1',
    'const f = () => {\n%who\n}',
    "const s = 'a\\\n%who\\\n'",
  ])
    typescript(source, source)
  typescript('const p = /[`/]/\n%who', 'const p = /[`/]/\n', 'who()@1')
  typescript('const s = `${{a: `}`}.a}`\n%who', 'const s = `${{a: `}`}.a}`\n', 'who()@1')
  typescript('if (a) /`/.test(b)\n%who', 'if (a) /`/.test(b)\n', 'who()@1')
  typescript('a.return / b; "`"\n%who', 'a.return / b; "`"\n', 'who()@1')
})

test('%time takes a whole statement', () => {
  const one = '%time await f(\n  1,\n  2,\n)\ng()'
  typescript(one, one.replace('%time', ''.padEnd(5)), 'time(await f(\n  1,\n  2,\n))@0')
  const chain = '%time const r = a\n  .b()\n  .c()\nr'
  typescript(chain, chain.replace('%time', ''.padEnd(5)), 'time(const r = a\n  .b()\n  .c())@0')
  const loop = '%time for (const a of b)\n  f(a)\n1'
  typescript(loop, loop.replace('%time', ''.padEnd(5)), 'time(for (const a of b)\n  f(a))@0')
  typescript('%time f() // slow\n\ng()', '      f() // slow\n\ng()', 'time(f())@0')
  typescript('%time f()\n%time g()', '      f()\n      g()', 'time(f())@0', 'time(g())@1')
  typescript('%time', '', 'time()@0')
})

test('a blanked magic does not let two statements become one', () => {
  typescript('const x = 5\n%who\n(1)', 'const x = 5\n;\n(1)', 'who()@1')
  typescript('const x = 5\n%time [1].map(f)', 'const x = 5\n;     [1].map(f)', 'time([1].map(f))@1')
})

test('%% in the first line that is not blank says what the cell is', () => {
  assert.deepEqual(read('\n%%slip\nmodel m {\n}'), {
    language: 'slip',
    code: '\n\nmodel m {\n}',
    magics: ['slip()@1'],
  })
  assert.deepEqual(read('%%sh -e\nls %who\n'), { language: 'text', code: '\n\n', magics: ['sh(-e)@0'] })
  assert.deepEqual(read('%%nobody knows\na'), { language: 'text', code: '\n', magics: ['nobody(knows)@0'] })
  typescript('%%time\r\nconst a = 1\r\n%who', '\r\nconst a = 1\r\n', 'time()@0', 'who()@2')
})

test('cells in the model language', () => {
  for (const text of ['%%slip', '%%slip\nmodel m {', '\n%%slip  \n']) assert.ok(isModelCell(text), text)
  for (const text of ['', '%%sli', '%%slipway\n', 'const a = 1\n%%slip', '// %%slip', '%slip'])
    assert.ok(!isModelCell(text), text)
  assert.equal(cellBody('%%slip\nentity a(b: string)\n'), 'entity a(b: string)\n')
  assert.equal(cellBody('\n%%slip\r\nentity a'), 'entity a')
  assert.equal(cellBody('%%slip'), '')
  assert.equal(cellBody('entity a(b: string)'), 'entity a(b: string)')
})
