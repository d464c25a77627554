/** What a declaration becomes: the SQL that the engine will run, and a model's plan. */
import { definitionSql } from '../../catalog/definition-sql.ts'
import { planSql } from '../../engine/sql/dataset.ts'
import type { Diagnostic } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import type { Compiled, CompiledParams } from '../messages.ts'

/** Null when the file declares neither model nor feature of the name. */
export function compiled(file: FileContext, params: CompiledParams): Compiled | null {
  return compiledModel(file, params) ?? (params.form === 'sql' ? compiledFeature(file, params.name) : null)
}

function compiledModel(file: FileContext, { name, form }: CompiledParams): Compiled | null {
  const { workspace, path } = file
  if (!workspace.models().some(model => model.name === name && model.path === path)) return null
  const { plan, diagnostics } = workspace.plan(name)
  if (!plan) return withoutText(file, diagnostics)
  return { text: form === 'sql' ? planSql(plan) : `${JSON.stringify(plan, null, 2)}\n`, problems: [] }
}

function compiledFeature(file: FileContext, name: string): Compiled | null {
  const { workspace, path } = file
  const found = workspace.features().find(feature => feature.name === name && feature.path === path)
  if (!found) return null
  const { plan, source, inputs, entity } = found
  if (!plan) return withoutText(file, workspace.diagnostics(path))
  const definition = { plan, ...(source && { source }), ...(inputs && { inputs }) }
  const keys = entity?.keys.map(key => key.name) ?? []
  return { text: `${definitionSql(definition, keys)}\n`, problems: [] }
}

function withoutText(file: FileContext, diagnostics: readonly Diagnostic[]): Compiled {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return { problems: errors.map(each => describe(file, each)) }
}

function describe(file: FileContext, { path, span, code, message }: Diagnostic): string {
  const line = file.project.document(path)?.positionAt(span.start).line
  return `${path}${line === undefined ? '' : `:${line + 1}`}: ${code} ${message}`
}
