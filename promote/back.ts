/**
 * Edits made in a pipeline's steps, carried back to the cells that they came from: by the map from spans to cells, and
 * token by token, so that the author's own layout, literals that became parameters and names that were numbered stay.
 * What has no place in a cell, or was changed there too, is told and left. Pure.
 */
import { diffIndices } from 'node-diff3'
import type { EditProblem } from './edits.ts'
import { mergeTexts, readBase, type Texts } from './merge.ts'
import { cellBody } from '../language/notebook/cell.ts'
import { codeOf, parseNotebook } from './notebook.ts'
import { mapFile } from './write/folder.ts'
import { createRemap } from './write/remap.ts'
import type { SpanMapping } from './write/step-file.ts'
import { tokensOf, type Token } from './write/tokens.ts'

export interface CellEdit {
  /** The nbformat id. */
  readonly cell: string
  readonly before: string
  readonly after: string
}

export interface BackEdits {
  readonly cells: readonly CellEdit[]
  /** Edits that stay in the steps, and why. */
  readonly problems: readonly EditProblem[]
}

interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * @param notebook its JSON text
 * @param folder the texts in the pipeline's folder
 */
export function editsToCells(notebook: string, folder: Texts): BackEdits {
  const { cells } = parseNotebook(notebook)
  const sources = new Map(cells.map(({ id, source }) => [id, source]))
  const base = readBase(folder)
  const replacements = new Map<string, Replacement[]>()
  const problems: EditProblem[] = []
  for (const [path, mappings] of mappingsByFile(folder)) {
    const [was, is] = [base[path], folder[path]]
    if (was === undefined || is === undefined || was === is) continue
    const found = editsOfFile({ path, was, is, mappings, sources })
    problems.push(...found.problems)
    for (const { cell, ...replacement } of found.edits)
      replacements.set(cell, [...(replacements.get(cell) ?? []), replacement])
  }
  return {
    cells: [...replacements].flatMap(([cell, list]) => {
      const before = sources.get(cell) ?? ''
      const after = replaced(before, list)
      return after === before ? [] : [{ cell, before, after }]
    }),
    problems,
  }
}

function mappingsByFile(folder: Texts): ReadonlyMap<string, readonly SpanMapping[]> {
  const { spans } = JSON.parse(folder[mapFile] ?? '{"spans":[]}') as { spans: readonly SpanMapping[] }
  const byFile = new Map<string, SpanMapping[]>()
  for (const span of spans) byFile.set(span.file, [...(byFile.get(span.file) ?? []), span])
  return byFile
}

interface EditedFile {
  readonly path: string
  readonly was: string
  readonly is: string
  readonly mappings: readonly SpanMapping[]
  readonly sources: ReadonlyMap<string, string>
}

type PlacedReplacement = Replacement & { readonly cell: string }

function editsOfFile(file: EditedFile) {
  const { was, is, path } = file
  const remap = createRemap(was, is)
  const edits: PlacedReplacement[] = []
  const problems: EditProblem[] = []
  const covered: { start: number; end: number }[] = []
  for (const mapping of file.mappings) {
    const span = mapping.base ?? mapping.span
    covered.push(span)
    const now = remap.span(span)
    const [old, edited] = [was.slice(span.start, span.end), is.slice(now.start, now.end)]
    if (old === edited) continue
    const found = intoCell(file, mapping, { old, edited })
    if (typeof found === 'string') problems.push({ message: `${path}: ${found}`, cell: mapping.cell })
    else edits.push(...found)
    if (!isModelFile(path) && commentsOf(old) !== commentsOf(edited))
      problems.push({
        message: `${path}: a changed comment within a statement stays in the step.`,
        cell: mapping.cell,
      })
  }
  const { inserted, left } = outsideStatements(file, covered)
  edits.push(...inserted)
  if (left > 0)
    problems.push({
      message: `${path}: what was changed outside of the statements of cells (imports, the signature, what is returned) stays in the step.`,
    })
  return { edits, problems }
}

/** The edit of one statement at its place in the cell, or why it cannot be made there. */
function intoCell(
  { sources, path }: EditedFile,
  { cell, source }: SpanMapping,
  { old, edited }: { old: string; edited: string },
): readonly PlacedReplacement[] | string {
  const text = sources.get(cell)
  if (text === undefined) return 'the cell of an edited statement is not in the notebook any more.'
  if (isModelFile(path)) return intoModelCell({ cell, source }, { old, edited, text })
  const own = codeOf(text).slice(source.start, source.end)
  if (edited.trim() === '') return [{ cell, ...wholeLines(text, source), text: '' }]
  const [o, a, b] = [tokensOf(old), tokensOf(edited), tokensOf(own)]
  const [toA, toB] = [changes(o, a), changes(o, b)]
  const isOther = toB.reduce((sum, change) => sum + change.length, 0) > o.length / 2
  if (isOther) return 'the cell of an edited statement was changed since it was promoted.'
  const found: PlacedReplacement[] = []
  for (const change of toA) {
    const isInTheWay = toB.some(other => overlaps(change, other))
    if (isInTheWay) return 'a statement was edited where promotion, or its author since, changed it too.'
    const place = placeOf(change, toB)
    const replacement = textReplacement(b, place, { tokens: a, change, text: edited })
    found.push({
      cell,
      ...replacement,
      start: replacement.start + source.start,
      end: replacement.end + source.start,
    })
  }
  return found
}

/** What stands between the tokens, without the layout. */
function commentsOf(text: string): string {
  const tokens = tokensOf(text)
  const gaps = [...tokens, undefined].map((token, i) => text.slice(tokens[i - 1]?.fullEnd ?? 0, token?.start))
  return gaps.map(gap => gap.replace(/[\s;,]+/g, ' ').trim()).join('')
}

