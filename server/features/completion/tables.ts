/** The tables of an SQLite file, read when its name is being typed. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { CompletionItem } from 'vscode-languageserver/node'
import type { Candidate, Scope } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { textItems } from './texts.ts'

export async function tableItems(file: FileContext, scope: Scope): Promise<CompletionItem[]> {
  const { root, hasFolder } = file.project
  if (!hasFolder || scope.format !== 'sqlite' || scope.path === undefined) return []
  const database = path.resolve(root, scope.path)
  if (path.relative(root, database).startsWith('..')) return []
  const names = await tablesOf(database)
  return textItems(file, {
    ...scope,
    candidates: names.map((name): Candidate => ({ kind: 'text', name, text: name })),
  })
}

/** Tables and views; none of what is no SQLite file. Reading never changes the file. */
async function tablesOf(file: string): Promise<readonly string[]> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) return []
  const { DatabaseSync } = await import('node:sqlite')
  try {
    using database = new DatabaseSync(file, { readOnly: true })
    const rows = database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name LIMIT 500`,
      )
      .all()
    return rows.map(({ name }) => String(name))
  } catch {
    // What is no database has no tables.
    return []
  }
}
