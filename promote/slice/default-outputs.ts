/** What a pipeline gives when nothing is marked: models, artifacts that are written, and the last value shown. */
import type { Notebook } from '../notebook.ts'
import type { Value } from './heap.ts'
import type { Found } from './found.ts'
import { firstLook, sharedSlot, type Interpreter, type OutsideUse } from './interpreter.ts'
import { nameNode } from './names.ts'
import type { SliceOutput, Statement } from './slice.ts'
import { ts } from './typescript.ts'

interface DefaultOptions {
  readonly notebook: Notebook
  readonly before: readonly SliceOutput[]
  /** Whether the last value counts beside models and artifacts; without any of these it always does. */
  readonly withLast: boolean
}

export function defaultOutputs(
  found: Found,
  statements: readonly Statement[],
  options: DefaultOptions,
): readonly SliceOutput[] {
  return found.observe(() => choose(found, statements, options))
}

function choose(
  found: Found,
  statements: readonly Statement[],
  { notebook, before, withLast }: DefaultOptions,
): readonly SliceOutput[] {
  const { it } = found
  const outputs = [...before, ...models(it, statements, before.length)]
  for (const { statement } of new Set(
    found.outsideUses.filter(use => isArtifact(use) && isSure(found, use)),
  )) {
    it.heap.begin(firstLook + outputs.length)
    const { node } = statements[statement] as Statement
    outputs.push({ name: '', after: statement, typed: node, value: new Set() })
  }
  const last = lastOfDocument(found, statements, notebook)
  if (outputs.length === 0) {
    const shown = last ?? statements.findLast(statement => isShown(found, statement))
    return shown ? [shownValue(it, { shown, place: 0 })] : []
  }
  if (!last || !withLast || !isValue(it, last)) return outputs
  const value = shownValue(it, { shown: last, place: outputs.length })
  const isKnown = outputs.some(o => o.after === last.index || (o.variable && o.variable === value.variable))
  if (isKnown) return outputs
  const name = outputs.some(o => o.name === value.name) ? `last-${value.name}` : value.name
  return [...outputs, { ...value, name, isExtra: true }]
}

function models(it: Interpreter, statements: readonly Statement[], nBefore: number): readonly SliceOutput[] {
  const outputs: SliceOutput[] = []
  const last = statements.length - 1
  for (const { declares, node, number } of statements) {
    for (const name of declares) {
      const { writers, values } = it.heap.peek(sharedSlot(it, name))
      if (!writers.has(number) || ![...values].some(isModel)) continue
      const typed = nameNode(node, name) ?? node
      const value = look(it, nBefore + outputs.length, name)
      outputs.push({ name, variable: name, after: last, typed, value })
    }
  }
  return outputs
}

/** Reads a variable and all that it holds, as an output does. */
function look(it: Interpreter, place: number, variable: string): Value {
  it.heap.begin(firstLook + place)
  const value = it.heap.read(sharedSlot(it, variable))
  it.heap.readDeep(value)
  return new Set(value)
}

function isModel(object: { readonly tag?: { readonly name: string } }): boolean {
  return object.tag?.name === 'TrainedModel'
}

function isArtifact({ isWrite, kind }: OutsideUse): boolean {
  return isWrite && (kind === 'file' || kind === 'network')
}

/** A write that a stub tells of, and not one that is only feared. */
function isSure(found: Found, use: OutsideUse): boolean {
  return !found.unknownCalls.some(call => call.statement === use.statement)
}

/** What the last cell of the document ends in, when that is a value that is shown. */
function lastOfDocument(
  found: Found,
  statements: readonly Statement[],
  { cells }: Notebook,
): Statement | undefined {
  const cell = cells.findLast(({ id }) => statements.some(statement => statement.cell === id))
  const last = cell && statements.findLast(statement => statement.cell === cell.id)
  return last && isShown(found, last) ? last : undefined
}

function isShown(found: Found, { node, index }: Statement): boolean {
  if (!ts.isExpressionStatement(node)) return false
  return !found.outsideUses.some(use => use.statement === index && use.kind === 'display')
}

/** Whether an expression gives anything, by its type. */
function isValue({ notebook: { checker } }: Interpreter, { node }: Statement): boolean {
  const type = checker.getTypeAtLocation((node as ts.ExpressionStatement).expression)
  const { flags } = checker.getAwaitedType(type) ?? type
  return (flags & (ts.TypeFlags.VoidLike | ts.TypeFlags.Never)) === 0
}

function shownValue(
  it: Interpreter,
  { shown, place }: { readonly shown: Statement; readonly place: number },
): SliceOutput {
  const { expression } = shown.node as ts.ExpressionStatement
  const at = { after: shown.index, typed: expression }
  if (!ts.isIdentifier(expression) || it.names.of(expression).kind !== 'shared') {
    it.heap.begin(firstLook + place)
    return { name: 'result', expression, ...at, value: new Set() }
  }
  const { text } = expression
  return { name: text, variable: text, ...at, value: look(it, place, text) }
}
