/** What stands at a place means: names, words, operators, dates, versions, paths. Bounded in length. */
import { type Hover, MarkupKind } from 'vscode-languageserver/node'
import { type Span, type Token, isTrivia } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { type Abilities, usualAbilities } from './abilities.ts'
import { describeOperator } from './describe/built-in.ts'
import { describeDate, describeDuration, describeText, describeVersion } from './describe/literals.ts'
import { code, join } from './describe/markdown.ts'
import { describeSymbol } from './describe/symbol.ts'
import { symbolsAt } from './names.ts'
import { describeWord } from './word-docs.ts'

export function hover(
  file: FileContext,
  offset: number,
  abilities: Abilities = usualAbilities,
): Hover | null {
  const { images } = abilities
  for (const { symbol, span, type } of symbolsAt(file, offset)) {
    const value = describeSymbol(file, symbol, { images, ...(type && { type }) })
    if (value) return answer(file, { span, value }, abilities)
  }
  const token = file.tree.tokens.find(({ start, end }) => start <= offset && offset < end)
  const found = token && !isTrivia(token.kind) ? describeToken(file, token) : undefined
  return found ? answer(file, found, abilities) : null
}

interface Found {
  readonly span: Span
  readonly value: string
}

function answer(file: FileContext, { span, value }: Found, { markdown }: Abilities): Hover {
  const contents = markdown
    ? { kind: MarkupKind.Markdown, value }
    : { kind: MarkupKind.PlainText, value: withoutMarkup(value) }
  return { contents, range: rangeOf(file.document, span) }
}

/** The same as plain text, for editors that show no Markdown. */
export function withoutMarkup(markdown: string): string {
  return markdown
    .replace(/```\w*\n([\s\S]*?)\n```/g, '$1')
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\| ?(?:--- ?\| ?)+$\n?/gm, '')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll('`', '')
}

function describeToken(file: FileContext, token: Token): Found | undefined {
  const at = (value: string | undefined, span: Span = token): Found | undefined =>
    value ? { span, value } : undefined
  switch (token.kind) {
    case 'date':
      return at(describeDate(token))
    case 'string':
      return at(describeText(file, token))
    case '@':
    case 'int':
    case 'float': {
      const version = describeVersion(file, token)
      if (version) return version
      return describeDuration(file, token)
    }
    case 'name':
      return describeDuration(file, token) ?? at(wordText(file, token))
    default:
      return at(describeOperator(token.text, isUnary(file, token)))
  }
}

function wordText(file: FileContext, token: Token): string | undefined {
  const operator = ['and', 'or', 'not'].includes(token.text)
    ? describeOperator(token.text, token.text === 'not')
    : undefined
  const doc = describeWord(file, token)
  return operator ?? (doc && join(code(token.text), doc))
}

/** A minus without a value before it. */
function isUnary({ tree }: FileContext, token: Token): boolean {
  if (token.kind !== '-') return false
  for (let i = token.index - 1; i >= 0; i--) {
    const before = tree.tokens[i]!
    if (!isTrivia(before.kind))
      return !['name', 'quoted', 'int', 'float', 'string', 'date', ')'].includes(before.kind)
  }
  return true
}
