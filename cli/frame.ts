/** Diagnostics as a person reads them in a terminal: the place, the line with the culprit underlined, what to do. */
import type { Diagnostic } from '../language/index.ts'
import type { Colors } from './output.ts'

/** 1-based, columns in UTF-16 units, as editors count. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

/** Several lines, without a newline at the end. */
export function codeFrame(text: string, diagnostic: Diagnostic, colors: Colors): string {
  const { line, column } = positionAt(text, diagnostic.span.start)
  const source = text.split('\n')[line - 1] ?? ''
  const end = Math.min(diagnostic.span.end - diagnostic.span.start, source.length - column + 1)
  const paint = painter(diagnostic, colors)
  const gutter = String(line)
  const pad = ' '.repeat(gutter.length)
  const marks = paint('^'.repeat(Math.max(1, end)))
  return [
    `${diagnostic.path}:${line}:${column} ${paint(diagnostic.severity)} ${colors.dim(diagnostic.code)} ${diagnostic.message}`,
    `  ${colors.dim(`${gutter} │`)} ${source}`,
    `  ${colors.dim(`${pad} │`)} ${indentLike(source, column - 1)}${marks}`,
    ...(diagnostic.hint === undefined ? [] : [`  ${colors.dim(`${pad} =`)} ${diagnostic.hint}`]),
  ].join('\n')
}

function painter({ severity }: Diagnostic, colors: Colors): (text: string) => string {
  if (severity === 'error') return colors.red
  return severity === 'warning' ? colors.yellow : colors.cyan
}

/** Tabs stay tabs, so that the marks stand under what they mark. */
function indentLike(source: string, length: number): string {
  return source.slice(0, length).replaceAll(/[^\t]/g, ' ')
}
