/** Moves expressions of a model's features: into a line of their own, back to where they are used, into a window. */
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import { type Span, type TextEdit, childNodes, nodeAt, writeName } from '../../../language/index.ts'
import type { Expression, FeatureItem, ModelDeclaration } from '../../../language/syntax/ast.ts'
import type { FileContext } from '../../core/context.ts'
import { declared, knownSource } from '../known.ts'
import { action, at, edit } from './action.ts'

/** The selected part of a feature becomes a feature above it. */
export function extractFeature(file: FileContext, model: ModelDeclaration, selected: Span): CodeAction[] {
  const span = trimmed(file, selected)
  const item = itemAt(model, span)
  if (!item?.value || span.end <= span.start || !isExpression(file, span)) return []
  const { start, end } = item.value.span
  // All of it has a line already; a call of a feature stands alone on its line.
  if (span.start <= start && end <= span.end) return []
  const name = freshName(model, 'part')
  const text = file.tree.text.slice(span.start, span.end)
  const line = `${name} = ${text}\n${indentOf(file, item.span.start)}`
  return [
    action(file, {
      title: `Extract to a feature \`${name}\``,
      kind: CodeActionKind.RefactorExtract,
      edits: [edit(file, at(item.span.start), line), edit(file, span, name)],
    }),
  ]
}

function trimmed({ tree }: FileContext, { start, end }: Span): Span {
  const text = tree.text.slice(start, end)
  return {
    start: start + (text.length - text.trimStart().length),
    end: end - (text.length - text.trimEnd().length),
  }
}

const itemAt = (model: ModelDeclaration, { start, end }: Span): FeatureItem | undefined =>
  model.features?.items.find(({ span }) => span.start <= start && end <= span.end)

function isExpression({ tree }: FileContext, { start, end }: Span): boolean {
  let node = nodeAt(tree, start)
  while (node.parent && node.end < end) node = node.parent
  for (let inner = node; ;) {
    if (inner.start === start && inner.end === end && inner.kind.endsWith('Expression')) return true
    const next = childNodes(inner).find(child => child.start <= start && end <= child.end)
    if (!next) break
    inner = next
  }
  return node.start === start && node.end === end && node.kind.endsWith('Expression')
}

function freshName(model: ModelDeclaration, wish: string): string {
  const taken = new Set(model.features?.items.map(({ name }) => name.text))
  for (let i = 1; ; i++) {
    const name = i === 1 ? wish : `${wish}_${i}`
    if (!taken.has(name)) return name
  }
}

