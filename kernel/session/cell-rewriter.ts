/** Rewrites the cells of one session, and keeps what that needs to know of earlier ones. */
import type { LanguageClient } from '../language/client.ts'
import {
  isReservedGlobal,
  NeedsCompiler,
  rewriteCell,
  withoutMarks,
  type RewriteOptions,
  type RewrittenCell,
} from './rewrite.ts'

export interface CellRewriter {
  /**
   * @param plain whether loops stay as they were written, for debugging
   * @throws {CellSyntaxError}
   */
  rewrite(source: string, options?: { readonly plain?: boolean }): Promise<RewrittenCell>
  /** A cell is about to run: its names have no value of which anything is known. */
  begun(cell: RewrittenCell): void
  /** A cell has run without failing: its names have values. */
  succeeded(cell: RewrittenCell): void
  reset(): void
}

export function createCellRewriter(language: Pick<LanguageClient, 'compile'>): CellRewriter {
  const known = new Map<string, { readonly writable: boolean }>()
  const captured = new Set<string>()
  let shadowing = false
  /** A cell may reach any name, at any time. */
  let dynamic = false

  return {
    async rewrite(source, { plain = false } = {}) {
      const options: RewriteOptions = {
        shadowing,
        ...(plain || dynamic ? {} : { session: { known, captured } }),
      }
      try {
        return rewriteCell(source, options)
      } catch (error) {
        if (!(error instanceof NeedsCompiler)) throw error
        return rewriteCell(source, { ...options, compiled: await language.compile(withoutMarks(source)) })
      }
    },
    begun({ names, uses }) {
      shadowing ||= names.some(({ name }) => isReservedGlobal(name))
      dynamic ||= uses.dynamic
      for (const { name } of names) known.delete(name)
      for (const name of uses.captured) captured.add(name)
    },
    succeeded({ names }) {
      for (const { name, kind } of names)
        if (kind === 'let' || kind === 'var' || kind === 'const')
          known.set(name, { writable: kind !== 'const' })
    },
    reset() {
      known.clear()
      captured.clear()
      shadowing = dynamic = false
    },
  }
}
