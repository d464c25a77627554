/** Runs that cannot have done anything: text that does not parse was answered with an error, whatever came after. */
import type { Notebook } from '../notebook.ts'
import { ts } from '../slice/typescript.ts'

/** The notebook without those of its logged runs. A document that was never run keeps its mistakes, to be told of. */
export function withoutUnparsed(notebook: Notebook): Notebook {
  if (notebook.origin === 'document') return notebook
  const runs = notebook.runs.filter(({ source, seen }) => seen?.status === 'ok' || parses(source))
  return runs.length === notebook.runs.length ? notebook : { ...notebook, runs }
}

function parses(source: string): boolean {
  const file = ts.createSourceFile('run.ts', source, ts.ScriptTarget.Latest)
  const { parseDiagnostics } = file as unknown as { readonly parseDiagnostics: readonly unknown[] }
  return parseDiagnostics.length === 0
}