export function indentOf({ tree }: FileContext, offset: number): string {
  const line = tree.text.slice(tree.text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^\s*/.exec(line)![0]
}

/** A feature's expression goes where its name is used, and its line goes. */
export function inlineFeature(file: FileContext, model: ModelDeclaration, { start }: Span): CodeAction[] {
  const symbol = file.workspace
    .symbolsAt(file.path, start)
    .find(found => found.symbol.kind === 'modelFeature')?.symbol
  const item = symbol && model.features?.items.find(({ name }) => name.text === symbol.name)
  if (!symbol || !item?.value || item.value.kind === 'broken') return []
  const uses = file.workspace
    .references(symbol)
    .filter(place => !place.definition && place.path === file.path)
  const items = model.features!.items
  const inFeatures = uses.every(({ span }) =>
    items.some(({ value }) => value && value.span.start <= span.start && span.end <= value.span.end),
  )
  // Rules, metrics and tests name the feature itself; a call of a feature must stand alone.
  if (uses.length === 0 || !inFeatures || isCallOfFeature(file, item.value)) return []
  const text = file.tree.text.slice(item.value.span.start, item.value.span.end)
  const whole = item.value.kind === 'binary' || item.value.kind === 'unary' ? `(${text})` : text
  return [
    action(file, {
      title: `Inline the feature \`${item.name.text}\``,
      kind: CodeActionKind.RefactorInline,
      edits: [...uses.map(({ span }) => edit(file, span, whole)), removeLine(file, item.span)],
    }),
  ]
}

function isCallOfFeature(file: FileContext, value: Expression): boolean {
  if (value.kind !== 'call') return false
  return file.workspace.symbolAt(file.path, value.callee.span.start)?.symbol.kind === 'feature'
}

function removeLine(file: FileContext, { start, end }: Span): TextEdit {
  const { text } = file.tree
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const isAlone =
    text.slice(lineStart, start).trim() === '' && lineEnd >= 0 && text.slice(end, lineEnd).trim() === ''
  return isAlone ? edit(file, { start: lineStart, end: lineEnd + 1 }, '') : edit(file, { start, end }, '')
}

/** A column that is not known yet when the model predicts becomes what it was over the days before. */
export function extractWindow(file: FileContext, model: ModelDeclaration, span: Span): CodeAction[] {
  const item = itemAt(model, span)
  const source = knownSource(file, model.observe?.source?.text)
  const found =
    item && file.workspace.symbolsAt(file.path, span.start).find(({ symbol }) => symbol.kind === 'column')
  const column = source?.columns.find(({ name }) => name === found?.symbol.name)
  if (!item || !source?.declaration.time || !column || !['int', 'float', 'bool'].includes(column.type.kind))
    return []
  const key = keyOf(file, source.columns)
  if (!key) return []
  const stem = column.name.replace(/[^\p{L}\p{N}]+/gu, '_')
  const names = [`${stem}_7d`, `${stem}_mean_7d`, `${key.entity}_${stem}_7d`]
  const name = names.find(wish => !declared(file, 'feature', wish))
  if (name === undefined) return []
  const of = (text: string): string => `${writeName(source.name)}.${writeName(text)}`
  const declaration =
    (key.isNew ? `entity ${key.entity}(${writeName(key.column)}: ${key.kind})\n\n` : '') +
    `feature ${name} of ${writeName(key.entity)} = mean(${of(column.name)}) by ${of(key.column)} over 7 days\n\n`
  const call = `${name}(${writeName(key.column)})`
  const isBare = item.value === undefined || item.value.kind === 'name'
  const replaced: TextEdit = isBare
    ? edit(file, item.span, `${freshName(model, name)} = ${call}`)
    : edit(file, found!.span, freshName(model, name))
  const line = isBare
    ? []
    : [
        edit(
          file,
          at(item.span.start),
          `${freshName(model, name)} = ${call}\n${indentOf(file, item.span.start)}`,
        ),
      ]
  return [
    action(file, {
      title: `Extract a windowed mean of \`${column.name}\` per \`${key.column}\``,
      kind: CodeActionKind.RefactorExtract,
      edits: [edit(file, at(startOf(file, model)), declaration), ...line, replaced],
    }),
  ]
}

interface Key {
  readonly entity: string
  readonly column: string
  readonly kind: string
  readonly isNew: boolean
}

/** An entity of the file with one key that a column can carry; else one of its own for the first text. */
function keyOf(
  file: FileContext,
  columns: readonly { readonly name: string; readonly type: { readonly kind: string } }[],
): Key | undefined {
  const texts = columns.filter(({ type }) => ['string', 'category'].includes(type.kind))
  const [first] = texts
  for (const { name, path } of file.workspace.entities()) {
    if (path !== file.path) continue
    const keys = declared(file, 'entity', { name, path })?.keys ?? []
    const kind = keys[0]?.type?.text
    const column = columns.find(found => found.type.kind === kind)
    if (keys.length === 1 && kind && column) return { entity: name, column: column.name, kind, isNew: false }
  }
  if (!first || declared(file, 'entity', first.name)) return undefined
  const entity = first.name.replace(/[^\p{L}\p{N}]+/gu, '_')
  return { entity, column: first.name, kind: 'string', isNew: true }
}

/** Where the model begins, its documentation included. */
function startOf({ tree }: FileContext, { node }: ModelDeclaration): number {
  let start = node.start
  for (let i = tree.tokens.findIndex(token => token.start >= node.start) - 1; i >= 0; i--) {
    const token = tree.tokens[i]!
    if (token.kind === 'doc') start = token.start
    else if (token.kind !== 'newline' && token.kind !== 'space') break
  }
  return start
}
