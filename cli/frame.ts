/** What is said of a place in a text, as a person reads it in a terminal: the place, the line with the culprit underlined, what to do. */
import type { Diagnostic } from '../language/index.ts'
import type { Colors } from './output.ts'

/** 1-based, columns in UTF-16 units, as editors count. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

export interface Frame {
  readonly path: string
  readonly span: { readonly start: number; readonly end: number }
  /** Behind the place, on the first line. */
  readonly title: string
  /** Below the marks, a line each. */
  readonly notes: readonly string[]
  readonly paint: (text: string) => string
}

/** Several lines, without a newline at the end. */
export function codeFrame(text: string, diagnostic: Diagnostic, colors: Colors): string {
  const { path, span, severity, code, message, hint } = diagnostic
  const paint = painter(diagnostic, colors)
  const title = `${paint(severity)} ${colors.dim(code)} ${message}`
  return placeFrame(text, { path, span, title, notes: hint === undefined ? [] : [hint], paint }, colors)
}

/** Several lines, without a newline at the end. */
export function placeFrame(text: string, { path, span, title, notes, paint }: Frame, colors: Colors): string {
  const { line, column } = positionAt(text, span.start)
  const source = text.split('\n')[line - 1] ?? ''
  const end = Math.min(span.end - span.start, source.length - column + 1)
  const gutter = String(line)
  const pad = ' '.repeat(gutter.length)
  const marks = paint('^'.repeat(Math.max(1, end)))
  return [
    `${path}:${line}:${column} ${title}`,
    `  ${colors.dim(`${gutter} │`)} ${source}`,
    `  ${colors.dim(`${pad} │`)} ${indentLike(source, column - 1)}${marks}`,
    ...notes.map(note => `  ${colors.dim(`${pad} =`)} ${note}`),
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
