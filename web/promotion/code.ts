/** Statements as text with the colours of code, and with buttons on literals. */
import { h } from '../support/dom.ts'

export interface CodeMark {
  /** In the text, half-open. */
  readonly start: number
  readonly end: number
  /** Shown in place of what stands there. */
  readonly text: string
  readonly title: string
  readonly class: string
  press(button: HTMLElement): void
}

export interface Token {
  readonly kind: 'comment' | 'string' | 'number' | 'keyword' | 'call' | 'plain'
  readonly text: string
}

const keywords =
  'abstract as async await break case catch class const continue declare default delete do else enum export extends ' +
  'false finally for from function get if implements import in instanceof interface let new null of readonly return ' +
  'satisfies set static super switch this throw true try type typeof undefined using var void while yield'
const isKeyword = new Set(keywords.split(' '))

const pattern = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
    String.raw`(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\x60(?:\\.|[^\x60\\])*\x60)`,
    String.raw`(?<number>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?)n?\b)`,
    String.raw`(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)(?=(?<call>\s*\()?)`,
  ].join('|'),
  'giu',
)

/** Good enough to read by; the text of all tokens is the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) tokens.push({ kind: 'plain', text: text.slice(at, match.index) })
    at = match.index + match[0].length
    tokens.push({ kind: kindOf(match.groups ?? {}, match[0]), text: match[0] })
  }
  if (at < text.length) tokens.push({ kind: 'plain', text: text.slice(at) })
  return tokens
}

function kindOf(groups: Readonly<Record<string, string | undefined>>, text: string): Token['kind'] {
  if (groups['comment'] !== undefined) return 'comment'
  if (groups['string'] !== undefined) return 'string'
  if (groups['number'] !== undefined) return 'number'
  if (isKeyword.has(text)) return 'keyword'
  return groups['call'] === undefined ? 'plain' : 'call'
}

/** @param marks in the order of the text, not overlapping */
export function drawCode(text: string, marks: readonly CodeMark[] = []): HTMLElement {
  const code = h('code', { class: 'code' })
  let at = 0
  for (const mark of marks) {
    if (mark.start < at || mark.end > text.length) continue
    code.append(...coloured(text.slice(at, mark.start)), drawMark(mark))
    at = mark.end
  }
  code.append(...coloured(text.slice(at)))
  return code
}

function coloured(text: string): (HTMLElement | string)[] {
  return tokensOf(text).map(token =>
    token.kind === 'plain' ? token.text : h('span', { class: `t-${token.kind}` }, token.text),
  )
}

function drawMark(mark: CodeMark): HTMLElement {
  const button = h('button', { class: `literal ${mark.class}`, title: mark.title }, mark.text)
  button.addEventListener('click', () => mark.press(button))
  return button
}