function isModelFile(path: string): boolean {
  return path.endsWith('.slip')
}

/** A piece of a cell in the model language stands in its file as it stands in the cell: it is merged by lines. */
function intoModelCell(
  { cell, source }: Pick<SpanMapping, 'cell' | 'source'>,
  { old, edited, text }: { readonly old: string; readonly edited: string; readonly text: string },
): readonly PlacedReplacement[] | string {
  const at = text.slice(source.start, source.end) === old ? source.start : text.indexOf(old)
  if (at >= 0) return [{ cell, start: at, end: at + old.length, text: edited }]
  // The whole cell, for nobody knows where in it the piece is now.
  const merged = mergeTexts({ edited, base: old, generated: cellBody(text).trimEnd() })
  if (merged.isConflict)
    return 'the cell of an edited model was changed in the same place since it was promoted.'
  const start = text.length - cellBody(text).length
  return [{ cell, start, end: start + cellBody(text).trimEnd().length, text: merged.text }]
}

interface Change {
  /** In the old tokens. */
  readonly start: number
  readonly length: number
  /** In the new ones. */
  readonly toStart: number
  readonly toLength: number
}

function changes(from: readonly Token[], to: readonly Token[]): readonly Change[] {
  return diffIndices(
    from.map(token => token.key),
    to.map(token => token.key),
  ).map(({ buffer1: [start, length], buffer2: [toStart, toLength] }) => ({
    start,
    length,
    toStart,
    toLength,
  }))
}

function overlaps(a: Change, b: Change): boolean {
  if (a.length === 0 && b.length === 0) return a.start === b.start
  return a.start < b.start + b.length && b.start < a.start + a.length
}

/** Where the old tokens of a change are in the other text, whose changes lie elsewhere. */
function placeOf({ start, length }: Change, others: readonly Change[]): { start: number; length: number } {
  const shift = others
    .filter(other => other.start + other.length <= start)
    .reduce((sum, other) => sum + other.toLength - other.length, 0)
  return { start: start + shift, length }
}

interface Edited {
  readonly tokens: readonly Token[]
  readonly change: Change
  readonly text: string
}

function textReplacement(
  own: readonly Token[],
  { start, length }: { readonly start: number; readonly length: number },
  { tokens, change, text }: Edited,
): Replacement {
  const [first, last] = [tokens[change.toStart], tokens[change.toStart + change.toLength - 1]]
  const taken = first && last && change.toLength > 0 ? text.slice(first.start, last.end) : ''
  const [before, next] = [own[start - 1], own[start + length]]
  if (length > 0) {
    const [from, to] = [own[start], own[start + length - 1]]
    const place = { start: from?.start ?? 0, end: to?.end ?? 0 }
    if (taken !== '') return { ...place, text: outdented(taken) }
    // What is taken out takes the blank before it along.
    return before
      ? { start: before.end, end: place.end, text: '' }
      : { ...place, end: next?.start ?? place.end, text: '' }
  }
  const previous = tokens[change.toStart - 1]
  if (before && previous && first)
    return {
      start: before.end,
      end: before.end,
      text: outdented(text.slice(previous.end, first.start) + taken),
    }
  const following = tokens[change.toStart + change.toLength]
  const at = own[start]?.start ?? 0
  const gap = last && following ? text.slice(last.end, following.start) : ''
  return { start: at, end: at, text: outdented(taken + gap) }
}

/** Bodies of steps are indented by two. */
function outdented(text: string): string {
  return text.replace(/\n {2}/g, '\n')
}

/** A statement with the line break after it. */
function wholeLines(text: string, { start, end }: { readonly start: number; readonly end: number }) {
  const rest = /^[ \t]*;?[ \t]*\n?/.exec(text.slice(end))?.[0].length ?? 0
  return { start, end: end + rest }
}

/** Lines that were put between statements follow the one before them into its cell. */
function outsideStatements(
  { was, is, mappings, path }: EditedFile,
  covered: readonly { readonly start: number; readonly end: number }[],
) {
  const inserted: PlacedReplacement[] = []
  let left = 0
  const [a, b] = [was.split('\n'), is.split('\n')]
  const starts = lineStarts(a)
  for (const {
    buffer1: [line, length],
    buffer2: [toLine, toLength],
  } of diffIndices(a, b)) {
    const from = starts[line] ?? was.length
    const to = starts[line + length] ?? was.length
    if (length > 0 && covered.some(span => from < span.end && span.start < to)) continue
    const text = b.slice(toLine, toLine + toLength).join('\n')
    if (length === 0 && covered.some(span => span.start < from && from < span.end)) continue
    if (
      text.trim() === '' &&
      a
        .slice(line, line + length)
        .join('')
        .trim() === ''
    )
      continue
    const before = mappings.findLast(mapping => (mapping.base ?? mapping.span).end <= from)
    const isBody = isModelFile(path) || (/^\s/.test(text) && !/^\s*return\b/.test(text))
    if (length > 0 || !isBody || !before) left++
    else
      inserted.push({
        ...{ cell: before.cell, start: before.source.end, end: before.source.end },
        text: isModelFile(path) ? `\n${text.trimEnd()}` : outdented(`\n${text.trimEnd()}`),
      })
  }
  return { inserted, left }
}

function lineStarts(lines: readonly string[]): readonly number[] {
  let at = 0
  return lines.map(line => {
    const start = at
    at += line.length + 1
    return start
  })
}

function replaced(text: string, list: readonly Replacement[]): string {
  let result = text
  const fromTheEnd = [...list].sort((x, y) => y.start - x.start || y.end - x.end)
  for (const { start, end, text: by } of fromTheEnd) result = result.slice(0, start) + by + result.slice(end)
  return result
}
