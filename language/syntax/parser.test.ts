import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { format } from '../format/format.ts'
import { workspaceOf } from '../testing/world.ts'
import { lex } from './lexer.ts'
import { parse } from './parser.ts'
import { type SyntaxNode, isNode, nodeAt, nodesOf, printTree, tokenAt } from './tree.ts'

const golden = join(import.meta.dirname, '..', 'golden')
const texts = ['plan', 'diagnostics'].flatMap(suite =>
  readdirSync(join(golden, suite))
    .filter(name => name.endsWith('.slip'))
    .map(name => readFileSync(join(golden, suite, name), 'utf8')),
)

/** A text of the language with a few places cut out, doubled, swapped or filled with junk. */
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.string({ maxLength: 3 })), {
      maxLength: 6,
    }),
    fc.constantFrom('', '{', '}', '(', '"', '`', '\r\n', '//', 'model m {', '\ud800', 'and'),
  )
  .map(([text, edits, junk]) =>
    edits.reduce((broken, [where, length, insert], i) => {
      const at = Math.floor(where * broken.length)
      return broken.slice(0, at) + (i % 2 === 0 ? insert + junk : '') + broken.slice(at + length)
    }, text),
  )

function assertSound(text: string): void {
  const tree = parse(text)
  assert.equal(printTree(tree), text)
  for (const { span } of tree.diagnostics) {
    assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length)
  }
}

test('every golden text, and every beginning of one, prints as it was', () => {
  for (const text of texts) {
    assertSound(text)
    for (let end = 0; end < text.length; end += 7) assertSound(text.slice(0, end))
  }
})

test('a mutated text prints as it was, and analysis, services and formatting survive it', () => {
  fc.assert(
    fc.property(mutated, fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
      assertSound(text)
      const workspace = workspaceOf({ 'a.slip': text })
      workspace.diagnostics('a.slip')
      for (const { name } of workspace.models()) {
        const { plan, diagnostics } = workspace.plan(name)
        assert.ok(plan || diagnostics.length > 0, 'no plan and no reason')
      }
      const offset = Math.floor(where * text.length)
      workspace.scopeAt('a.slip', offset)
      workspace.typeAt('a.slip', offset)
      workspace.referencesAt('a.slip', offset)
      workspace.symbols('a.slip')
      const once = format(text)
      assert.equal(format(once), once)
      assert.deepEqual(significant(once), significant(text))
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('any string prints as it was', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), assertSound), {
    numRuns: 200,
    seed: 7,
  })
})

/** What formatting must keep: all but blanks, newlines and the commas that newlines replace. */
function significant(text: string): readonly string[] {
  return lex(text)
    .filter(({ kind }) => kind !== 'space' && kind !== 'newline' && kind !== ',')
    .map(token => token.text.trimEnd())
}

test('deep nesting is reported, not a stack overflow', () => {
  const openings = ['(', 'not ', '-', 'f(', 'a + ', '(a + ', 'if(a, ', 'a and not ']
  for (const opening of openings) {
    const text = `model m {\n label x = ${opening.repeat(20_000)}1\n}`
    const tree = parse(text)
    assert.equal(printTree(tree), text)
    assert.equal(tree.diagnostics[0]?.code, 'SLIP006', opening)
    workspaceOf({ 'a.slip': text }).diagnostics('a.slip')
    format(text)
  }
  for (const junk of ['{', 'model m {', '[', '}', 'source s { columns {']) assertSound(junk.repeat(20_000))
})

test('trivia is never at the edge of a node, and spans nest', () => {
  for (const text of texts)
    for (const node of nodesOf(parse(text).root)) {
      if (node.kind === 'File') continue
      assert.equal(text.slice(node.start, node.end).trim(), text.slice(node.start, node.end), node.kind)
      let at = node.start
      for (const child of node.children) {
        assert.equal(child.start, at)
        at = child.end
        if (isNode(child)) assert.equal(child.parent, node)
      }
    }
})

/** The expression of a label, bracketed by how it was read. */
function grouping(expression: string): string {
  const tree = parse(`model m {\n label x = ${expression}\n}`)
  assert.deepEqual(tree.diagnostics, [])
  const label = nodesOf(tree.root).find(({ kind }) => kind === 'LabelItem')!
  return bracketed(label.children.findLast(child => isNode(child)) as SyntaxNode)
}

function bracketed(node: SyntaxNode): string {
  const parts = node.children.map(child => (isNode(child) ? bracketed(child) : child.text)).join('')
  return node.kind === 'BinaryExpression' || node.kind === 'UnaryExpression' ? `[${parts}]` : parts
}

test('operators bind as the reference says', () => {
  assert.equal(grouping('a or b and c'), '[a or [b and c]]')
  assert.equal(grouping('not a == b and c'), '[[not [a == b]] and c]')
  assert.equal(grouping('a + b * c - d'), '[[a + [b * c]] - d]')
  assert.equal(grouping('-a * b < c + 1'), '[[[-a] * b] < [c + 1]]')
  assert.equal(grouping('(a or b) and c'), '[([a or b]) and c]')
})

test('a newline goes on inside brackets and after an operator, and nowhere else', () => {
  assert.equal(grouping('(a\n + b)'), '([a\n + b])')
  assert.equal(grouping('a +\n b'), '[a +\n b]')
  const tree = parse('model m {\n features {\n  a = b\n  + c\n  d\n }\n}')
  assert.deepEqual(
    tree.diagnostics.map(({ code, span }) => [code, tree.text.slice(span.start, span.end)]),
    [['SLIP001', '+']],
  )
})

test('a broken declaration hides none of its neighbours', () => {
  const breakers = [
    'source',
    'source x {',
    'feature f of',
    'feature f of a = mean(',
    'entity e(',
    'model m {\n features {\n  a = log(',
    '}',
    ')',
    '"',
    '= = =',
  ]
  for (const breaker of breakers) {
    const text = `entity before(a: int)\n${breaker}\nentity after(b: int)\n`
    const names = workspaceOf({ 'a.slip': text }).entities()
    assert.deepEqual(
      names.map(({ name }) => name).filter(name => name !== 'e'),
      ['before', 'after'],
      breaker,
    )
    const open = breaker.startsWith('model') ? 2 : 1
    assert.equal(parse(text).diagnostics.length, open, breaker)
  }
})

test('the first line of a notebook cell is a comment', () => {
  const text = '%%slip\nentity a(x: int)\n'
  assert.deepEqual(parse(text).diagnostics, [])
  assert.equal(format(text), text)
  const below = '\n\n%%slip\nentity a(x: int)\n'
  assert.deepEqual(parse(below).diagnostics, [])
  assert.equal(printTree(parse(below)), below)
  assert.equal(format(format(below)), format(below))
  assert.equal(parse('entity a(x: int)\n%%slip\n').diagnostics.length, 1)
})

test('tokens and nodes are found by offset', () => {
  const tree = parse('source flights {\n  time date\n}')
  assert.equal(tokenAt(tree, 3)?.text, 'source')
  assert.equal(tokenAt(tree, 6)?.text, 'source')
  assert.equal(tokenAt(tree, 14)?.text, 'flights')
  assert.equal(nodeAt(tree, 26).kind, 'Name')
  assert.equal(nodeAt(tree, 26).parent?.kind, 'TimeItem')
})
