/** What is wrong with a file, with a link to the page that explains it. */
import {
  type Diagnostic as LspDiagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
} from 'vscode-languageserver/node'
import { type Diagnostic, type Severity, explanationOf } from '../../language/index.ts'
import { type FileContext, locationOf, rangeOf } from '../core/context.ts'

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
}

export const diagnosticSource = 'slipway'

/** `documentation` is the URI of the folder that holds `docs/`. */
export function diagnosticsOf(file: FileContext, documentation: string | undefined): LspDiagnostic[] {
  return file.workspace.diagnostics(file.path).map(found => ({
    range: rangeOf(file.document, found.span),
    severity: severities[found.severity],
    source: diagnosticSource,
    code: found.code,
    codeDescription: documentation
      ? { href: `${documentation}/${explanationOf(found.code).anchor}` }
      : undefined,
    message: found.hint ? `${found.message}\n${found.hint}` : found.message,
    tags: found.code === 'SLIP307' ? [DiagnosticTag.Unnecessary] : undefined,
    relatedInformation: relatedOf(file, found),
  }))
}

function relatedOf(file: FileContext, found: Diagnostic): LspDiagnostic['relatedInformation'] {
  return found.related?.flatMap(place => {
    const location = locationOf(file.project, place.path, place.span)
    return location ? { location, message: place.message } : []
  })
}
