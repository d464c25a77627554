/** What a declaration becomes: the SQL that the engine will run, and a model's plan. */
import { planSql } from '../../engine/sql/dataset.ts'
import type { Diagnostic } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import type { Compiled, CompiledParams } from '../messages.ts'

/** Null when the file does not declare a model of the name. */
export function compiled(file: FileContext, { name, form }: CompiledParams): Compiled | null {
  const { workspace, path } = file
  if (!workspace.models().some(model => model.name === name && model.path === path)) return null
  const { plan, diagnostics } = workspace.plan(name)
  if (!plan)
    return {
      problems: diagnostics.filter(({ severity }) => severity === 'error').map(each => describe(file, each)),
    }
  return { text: form === 'sql' ? planSql(plan) : `${JSON.stringify(plan, null, 2)}\n`, problems: [] }
}

function describe(file: FileContext, { path, span, code, message }: Diagnostic): string {
  const line = file.project.document(path)?.positionAt(span.start).line
  return `${path}${line === undefined ? '' : `:${line + 1}`}: ${code} ${message}`
}
