/**
 * Files that are broken in every way: truncated, spliced, with random characters, with tokens doubled and deleted, and
 * nested 10,000 deep. Whatever the text, nothing may throw, nothing may take long, and what a mutation did not touch
 * must still be found. The unit tests run a few of them, the benchmark all.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { format } from '../format/format.ts'
import { ignoresOf } from '../syntax/ignores.ts'
import { lex } from '../syntax/lexer.ts'
import { declarationsOf, importsOf } from '../syntax/lower.ts'
import { parse } from '../syntax/parser.ts'
import type { Span } from '../syntax/tokens.ts'
import { printTree } from '../syntax/tree.ts'
import { workspaceOf } from './world.ts'

export interface MutationReport {
  readonly nFiles: number
  /** The longest that one of reading, formatting and checking took. */
  readonly slowestMs: number
  /** Of the slowest file, to find out why. */
  readonly slowest: string
  /** What went wrong, with the text that shows it. */
  readonly failures: readonly { readonly what: string; readonly text: string }[]
}

export interface MutationOptions {
  readonly nFiles: number
  /** The same files for the same seed. */
  readonly seed: number
}

/** Mutates, reads, checks, asks and formats so many files, one after the other. */
export function runMutations({ nFiles, seed }: MutationOptions): MutationReport {
  const random = createRandom(seed)
  const texts = wholeTexts()
  const deep = deepTexts()
  const failures: { what: string; text: string }[] = []
  let slowest = { text: '', ms: 0 }
  for (let i = 0; i < nFiles; i++) {
    // The deep ones are spread over the run.
    const next = i % 50 === 0 ? deep[(i / 50) % deep.length] : undefined
    const mutant = next === undefined ? mutate(texts, random) : { text: next, untouched: [] }
    const watch = { slowestMs: 0 }
    const what = faultOf(mutant, random, watch)
    const ms = watch.slowestMs
    if (what !== undefined) failures.push({ what, text: mutant.text })
    if (ms > slowest.ms) slowest = { text: mutant.text, ms }
  }
  return { nFiles, slowestMs: slowest.ms, slowest: slowest.text, failures }
}

interface Mutant {
  readonly text: string
  /** Kind and text of the declarations that the mutation is not in. */
  readonly untouched: readonly string[]
}

interface Watch {
  slowestMs: number
}

function timed<T>(watch: Watch, step: () => T): T {
  const start = performance.now()
  const result = step()
  watch.slowestMs = Math.max(watch.slowestMs, performance.now() - start)
  return result
}

function faultOf({ text, untouched }: Mutant, random: () => number, watch: Watch): string | undefined {
  try {
    const tree = timed(watch, () => parse(text, 'a.slip'))
    if (printTree(tree) !== text) return 'the tree prints as another text'
    for (const { span } of tree.diagnostics)
      if (!(span.start >= 0 && span.start <= span.end && span.end <= text.length))
        return 'a span lies outside the text'
    ignoresOf(tree)
    const found = wholeDeclarations(text)
    // What stands after it may have become its own: a block after the head of a feature.
    const lost = untouched.find(whole => !found.some(({ key }) => key.startsWith(whole)))
    if (lost !== undefined) return `hidden: ${lost}`
    return (
      formattingFault(text, watch) ?? analysisFault(text, Math.floor(random() * (text.length + 1)), watch)
    )
  } catch (error) {
    return `thrown: ${error instanceof Error ? error.stack : String(error)}`
  }
}

function formattingFault(text: string, watch: Watch): string | undefined {
  const once = timed(watch, () => format(text))
  if (format(once) !== once) return 'formatting twice is not formatting once'
  if (!isDeepStrictEqual(significant(once), significant(text))) return 'formatting changed a token'
  if (!isDeepStrictEqual(meaning(once), meaning(text))) return 'formatting changed what is declared'
  return undefined
}

/** What formatting keeps: all but blanks, line ends and the commas that line ends replace. */
function significant(text: string): readonly string[] {
  return lex(text)
    .filter(({ kind }) => kind !== 'space' && kind !== 'newline' && kind !== ',')
    .map(token => token.text.trimEnd())
}

/** The declarations without their places. */
function meaning(text: string): unknown {
  const tree = parse(text)
  return withoutPlaces([importsOf(tree), declarationsOf(tree)])
}

const places: ReadonlySet<string> = new Set(['span', 'node', 'argumentSpan', 'broken'])

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (value instanceof Set) return [...value].sort()
  if (typeof value !== 'object' || value === null) return value
  if ('lineStart' in value && 'text' in value) return value.text
  const kept = Object.entries(value).filter(([key]) => !places.has(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPlaces(inner)]))
}

function analysisFault(text: string, offset: number, watch: Watch): string | undefined {
  const workspace = timed(watch, () => {
    const checked = workspaceOf({ 'a.slip': text })
    checked.diagnostics('a.slip')
    return checked
  })
  for (const { name } of workspace.models()) {
    const { plan, diagnostics } = workspace.plan(name)
    if (!plan && diagnostics.length === 0) return 'no plan and no reason'
  }
  workspace.scopeAt('a.slip', offset)
  workspace.typeAt('a.slip', offset)
  workspace.referencesAt('a.slip', offset)
  workspace.symbols('a.slip')
  return undefined
}

