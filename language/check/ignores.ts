/** Applies `// slip-ignore` comments: what they silence, and what is wrong with them. */
import {
  type Diagnostic,
  type DiagnosticCode,
  type Fix,
  diagnostic,
  diagnosticCodes,
  isIgnorable,
} from '../diagnostics.ts'
import type { ProjectFile } from '../project.ts'
import type { IgnoreComment, Text } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'

type IgnoringFile = Pick<ProjectFile, 'path' | 'tree' | 'ignores'>

const isCode = (code: string): code is DiagnosticCode => Object.hasOwn(diagnosticCodes, code)

/** Whether a comment of the file silences the diagnostic. */
export function isIgnored({ ignores }: Pick<IgnoringFile, 'ignores'>, found: Diagnostic): boolean {
  return ignores.some(comment => silences(comment, found))
}

function silences({ covers, codes }: IgnoreComment, { code, span }: Diagnostic): boolean {
  if (!isIgnorable(code) || span.start < covers.start || covers.end < span.start) return false
  return codes.some(({ value }) => value === code)
}

/** What is left of the diagnostics of a file, and what its comments say themselves. */
export function applyIgnores(file: IgnoringFile, found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (file.ignores.length === 0) return found
  const left = found.filter(one => !isIgnored(file, one))
  return [...left, ...reasonless(file), ...file.ignores.flatMap(comment => misused(file, comment, found))]
}

/** Comments that do not say why. They silence all the same, so that one mistake is reported. */
export function reasonless({ path, ignores }: Pick<IgnoringFile, 'path' | 'ignores'>): readonly Diagnostic[] {
  return ignores.flatMap(({ span, codes, reason }) => {
    if (reason !== '' || codes.length === 0) return []
    const message = `Expected the reason why ${codes.map(({ value }) => value).join(', ')} is ignored.`
    const hint = `For example \`// slip-ignore ${codes[0]!.value} used by the dashboard\`.`
    return [diagnostic('SLIP501', { path, span, message, hint })]
  })
}

function misused(
  file: IgnoringFile,
  comment: IgnoreComment,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const { path } = file
  if (comment.codes.length === 0) {
    const hint =
      'Write the code of what is to be ignored, for example `// slip-ignore SLIP307 used by the dashboard`.'
    const message = 'Expected a code after `slip-ignore`, got none.'
    return [
      diagnostic('SLIP502', { path, span: comment.span, message, hint, fixes: [removal(file, comment)] }),
    ]
  }
  return comment.codes.flatMap(code => {
    const { value, span } = code
    const fixes = [removal(file, comment, code)]
    if (!isCode(value)) {
      const message = `There is no diagnostic ${value}.`
      return [diagnostic('SLIP503', { path, span, message, fixes })]
    }
    if (!isIgnorable(value)) {
      const message = `${value} (${diagnosticCodes[value].title}) cannot be ignored.`
      const hint = 'Hints, warnings and errors of judgement can. Cure its cause instead.'
      return [diagnostic('SLIP503', { path, span, message, hint, fixes })]
    }
    if (found.some(one => one.code === value && silences(comment, one))) return []
    const message = `Nothing here is ${value} (${diagnosticCodes[value].title}).`
    return [diagnostic('SLIP502', { path, span, message, fixes })]
  })
}

/** Takes one code, or the whole comment, out of the text. */
function removal({ path, tree }: IgnoringFile, { span, codes }: IgnoreComment, code?: Text): Fix {
  if (code && codes.length > 1) {
    const at = codes.indexOf(code)
    const cut =
      at > 0
        ? { start: codes[at - 1]!.span.end, end: code.span.end }
        : { start: code.span.start, end: codes[1]!.span.start }
    return { title: `Remove ${code.value}`, edits: [{ path, span: cut, text: '' }] }
  }
  return { title: 'Remove the comment', edits: [{ path, span: commentLine(tree.text, span), text: '' }] }
}

/** The comment with the blanks before it; with its line when nothing else stands there. */
function commentLine(text: string, { start, end }: Span): Span {
  const blanks = /[^\S\n]*$/.exec(text.slice(0, start))![0].length
  const alone = start - blanks === 0 || text[start - blanks - 1] === '\n'
  const rest = /^[^\S\n]*\n?/.exec(text.slice(end))![0]
  return { start: start - blanks, end: alone ? end + rest.length : end }
}

/**
 * The edit that ignores a diagnostic: its code joins a comment that is about its line already, else a comment is put
 * above, over documentation too. The reason is left to the author, and SLIP501 asks for it. Undefined for what cannot
 * be ignored.
 */
export function ignoreFix(file: IgnoringFile, { code, span }: Diagnostic): Fix | undefined {
  if (!isIgnorable(code)) return undefined
  const { path, tree, ignores } = file
  const title = `Ignore ${code} here`
  const known = ignores.find(({ covers }) => covers.start <= span.start && span.start <= covers.end)
  const last = known?.codes.at(-1)?.span.end
  if (last !== undefined)
    return { title, edits: [{ path, span: { start: last, end: last }, text: ` ${code}` }] }
  const lines = tree.text.slice(0, span.start).split('\n')
  const indent = /^[^\S\n]*/.exec(lines.at(-1)!)![0]
  let at = span.start - lines.pop()!.length
  for (let above = lines.pop(); above !== undefined && /^\s*\/\/\//.test(above); above = lines.pop())
    at -= above.length + 1
  return {
    title,
    edits: [{ path, span: { start: at, end: at }, text: `${indent}// slip-ignore ${code} \n` }],
  }
}
