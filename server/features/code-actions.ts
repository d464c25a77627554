/** What can be done at a place: fixes of what is wrong, refactorings, and changes of the whole file. */
import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver/node'
import type { Span } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { extractFeature, extractWindow, inlineFeature } from './code-actions/extract.ts'
import { addMissingParts, generateTest, splitByTime } from './code-actions/model-parts.ts'
import { organizeImports } from './code-actions/organize-imports.ts'
import { addUnit, pinVersion } from './code-actions/pins.ts'
import { fixAll, quickFixes } from './code-actions/quick-fixes.ts'
import { modelAt } from './known.ts'

/** The kinds that are given, for editors that ask for some of them. */
export const codeActionKinds: readonly CodeActionKind[] = [
  CodeActionKind.QuickFix,
  CodeActionKind.RefactorExtract,
  CodeActionKind.RefactorInline,
  CodeActionKind.RefactorRewrite,
  CodeActionKind.Refactor,
  CodeActionKind.SourceOrganizeImports,
  `${CodeActionKind.SourceFixAll}.slipway`,
]

/** @param only kinds that the editor asks for, those below them included; all but those of the whole file when not said */
export function codeActions(file: FileContext, range: Range, only?: readonly CodeActionKind[]): CodeAction[] {
  const span = { start: file.document.offsetAt(range.start), end: file.document.offsetAt(range.end) }
  const wants = (kind: CodeActionKind): boolean =>
    only === undefined || only.some(asked => isWithin(kind, asked) || isWithin(asked, kind))
  const found = [
    ...(wants(CodeActionKind.QuickFix) ? quickFixes(file, span) : []),
    ...(wants(CodeActionKind.Refactor) ? refactorings(file, span) : []),
    ...(wants(CodeActionKind.SourceOrganizeImports) ? organizeImports(file) : []),
    ...(wants(CodeActionKind.SourceFixAll) ? fixAll(file) : []),
  ]
  if (only === undefined) return found
  return found.filter(({ kind }) => only.some(asked => isWithin(kind ?? '', asked)))
}

/** Kinds are paths: `refactor.extract` is a `refactor`. */
const isWithin = (kind: CodeActionKind, parent: CodeActionKind): boolean =>
  parent === '' || kind === parent || kind.startsWith(`${parent}.`)

function refactorings(file: FileContext, span: Span): CodeAction[] {
  const model = modelAt(file, span.start)
  const inModel = model && span.start <= model.node.end ? model : undefined
  const always = [...pinVersion(file, span), ...addUnit(file, span)]
  if (!inModel) return always
  const onHead = span.start <= (inModel.observe?.span.start ?? inModel.name?.span.end ?? 0)
  return [
    ...always,
    ...extractFeature(file, inModel, span),
    ...inlineFeature(file, inModel, span),
    ...extractWindow(file, inModel, span),
    ...(touches(inModel.split?.span, span) ? splitByTime(file, inModel) : []),
    ...(onHead ? addMissingParts(file, inModel) : []),
    ...(onHead || inModel.tests.some(test => touches(test.span, span)) ? generateTest(file, inModel) : []),
  ]
}

const touches = (a: Span | undefined, b: Span): boolean =>
  a !== undefined && a.start <= b.end && b.start <= a.end
