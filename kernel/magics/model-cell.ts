/** `%%slip` in the process that runs cells: checks the text, binds the models, says what came of it. */
import type { Diagnostic } from '../../language/index.ts'
import { readCell } from '../../language/notebook/cell.ts'
import { isVariableName, modelCollection } from '../../language/notebook/model-cells.ts'
import { displayPlans } from '../../library/display/declared-model.ts'
import { createCellModels, type CellModels, type CheckedCell } from '../../library/model/cell-models.ts'
import type { Model } from '../../library/model/model.ts'
import type { Scope } from '../session/child/scope.ts'

/** Argument of the question `slip`. */
export interface ModelCellRequest {
  /** The whole cell. */
  readonly source: string
  /** The notebook's id of the cell. */
  readonly cell: string | null
  /** How it is called in messages. */
  readonly file: string
}

export interface ModelCellResult {
  /** When the text has errors: the first one, and all with their places. */
  readonly failure?: { readonly summary: string; readonly lines: readonly string[] }
  /** Findings that stop nothing. */
  readonly warnings: readonly string[]
  /** What is shown below the cell. */
  readonly bundle: Readonly<Record<string, unknown>>
}

export interface ModelCells {
  run(request: ModelCellRequest): Promise<ModelCellResult>
  /** Every name is unknown again. */
  clear(): void
}

export function createModelCells(scope: Scope): ModelCells {
  const cells: CellModels = createCellModels()
  const unnamed: Record<string, Model> = Object.create(null) as Record<string, Model>
  return {
    clear: () => {
      cells.clear()
      for (const name of Object.keys(unnamed)) delete unnamed[name]
    },
    async run({ source, cell, file }) {
      const checked = await cells.check({ key: cell ?? file, path: file, text: readCell(source).code })
      const warnings = told(checked, false)
      if (checked.failed) return { failure: failureOf(checked, file), warnings, bundle: {} }
      const notes: string[] = []
      for (const { name, model } of checked.models) {
        if (bindable(name, scope)) bind(scope, { name, value: model, file })
        else {
          unnamed[name] = model
          bind(scope, { name: modelCollection, value: unnamed, file })
          notes.push(`The model ${name} is ${modelCollection}[${JSON.stringify(name)}] in other cells.`)
        }
      }
      return { warnings: [...warnings, ...notes], bundle: bundleOf(checked) }
    },
  }
}

/** A name that a cell can say, and that takes nothing from Node's. */
function bindable(name: string, scope: Scope): boolean {
  if (!isVariableName(name)) return false
  return !(name in globalThis) || scope.names().some(known => known.name === name)
}

function bind(scope: Scope, { name, value, file }: { name: string; value: unknown; file: string }): void {
  scope.declare([{ name, kind: 'const', shadow: false }], file)
  scope.bind(name, { value })
}

function failureOf(checked: CheckedCell, file: string): NonNullable<ModelCellResult['failure']> {
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors.length > 0 ? errors : checked.diagnostics
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const place =
    first &&
    (first.path === file ? `Line ${lineOf(checked, first)}` : `${first.path}:${lineOf(checked, first)}`)
  const problem = checked.problems[0]
  const summary = first
    ? `${place}: ${first.code} ${first.message}${first.hint ? ` ${first.hint}` : ''}${more}`
    : problem
      ? `${problem.path}: ${problem.message}`
      : 'The model cannot be planned.'
  return { summary, lines: told(checked, true) }
}

const lineOf = ({ text }: CheckedCell, { path, span }: Diagnostic) =>
  (text(path) ?? '').slice(0, span.start).split('\n').length

/** Findings as a person reads them: errors, or all the others. */
function told(checked: CheckedCell, errors: boolean): readonly string[] {
  const found = checked.diagnostics.filter(
    ({ severity }) => (severity === 'error') === errors && severity !== 'hint',
  )
  const problems =
    errors === checked.failed ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : []
  return [...found.map(finding => frame(checked.text(finding.path) ?? '', finding)), ...problems]
}

/** The place, the line with the culprit underlined, what to do. */
function frame(text: string, { path, span, severity, code, message, hint }: Diagnostic): string {
  const before = text.slice(0, span.start)
  const line = before.split('\n').length
  const column = span.start - before.lastIndexOf('\n')
  const source = (text.split('\n')[line - 1] ?? '').trimEnd()
  const gutter = String(line)
  const pad = ' '.repeat(gutter.length)
  const width = Math.max(1, Math.min(span.end - span.start, source.length - column + 1))
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [
    `${path}:${line}:${column} ${severity} ${code} ${message}`,
    `  ${gutter} │ ${source}`,
    `  ${pad} │ ${indent}${'^'.repeat(width)}`,
    ...(hint === undefined ? [] : [`  ${pad} = ${hint}`]),
  ].join('\n')
}

function bundleOf({ models, declared }: CheckedCell): Readonly<Record<string, unknown>> {
  if (models.length > 0) return displayPlans(models.map(({ plan }) => plan))
  const names = declared.map(({ kind, name }) => `${kind} ${name}`)
  return { 'text/plain': names.length > 0 ? `Declared ${names.join(', ')}.` : 'The cell declares nothing.' }
}
