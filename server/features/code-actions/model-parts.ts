/** Changes of a model as a whole: parts that are missing, another split, a test of it. */
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import { writeName } from '../../../language/index.ts'
import type { ModelDeclaration } from '../../../language/syntax/ast.ts'
import type { FileContext } from '../../core/context.ts'
import { withoutPlaces } from '../completion/snippets.ts'
import { type Surroundings, givenValues, surroundingsOf } from '../completion/surroundings.ts'
import { templatesOf } from '../completion/templates.ts'
import { knownSource } from '../known.ts'
import { action, at, edit } from './action.ts'

/** The parts that a model needs, in their order. */
const needed = ['observe', 'features', 'label', 'split', 'algorithm', 'output'] as const

export function addMissingParts(file: FileContext, model: ModelDeclaration): CodeAction[] {
  const present: Readonly<Record<(typeof needed)[number], boolean>> = {
    observe: model.observe !== undefined,
    features: model.features !== undefined,
    label: model.label !== undefined,
    split: model.split !== undefined,
    algorithm: model.algorithm !== undefined,
    output: model.outputs.length > 0,
  }
  const missing = needed.filter(part => !present[part])
  const end = endOfBody(file, model)
  if (missing.length === 0 || end === undefined) return []
  const around = labelled(surroundingsOf(file, end, []))
  const text = missing.map(part => partText(part, around)).join('\n\n')
  const rest = /^[^\S\n]*\n/.test(file.tree.text.slice(end)) ? '' : '\n'
  return [
    action(file, {
      title: `Add what the model lacks: ${missing.join(', ')}`,
      kind: CodeActionKind.Refactor,
      edits: [edit(file, at(end), `\n${text}${rest}`)],
    }),
  ]
}

/** A label that is not there yet is whether something holds, so that all parts fit one another. */
function labelled(around: Surroundings): Surroundings {
  if (around.label !== undefined) return around
  return { ...around, label: 'label', labelKind: 'bool', algorithms: ['logistic_regression'] }
}

function partText(part: string, around: Surroundings): string {
  if (part === 'label') return `  label label = ${conditionOf(around)}`
  const [template] = templatesOf('modelBody', part, () => around)
  return indented(withoutPlaces(template?.snippet ?? part))
}

function conditionOf({ observed }: Surroundings): string {
  const [bool] = observed?.bools ?? []
  const [number] = observed?.numbers ?? []
  return bool ?? (number === undefined ? 'true' : `${number} > 0`)
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ').replace(/[^\S\n]+$/gm, '')

/** Before the closing brace of the model, on a line of its own. */
function endOfBody({ tree }: FileContext, { node }: ModelDeclaration): number | undefined {
  const close = node.end - 1
  if (tree.text[close] !== '}') return undefined
  const before = tree.text.slice(0, close).trimEnd()
  return before.length
}

/** A split at random becomes one by time, when the rows have one. */
export function splitByTime(file: FileContext, model: ModelDeclaration): CodeAction[] {
  const { split } = model
  const source = knownSource(file, model.observe?.source?.text)
  if (split?.by?.text !== 'random' || !source?.declaration.time) return []
  const around = surroundingsOf(file, split.span.start, [])
  const template = templatesOf('modelBody', 'split', () => around).find(
    ({ label }) => label === 'split by time',
  )
  if (!template) return []
  const text = indented(withoutPlaces(template.snippet)).trimStart()
  return [
    action(file, {
      title: 'Split by time instead: learn from earlier rows, judge by later ones',
      kind: CodeActionKind.RefactorRewrite,
      edits: [edit(file, split.span, text)],
    }),
  ]
}

/** A test with usual values of what the model reads. */
export function generateTest(file: FileContext, model: ModelDeclaration): CodeAction[] {
  const observed = knownSource(file, model.observe?.source?.text)
  const [output] = model.outputs
  const end = endOfBody(file, model)
  if (!observed || !output?.name || end === undefined) return []
  const given = givenValues(file, { model, observed })
  if (given.length === 0) return []
  const name = `a usual row${model.tests.length > 0 ? ` ${model.tests.length + 1}` : ''}`
  const { text } = output.name
  const isProbability = output.value?.kind === 'call' && output.value.callee.text === 'probability'
  const expected = isProbability ? `${writeName(text)} < 0.5` : `${writeName(text)} >= 0`
  const lines = [
    `  test ${JSON.stringify(name)} {`,
    `    given { ${given.join(', ')} }`,
    `    expect ${expected}`,
    '  }',
  ]
  return [
    action(file, {
      title: 'Generate a test from the data',
      kind: CodeActionKind.Refactor,
      edits: [edit(file, at(end), `\n\n${lines.join('\n')}`)],
    }),
  ]
}
