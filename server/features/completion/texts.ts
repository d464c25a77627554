/** What may stand between quotes, and the values that a column may be given. */
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver/node'
import { type Candidate, type Scope, diagnosticCodes } from '../../../language/index.ts'
import { type FileContext, rangeOf } from '../../core/context.ts'
import { percent } from '../histogram.ts'
import { knownSource } from '../known.ts'
import { sourceStatistics } from '../statistics.ts'
import { sampleValues } from './samples.ts'

/** Candidates in the place of the quoted text. */
export function textItems(file: FileContext, { candidates, replace }: Scope): CompletionItem[] {
  const range = rangeOf(file.document, replace)
  return candidates.map(({ name, text, detail, kind }, i) => ({
    label: name === '' ? '""' : name,
    kind: kind === 'file' ? CompletionItemKind.File : CompletionItemKind.Text,
    sortText: order(i),
    ...(detail !== undefined && { detail }),
    textEdit: { range, newText: text },
  }))
}

const order = (i: number): string => String(i).padStart(5, '0')

/** Texts that a column holds, the most frequent first. */
export function valueItems(file: FileContext, scope: Scope): CompletionItem[] {
  const { of } = scope
  if (!of) return []
  const statistics = sourceStatistics(file, knownSource(file, of.source))
  const nRows = statistics?.statisticsRows
  const candidates = (statistics?.columns.get(of.column)?.top ?? []).flatMap(
    ({ value, count }): Candidate[] => {
      if (typeof value !== 'string') return []
      const text = JSON.stringify(value).slice(1, -1)
      return [{ kind: 'text', name: value, text, ...(nRows && { detail: percent(count / nRows) }) }]
    },
  )
  return textItems(file, { ...scope, candidates })
}

/** Literals for a column in `given`: usual values of the data, else one of its type. */
export function givenItems(file: FileContext, { of, replace }: Scope): CompletionItem[] {
  if (!of) return []
  const source = knownSource(file, of.source)
  const type = source?.columns.find(({ name }) => name === of.column)?.type
  const statistics = sourceStatistics(file, source)?.columns.get(of.column)
  const range = rangeOf(file.document, replace)
  return sampleValues(type, statistics).map((text, i) => ({
    label: text,
    kind: CompletionItemKind.Value,
    sortText: `0${order(i)}`,
    ...(i === 0 && { preselect: true }),
    ...(statistics && { detail: `a value of ${of.column}` }),
    textEdit: { range, newText: text },
  }))
}

/** Sources that the catalog holds. */
export function catalogSourceItems(file: FileContext, scope: Scope): CompletionItem[] {
  const names = file.project.catalogView()?.sourceNames?.() ?? []
  const candidates = names.slice(0, 200).map((name): Candidate => ({ kind: 'text', name, text: name }))
  return textItems(file, { ...scope, candidates })
}

/** Environment variables that sources of the project name, and those that hold the address of a database by their name. */
export function environmentItems(file: FileContext, scope: Scope): CompletionItem[] {
  const said = file.workspace.sources().flatMap(({ plan }) => plan?.connection ?? [])
  const likely = Object.keys(process.env).filter(name =>
    /^[A-Z0-9_]*(DATABASE|POSTGRES|PG|DB)[A-Z0-9_]*$/.test(name),
  )
  const names = [...new Set([...said, ...likely.sort()])]
  return textItems(file, { ...scope, candidates: names.map(name => ({ kind: 'text', name, text: name })) })
}

/** Codes of what is reported where a comment ignores: on its line, or on the next one with code. */
export function ignoreItems(file: FileContext, { replace }: Scope): CompletionItem[] {
  const { line } = file.document.positionAt(replace.start)
  const range = rangeOf(file.document, replace)
  const near = file.workspace.diagnostics(file.path).flatMap(({ code, span, message }) => {
    const at = file.document.positionAt(span.start).line
    const isHere = at === line || at === line + 1
    return isHere && diagnosticCodes[code].ignorable ? [{ code, message }] : []
  })
  return [...new Map(near.map(found => [found.code, found])).values()].map(({ code, message }) => ({
    label: code,
    kind: CompletionItemKind.EnumMember,
    detail: message,
    textEdit: { range, newText: code },
  }))
}
