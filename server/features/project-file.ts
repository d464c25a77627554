/** What is wrong with slipway.json: JSON that cannot be read, what its schema does not know, an unknown language. */
import {
  type Node,
  type ParseError,
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import Schema from 'typebox/schema'
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
} from 'vscode-languageserver/node'
import { checkConfig, explanationOf } from '../../language/index.ts'
import { rangeOf } from '../core/context.ts'
import type { Document } from '../core/document.ts'

export interface ProjectFileOptions {
  /** Of slipway.json; undefined when the editor checks it itself, or when it is not installed. */
  readonly schema: object | undefined
  /** The URI of the folder that holds `docs/`. */
  readonly documentation: string | undefined
}

/** One diagnostic for each thing that is wrong. */
export function projectFileDiagnostics(document: Document, options: ProjectFileOptions): Diagnostic[] {
  const errors: ParseError[] = []
  const root = parseTree(document.getText(), errors, { disallowComments: true })
  const [first] = errors
  if (first || !root) return [unreadable(document, first, options)]
  return [...unknownLanguage(document, options), ...againstSchema(document, root, options)]
}

function unreadable(
  document: Document,
  error: ParseError | undefined,
  { documentation }: ProjectFileOptions,
): Diagnostic {
  const start = error?.offset ?? 0
  const what = error ? ` (${words(printParseErrorCode(error.error))})` : ', got nothing'
  return {
    ...problem('LIB101', documentation),
    range: rangeOf(document, { start, end: start + Math.max(1, error?.length ?? 1) }),
    message: `Expected JSON${what}.`,
  }
}

/** `CloseBraceExpected` as a reader would say it. */
const words = (code: string): string => code.replace(/(?<=.)([A-Z])/g, ' $1').toLowerCase()

function unknownLanguage(document: Document, { documentation }: ProjectFileOptions): Diagnostic[] {
  return checkConfig(document.getText()).map(({ span, message, hint }) => ({
    ...problem('SLIP406', documentation),
    range: rangeOf(document, span),
    message: hint === undefined ? message : `${message}\n${hint}`,
  }))
}

/** The fixes of what is wrong with the version of the language. */
export function projectFileActions(document: Document, range: Range): CodeAction[] {
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)]
  return checkConfig(document.getText()).flatMap(({ span, fixes = [] }) => {
    if (span.end < from || to < span.start) return []
    return fixes.map(({ title, edits }) => ({
      title,
      kind: CodeActionKind.QuickFix,
      isPreferred: true,
      edit: {
        changes: {
          [document.uri]: edits.map(edit => ({ range: rangeOf(document, edit.span), newText: edit.text })),
        },
      },
    }))
  })
}

function againstSchema(document: Document, root: Node, options: ProjectFileOptions): Diagnostic[] {
  if (!options.schema) return []
  const { $schema: _, ...schema } = options.schema as Record<string, unknown>
  const [isValid, errors] = Schema.Errors(schema as never, getNodeValue(root))
  if (isValid) return []
  const found = new Map<string, Diagnostic>()
  for (const { instancePath, message, keyword, params } of errors) {
    const path = pathOf(instancePath)
    // A version of the language that is none is already explained.
    if (path[0] === 'language') continue
    // An unknown setting is reported by its name.
    if (keyword === 'boolean') continue
    const extra = keyword === 'additionalProperties' ? additional(params) : []
    for (const name of extra.length > 0 ? extra : [undefined]) {
      const node = (name === undefined ? undefined : propertyAt(root, [...path, name])) ?? nodeAt(root, path)
      const place = path.length > 0 ? ` of \`${path.join('.')}\`` : ''
      const text =
        name === undefined
          ? `Expected ${place ? `the value${place}` : 'a project'} as the schema says: it ${message}.`
          : `Unknown setting \`${name}\`${place}.`
      // Where one of several shapes is expected, each of them complains about the same place.
      const key = `${node.offset}`
      if (!found.has(key))
        found.set(key, {
          ...problem('LIB101', options.documentation),
          range: rangeOf(document, spanOf(node)),
          message: text,
        })
    }
  }
  return [...found.values()]
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const additional = (params: unknown): readonly string[] => {
  const names = (params as { additionalProperties?: unknown }).additionalProperties
  return Array.isArray(names) ? names.map(String) : []
}

const nodeAt = (root: Node, path: readonly string[]): Node => findNodeAtLocation(root, [...path]) ?? root

/** The name of a property and not its value. */
function propertyAt(root: Node, path: readonly string[]): Node | undefined {
  return findNodeAtLocation(root, [...path])?.parent?.children?.[0]
}

/** Of an object only its bracket: the whole of it is not what is wrong. */
function spanOf({ type, offset, length }: Node): { start: number; end: number } {
  return { start: offset, end: offset + (type === 'object' ? 1 : length) }
}

function problem(
  code: 'LIB101' | 'SLIP406',
  documentation: string | undefined,
): Omit<Diagnostic, 'range' | 'message'> {
  const anchor = code === 'LIB101' ? 'docs/errors.md' : explanationOf(code).anchor
  const href = documentation && `${documentation}/${anchor}`
  return {
    severity: DiagnosticSeverity.Error,
    source: 'slipway',
    code,
    ...(href && { codeDescription: { href } }),
  }
}
