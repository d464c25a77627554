/** What a pipeline gives when nothing is marked: models, artifacts that are written, and the last value shown. */
import type { Notebook } from '../notebook.ts'
import type { Value } from './heap.ts'
import { sharedSlot, type Interpreter, type OutsideUse } from './interpreter.ts'
import { nameNode, type SliceOutput, type Statement } from './slice.ts'
import { ts } from './typescript.ts'

/** @param withLast whether the last value counts beside models and artifacts; without any of these it always does */
export function defaultOutputs(
  it: Interpreter,
  statements: readonly Statement[],
  { notebook, before, withLast }: { notebook: Notebook; before: readonly SliceOutput[]; withLast: boolean },
): readonly SliceOutput[] {
  const outputs = [...before, ...models(it, statements, before.length)]
  for (const { statement } of new Set(it.outsideUses.filter(use => isArtifact(use) && isSure(it, use)))) {
    it.heap.begin(statements.length + outputs.length)
    const { node } = statements[statement] as Statement
    outputs.push({ name: '', after: statement, typed: node, value: new Set() })
  }
  const last = lastOfDocument(it, statements, notebook)
  if (outputs.length === 0) {
    const shown = last ?? statements.findLast(statement => isShown(it, statement))
    return shown ? [shownValue(it, statements, { shown, place: 0 })] : []
  }
  if (!last || !withLast || !isValue(it, last)) return outputs
  const value = shownValue(it, statements, { shown: last, place: outputs.length })
  const isKnown = outputs.some(o => o.after === last.index || (o.variable && o.variable === value.variable))
  if (isKnown) return outputs
  const name = outputs.some(o => o.name === value.name) ? `last-${value.name}` : value.name
  return [...outputs, { ...value, name, isExtra: true }]
}

function models(it: Interpreter, statements: readonly Statement[], nBefore: number): readonly SliceOutput[] {
  const outputs: SliceOutput[] = []
  const last = statements.length - 1
  for (const { declares, node, index } of statements) {
    for (const name of declares) {
      const slot = sharedSlot(it, name)
      if (!slot.writers.has(index) || ![...slot.values].some(isModel)) continue
      const typed = nameNode(node, name) ?? node
      const value = look(it, statements.length + nBefore + outputs.length, name)
      outputs.push({ name, variable: name, after: last, typed, value })
    }
  }
  return outputs
}

/** Reads a variable and all that it holds, as an output does. */
function look(it: Interpreter, place: number, variable: string): Value {
  it.heap.begin(place)
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
function isSure(it: Interpreter, use: OutsideUse): boolean {
  return !it.unknownCalls.some(call => call.statement === use.statement)
}

/** What the last cell of the document ends in, when that is a value that is shown. */
function lastOfDocument(
  it: Interpreter,
  statements: readonly Statement[],
  { cells }: Notebook,
): Statement | undefined {
  const cell = cells.findLast(({ id }) => statements.some(statement => statement.cell === id))
  const last = cell && statements.findLast(statement => statement.cell === cell.id)
  return last && isShown(it, last) ? last : undefined
}

function isShown(it: Interpreter, { node, index }: Statement): boolean {
  if (!ts.isExpressionStatement(node)) return false
  return !it.outsideUses.some(use => use.statement === index && use.kind === 'display')
}

/** Whether an expression gives anything, by its type. */
function isValue({ notebook: { checker } }: Interpreter, { node }: Statement): boolean {
  const type = checker.getTypeAtLocation((node as ts.ExpressionStatement).expression)
  const { flags } = checker.getAwaitedType(type) ?? type
  return (flags & (ts.TypeFlags.VoidLike | ts.TypeFlags.Never)) === 0
}

function shownValue(
  it: Interpreter,
  statements: readonly Statement[],
  { shown, place }: { readonly shown: Statement; readonly place: number },
): SliceOutput {
  const { expression } = shown.node as ts.ExpressionStatement
  const at = { after: shown.index, typed: expression }
  if (!ts.isIdentifier(expression) || it.names.of(expression).kind !== 'shared') {
    it.heap.begin(statements.length + place)
    return { name: 'result', expression, ...at, value: new Set() }
  }
  const { text } = expression
  return { name: text, variable: text, ...at, value: look(it, statements.length + place, text) }
}
