/** The text of a compiled document, and what its address says. Knows nothing of VS Code. */
import type { Compiled } from '../../server/messages.ts'

export const compiledScheme = 'slipway-compiled'
export type CompiledForm = 'sql' | 'plan'

export interface CompiledAddress {
  /** URI of the file that declares it. */
  readonly source: string
  readonly name: string
  readonly form: CompiledForm
}

export function parseCompiledUri({ path, query }: { path: string; query: string }): CompiledAddress {
  const form = path.endsWith('.sql') ? 'sql' : 'plan'
  return { source: query, name: path.slice(1).replace(/\.(sql|plan\.json)$/, ''), form }
}

export interface CompiledView {
  readonly name: string
  readonly form: CompiledForm
  /** Null when nothing of the name is declared any more. */
  readonly answer: Compiled | null
  /** What was shown last without an error. */
  readonly before?: string | undefined
}

/**
 * What is shown: the text, or why there is none, above the last that there was. JSON takes no comments, so the plan
 * of a model with errors is a document that says so.
 */
export function compiledText({ name, form, answer, before }: CompiledView): string {
  if (answer?.text !== undefined) return answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`
  const problems = answer ? answer.problems : [`Nothing of the name ${name} is declared there any more.`]
  if (form === 'plan') return `${JSON.stringify({ problems }, null, 2)}\n`
  const lines = problems.flatMap(problem => problem.split('\n')).map(line => `-- ${line}`)
  const head = [`-- ${name} has errors, so there is no SQL of it as it stands:`, ...lines].join('\n')
  const last = before === undefined ? '' : `\n-- The SQL of the last text without an error:\n\n${before}`
  return `${head}\n${last}`
}
