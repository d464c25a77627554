/**
 * Cells of notebooks that are for the Slipway kernel, as VS Code's TypeScript server sees them: it says nothing of them,
 * because the kernel's own service does. A notebook that another client wrote has cells of the language `typescript`
 * until it is first edited or run here.
 */
import { readFileSync, statSync } from 'node:fs'
import type ts from 'typescript'

const cellPath = /^\^\/vscode-notebook-cell\/[^/]*(\/.*\.ipynb)(?:#|$)/

/** What a method answers about nothing, by its name; undefined for all others. */
const nothing: Readonly<Record<string, () => unknown>> = {
  getSyntacticDiagnostics: () => [],
  getSemanticDiagnostics: () => [],
  getSuggestionDiagnostics: () => [],
  getRegionSemanticDiagnostics: () => ({ diagnostics: [], spans: [] }),
  getCodeFixesAtPosition: () => [],
  getApplicableRefactors: () => [],
  getDocumentHighlights: () => [],
  getOutliningSpans: () => [],
  provideInlayHints: () => [],
  getFormattingEditsForDocument: () => [],
  getFormattingEditsForRange: () => [],
  getFormattingEditsAfterKeystroke: () => [],
  organizeImports: () => [],
  getEncodedSemanticClassifications: () => ({ spans: [], endOfLineState: 0 }),
  getEncodedSyntacticClassifications: () => ({ spans: [], endOfLineState: 0 }),
  getRenameInfo: () => ({ canRename: false, localizedErrorMessage: '' }),
  getNavigationTree: () => ({
    text: '',
    kind: '',
    kindModifiers: '',
    spans: [{ start: 0, length: 0 }],
    nameSpan: undefined,
  }),
  getCompletionsAtPosition: () => undefined,
  getCompletionEntryDetails: () => undefined,
  getQuickInfoAtPosition: () => undefined,
  getSignatureHelpItems: () => undefined,
  getDefinitionAtPosition: () => undefined,
  getDefinitionAndBoundSpan: () => undefined,
  getTypeDefinitionAtPosition: () => undefined,
  getImplementationAtPosition: () => undefined,
  findReferences: () => undefined,
  findRenameLocations: () => undefined,
}

/** The same service, silent about cells of ours. */
export function withoutOurCells(service: ts.LanguageService): ts.LanguageService {
  return new Proxy(service, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver)
      if (typeof value !== 'function' || typeof name !== 'string' || !Object.hasOwn(nothing, name))
        return value
      return (file: unknown, ...rest: unknown[]) =>
        isOurCell(file)
          ? nothing[name]!()
          : (value as (...all: unknown[]) => unknown).call(target, file, ...rest)
    },
  })
}

const known = new Map<string, { readonly changed: number; readonly isOurs: boolean }>()

function isOurCell(file: unknown): boolean {
  const notebook = typeof file === 'string' ? cellPath.exec(file)?.[1] : undefined
  if (notebook === undefined) return false
  const path = /^\/[A-Za-z]:/.test(notebook) ? notebook.slice(1) : notebook
  try {
    const changed = statSync(path).mtimeMs
    const before = known.get(path)
    if (before?.changed === changed) return before.isOurs
    const isOurs = isForSlipway(path)
    known.set(path, { changed, isOurs })
    return isOurs
  } catch {
    return false // It was never saved.
  }
}

interface Notebook {
  readonly metadata?: { readonly kernelspec?: { readonly name?: string } }
}

function isForSlipway(path: string): boolean {
  const { metadata } = JSON.parse(readFileSync(path, 'utf8')) as Notebook
  return metadata?.kernelspec?.name === 'slipway'
}
