/**
 * What analysis has to say about a place in the text, and the table of its codes. A code is stable: it is never
 * given another meaning, and docs/errors.md explains it under the anchor of the same name.
 */
import type { Span } from './syntax/tokens.ts'

export type Severity = 'error' | 'warning' | 'information' | 'hint'

export interface TextEdit {
  /** The file the edit is for, relative to the project's root. */
  readonly path: string
  readonly span: Span
  readonly text: string
}

export interface Fix {
  /** An imperative sentence without a full stop. */
  readonly title: string
  readonly edits: readonly TextEdit[]
}

export interface RelatedPlace {
  readonly path: string
  readonly span: Span
  readonly message: string
}

export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** The file, relative to the project's root; empty when the text was parsed without one. */
  readonly path: string
  /** What to underline. UTF-16 offsets into the file. */
  readonly span: Span
  /** Expected and got, in a sentence. */
  readonly message: string
  /** What to do. */
  readonly hint?: string
  readonly related?: readonly RelatedPlace[]
  /** The likeliest first. */
  readonly fixes?: readonly Fix[]
}

interface CodeEntry {
  readonly title: string
  readonly severity: Severity
  /** Whether `// slip-ignore` silences it. */
  readonly ignorable: boolean
}

const error = (title: string): CodeEntry => ({ title, severity: 'error', ignorable: false })
/** An error that somebody may judge otherwise: a plan is possible all the same. */
const judgement = (title: string): CodeEntry => ({ title, severity: 'error', ignorable: true })
const warning = (title: string): CodeEntry => ({ title, severity: 'warning', ignorable: true })
const hint = (title: string): CodeEntry => ({ title, severity: 'hint', ignorable: true })

/** Every code with its title and its severity. 0xx syntax, 1xx names, 2xx types, 3xx meaning, 4xx the world outside, 5xx ignoring. */
export const diagnosticCodes = {
  SLIP001: error('Unexpected text'),
  SLIP002: error('Unterminated quote'),
  SLIP003: error('Missing closing bracket'),
  SLIP004: error('Unknown character'),
  SLIP005: error('Invalid literal'),
  SLIP006: error('Expression nested too deeply'),
  SLIP007: error('Unknown item'),
  SLIP008: error('Repeated item'),
  SLIP009: error('Missing item'),
  SLIP010: error('Wrong operator'),
  SLIP011: error('Written as in another language'),
  SLIP012: error('Date written otherwise'),
  SLIP013: error('Clauses in another order'),
  SLIP014: error('Import written otherwise'),
  SLIP101: error('Unknown source'),
  SLIP102: error('Unknown column'),
  SLIP103: error('Unknown feature'),
  SLIP104: error('Unknown entity'),
  SLIP105: error('Unknown function'),
  SLIP106: error('Unknown algorithm'),
  SLIP107: error('Unknown hyperparameter'),
  SLIP108: error('Unknown metric'),
  SLIP109: error('Duplicate name'),
  SLIP110: error('Unknown type'),
  SLIP111: error('Unknown format'),
  SLIP112: error('Unknown name'),
  SLIP113: error('Unknown output'),
  SLIP114: error('Unknown file'),
  SLIP115: error('Name not declared there'),
  SLIP116: error('Name not imported'),
  SLIP117: hint('Unused import'),
  SLIP118: hint('Feature not imported'),
  SLIP119: error('Import of what cannot be imported'),
  SLIP130: error('Unknown monitor'),
  SLIP131: error('Unknown choice'),
  SLIP132: error('Unknown row'),
  SLIP201: error('Type mismatch'),
  SLIP202: error('Unit mismatch'),
  SLIP203: error('Wrong number of arguments'),
  SLIP204: error('Value cannot be a feature'),
  SLIP205: error('Label of a wrong type'),
  SLIP206: warning('Comparison with missing'),
  SLIP207: error('Preparation does not fit'),
  SLIP208: error('Argument not allowed'),
  SLIP209: error('Metric does not fit'),
  SLIP210: error('Weight not positive'),
  SLIP211: error('Nothing to balance'),
  SLIP212: error('Output does not fit'),
  SLIP213: error('Random effect does not fit'),
  SLIP214: error('Monitor does not fit'),
  SLIP301: judgement('Leakage'),
  SLIP302: error('Aggregate without a time'),
  SLIP303: error('Splits overlap'),
  SLIP304: error('Empty split'),
  SLIP305: error('Fractions do not sum to 1'),
  SLIP306: error('Hyperparameter out of range'),
  SLIP307: hint('Unused feature'),
  SLIP308: error('Window out of range'),
  SLIP309: error('Columns of different sources'),
  SLIP310: error('Keys do not fit the entity'),
  SLIP311: error('Feature call inside an expression'),
  SLIP312: error('Key is not a column'),
  SLIP313: error('Requirement out of range'),
  SLIP314: error('Split by time without a time'),
  SLIP315: error('Path leaves the project'),
  SLIP316: error('Features depend on themselves'),
  SLIP317: warning('Window always empty'),
  SLIP318: warning('Unlikely window'),
  SLIP319: error('Feature of another entity'),
  SLIP320: error('Item does not fit the source'),
  SLIP321: error('Feature without inputs'),
  SLIP322: error('Size out of range'),
  SLIP323: error('Not the name of an environment variable'),
  SLIP330: error('Folds beside validation'),
  SLIP331: error('No rows to judge by'),
  SLIP332: error('Count out of range'),
  SLIP333: error('Nothing to search'),
  SLIP334: warning('Unlikely direction'),
  SLIP335: warning('Category of many values'),
  SLIP336: error('Value missing in a test'),
  SLIP337: error('Constant label'),
  SLIP338: hint('Possible leakage'),
  SLIP339: error('Ranking without groups'),
  SLIP340: error('Threshold out of range'),
  SLIP341: hint('Without effect'),
  SLIP401: warning('Catalog unreachable'),
  SLIP402: error('Version does not exist'),
  SLIP403: warning('Deprecated version'),
  SLIP404: warning('Unreadable data'),
  SLIP405: error('Version not registered'),
  SLIP406: error('Unknown version of the language'),
  SLIP407: error('Unknown source of the catalog'),
  SLIP501: error('Ignored without a reason'),
  SLIP502: { ...hint('Nothing to ignore'), ignorable: false },
  SLIP503: { ...warning('Cannot be ignored'), ignorable: false },
} as const satisfies Record<`SLIP${number}`, CodeEntry>

export type DiagnosticCode = keyof typeof diagnosticCodes

/** Where docs/errors.md explains a code. */
export function explanationOf(code: DiagnosticCode): { readonly title: string; readonly anchor: string } {
  return { title: diagnosticCodes[code].title, anchor: `docs/errors.md#${code.toLowerCase()}` }
}

/** Whether `// slip-ignore` can silence the code: hints, warnings, and errors of judgement. */
export function isIgnorable(code: DiagnosticCode): boolean {
  return diagnosticCodes[code].ignorable
}

export interface DiagnosticDetails {
  readonly path: string
  readonly span: Span
  readonly message: string
  readonly hint?: string
  readonly related?: readonly RelatedPlace[]
  readonly fixes?: readonly Fix[]
}

/** A diagnostic with the severity of its code. */
export function diagnostic(code: DiagnosticCode, details: DiagnosticDetails): Diagnostic {
  return { code, severity: diagnosticCodes[code].severity, ...details }
}

/** Order in a file: by place, then by code. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    a.span.start - b.span.start || a.span.end - b.span.end || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
  )
}
