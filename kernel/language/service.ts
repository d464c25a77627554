/** Completion, hover and diagnostics of cells, with the types of every cell that ran before. */
import { join } from 'node:path'
import type { CompiledCell } from '../session/rewrite.ts'
import { CellSyntaxError } from '../session/rewrite.ts'
import { cellModule, declaredNames, type CellModule, type Origins } from './cells.ts'
import { createHost } from './host.ts'
import { fromCodePoints, toCodePoints } from './positions.ts'
import { compileCell, ts } from './typescript.ts'

export interface ExecutedCell {
  /** The execution count. */
  readonly order: number
  readonly source: string
  readonly cell: string | null
}

/** A cell that is being written, and a place in it. */
export interface Place {
  readonly source: string
  /** In code points, as Jupyter counts. */
  readonly cursor: number
  readonly cell: string | null
  /** Cells above it that have not run as they stand now: their names count as well. Default: none. */
  readonly before?: readonly string[]
}

/** Content of a `complete_reply`. */
export interface Completion {
  readonly matches: readonly string[]
  /** In code points. */
  readonly cursor_start: number
  readonly cursor_end: number
  readonly metadata: { readonly _jupyter_types_experimental: readonly CompletionItem[] }
}

export interface CompletionItem {
  readonly text: string
  /** TypeScript's word for what it is: `const`, `method`, `property` … */
  readonly type: string
  readonly start: number
  readonly end: number
}

export interface Hover {
  readonly plain: string
  readonly markdown: string
}

export interface DiagnosticOfCell {
  /** UTF-16 offsets in the cell. */
  readonly start: number
  readonly end: number
  readonly severity: 'error' | 'warning' | 'hint'
  readonly message: string
  /** TypeScript's number. */
  readonly code: number
}

export interface Completeness {
  readonly state: 'complete' | 'incomplete' | 'invalid'
  /** What the next line begins with, when there is to be one. */
  readonly indent: string
}

export interface CellService {
  /** Loads what the first question needs. */
  warm(): void
  compile(source: string): CompiledCell
  completeness(source: string): Completeness
  executed(cell: ExecutedCell): void
  complete(place: Place): Completion
  inspect(place: Place): Hover | undefined
  diagnostics(place: Place): DiagnosticOfCell[]
  reset(): void
}

/**
 * What TypeScript reports only because of how cells become modules: that an import cannot be assigned to, and
 * that a module that `verbatim`ly re-exports a type should say so.
 */
const artificial = new Set([2632, 1205, 1448])
const maxMatches = 1000
const currentName = '__cell_current.ts'

export function createCellService(folder: string): CellService {
  let origins: Origins = new Map()
  const host = createHost(folder)
  const service = ts.createLanguageService(host.languageServiceHost)
  const current = join(folder, currentName)

  function open({ source, before = [] }: Place): CellModule {
    let visible = origins
    for (const [i, text] of before.entries()) visible = declare(`__cell_before_${i}`, text, visible)
    const module = cellModule(source, visible)
    host.setFile(current, module.text)
    return module
  }

  /** Makes the module of a cell, and gives what is visible behind it. */
  function declare(name: string, source: string, visible: Origins): Map<string, string> {
    host.setFile(join(folder, `${name}.ts`), cellModule(source, usedOrigins(source, visible)).text)
    return new Map([
      ...visible,
      ...declaredNames(source).map(declared => [declared.name, `./${name}.ts`] as const),
    ])
  }

  function executed({ order, source }: ExecutedCell): void {
    origins = declare(`__cell_${order}`, source, origins)
  }

  function diagnostics(place: Place): DiagnosticOfCell[] {
    const { offset } = open(place)
    const all = [...service.getSyntacticDiagnostics(current), ...service.getSemanticDiagnostics(current)]
    return all.flatMap(({ start = 0, length = 0, category, messageText, code }) => {
      const from = start - offset
      if (from < 0 || from > place.source.length || artificial.has(code)) return []
      const end = Math.min(from + length, place.source.length)
      const message = ts.flattenDiagnosticMessageText(messageText, '\n')
      return [{ start: from, end, severity: severityOf(category), message, code }]
    })
  }

  return {
    warm() {
      diagnostics({ source: "import { read } from 'slipway'", cursor: 0, cell: null })
    },
    compile: compileCell,
    completeness,
    executed,
    diagnostics,
    complete(place) {
      const { offset } = open(place)
      const position = fromCodePoints(place.source, place.cursor)
      const found = service.getCompletionsAtPosition(current, offset + position, {
        includeCompletionsForModuleExports: false,
        includeCompletionsWithInsertText: false,
      })
      const prefix = /[\p{ID_Continue}$]*$/u.exec(place.source.slice(0, position))![0]
      const start = toCodePoints(place.source, position - prefix.length)
      const end = toCodePoints(place.source, position)
      const entries = (found?.entries ?? [])
        .filter(({ name }) => name.startsWith(prefix) && !name.startsWith('__cell_'))
        .slice(0, maxMatches)
      return {
        matches: entries.map(({ name }) => name),
        cursor_start: start,
        cursor_end: end,
        metadata: {
          _jupyter_types_experimental: entries.map(({ name, kind }) => ({
            text: name,
            type: kind,
            start,
            end,
          })),
        },
      }
    },
    inspect(place) {
      const { offset } = open(place)
      const position = fromCodePoints(place.source, place.cursor)
      // A cursor behind a name means that name.
      for (const at of [position, position - 1]) {
        const info = at < 0 ? undefined : service.getQuickInfoAtPosition(current, offset + at)
        if (info) return hover(info)
      }
      return undefined
    },
    reset() {
      origins = new Map()
      host.clear()
    },
  }
}

/** Only the names a cell could mean: so a module depends on few others. */
function usedOrigins(source: string, origins: Origins): Origins {
  const words = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? [])
  return new Map([...origins].filter(([name]) => words.has(name)))
}

function severityOf(category: ts.DiagnosticCategory): DiagnosticOfCell['severity'] {
  if (category === ts.DiagnosticCategory.Error) return 'error'
  return category === ts.DiagnosticCategory.Warning ? 'warning' : 'hint'
}

function hover({ displayParts, documentation }: ts.QuickInfo): Hover {
  // A name of another cell is an import only by our doing.
  const signature = ts
    .displayPartsToString(displayParts)
    .replace(/^\(alias\) /, '')
    .replace(/\nimport [\p{ID_Continue}$]+$/u, '')
  const text = ts.displayPartsToString(documentation)
  return {
    plain: text ? `${signature}\n\n${text}` : signature,
    markdown: `\`\`\`typescript\n${signature}\n\`\`\`${text ? `\n\n${text}` : ''}`,
  }
}

/** Whether a cell can run as it stands, in the sense of `is_complete_request`. */
function completeness(source: string): Completeness {
  const indent = /^[ \t]*/.exec(source.split('\n').at(-1) ?? '')![0]
  try {
    compileCell(source)
    return { state: 'complete', indent: '' }
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error
    const deeper = /[{([]\s*$/.test(source) ? `${indent}  ` : indent
    return error.incomplete ? { state: 'incomplete', indent: deeper } : { state: 'invalid', indent: '' }
  }
}