/** The golden texts that are whole. */
function wholeTexts(): readonly string[] {
  const golden = join(import.meta.dirname, '..', 'golden')
  return ['plan', 'diagnostics'].flatMap(suite =>
    readdirSync(join(golden, suite))
      .filter(name => name.endsWith('.slip'))
      .map(name => readFileSync(join(golden, suite, name), 'utf8'))
      .filter(text => parse(text).diagnostics.length === 0),
  )
}

function deepTexts(): readonly string[] {
  const openings = [
    '(',
    '[',
    '{',
    '-',
    'not ',
    '!',
    'f(',
    'a + ',
    '(a + ',
    'if(a, ',
    'a and not ',
    'a@1(',
    'a.b and ',
    'a == ',
    '- -',
  ]
  const around: readonly (readonly [string, string])[] = [
    ['model m {\n  label x = ', '1\n}\nentity last(x: int)\n'],
    ['model m {\n  algorithm a { h = [', '] }\n}\n'],
    ['feature f of e = ', ' over 7 days\n'],
    ['', ''],
  ]
  const expressions = openings.flatMap(opening =>
    around.map(([before, after]) => before + opening.repeat(10_000) + after),
  )
  const blocks = [
    'model m {\n',
    'source s { columns { ',
    'test "a" { given { ',
    'model m { test "a" { given {\n',
    'import {',
    'features {\n',
    '"',
    '`',
    '}',
    ']',
    '/',
    '#',
    "'",
    '“',
    '2001/01/01 ',
    'x\n',
    ';',
    '? ',
  ]
  return [
    ...expressions,
    ...blocks.flatMap(block => [block.repeat(10_000), `entity a(x: int)\n${block.repeat(3000)}`]),
  ]
}

type Edit = (text: string, random: () => number, texts: readonly string[]) => Span & { readonly by: string }

const edits: readonly Edit[] = [
  function truncate(text, random) {
    return { start: at(random, text.length), end: text.length, by: '' }
  },
  function cut(text, random) {
    const start = at(random, text.length)
    return { start, end: Math.min(text.length, start + at(random, 40)), by: '' }
  },
  function splice(text, random, texts) {
    const other = pick(random, texts)
    const from = at(random, other.length)
    const start = at(random, text.length)
    return {
      start,
      end: start + at(random, Math.min(20, text.length - start)),
      by: other.slice(from, from + at(random, 200)),
    }
  },
  function junk(text, random) {
    const start = at(random, text.length)
    const bytes = Array.from({ length: 1 + at(random, 8) }, () =>
      String.fromCharCode(at(random, random() < 0.7 ? 128 : 0xffff)),
    )
    return { start, end: start, by: bytes.join('') }
  },
  function insertToken(text, random) {
    const start = at(random, text.length)
    return { start, end: start, by: pick(random, strange) }
  },
  function doubleToken(text, random) {
    const token = pick(random, lex(text))
    return { start: token.end, end: token.end, by: token.text }
  },
  function deleteToken(text, random) {
    const { start, end } = pick(random, lex(text))
    return { start, end, by: '' }
  },
  function swapTokens(text, random) {
    const [one, other] = [pick(random, lex(text)), pick(random, lex(text))]
    return { start: one.start, end: one.end, by: other.text }
  },
]

const strange = [
  '{', '}', '(', ')', '[', ']', '"', '`', "'", ',', ':', '=', '==', '..', '@', '?', '%', '!', '&&', '#', ';', '//',
  '\r', '\r\n', '\ud800', '%%slip', 'model m {', 'import {', 'from "a" import b', 'and', 'not', ' test "', 'given {', 'rank',
  'tune 3 trials', 'random a per b', '2001/05/01', '2001-05-01 07:10', 'vector<', '// slip-ignore SLIP307 x', '///', '-', 'in',
] // prettier-ignore

/** One to three edits of a text. */
function mutate(texts: readonly string[], random: () => number): Mutant {
  let text = pick(random, texts)
  let untouched = wholeDeclarations(text)
  for (let n = 1 + at(random, 2); n > 0; n--) {
    const { start, end, by } = pick(random, edits)(text, random, texts)
    text = text.slice(0, start) + by + text.slice(end)
    const shift = by.length - (end - start)
    untouched = untouched
      .filter(({ lines }) => lines.end < start || end < lines.start)
      .map(whole => {
        const { lines } = whole
        return lines.end < start
          ? whole
          : { ...whole, lines: { start: lines.start + shift, end: lines.end + shift } }
      })
  }
  return { text, untouched: untouched.map(({ key }) => key) }
}

/** The declarations of a text with the lines they are on. */
function wholeDeclarations(text: string): readonly { readonly key: string; readonly lines: Span }[] {
  return declarationsOf(parse(text)).map(({ kind, node }) => {
    const before = text.slice(0, node.start)
    const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
    const after = /[\r\n]/.exec(text.slice(node.end))
    const end = after ? node.end + after.index : text.length
    return { key: `${kind} ${text.slice(node.start, node.end)}`, lines: { start, end } }
  })
}

function at(random: () => number, most: number): number {
  return Math.floor(random() * (most + 1))
}

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!
}

/** Numbers from 0 up to 1, the same for the same seed (a 32-bit linear generator whose output is scrambled). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32
  }
}
