/** What the text leaves unsaid: inferred types and units, versions of features, names of arguments, what windows miss. */
import { type InlayHint, InlayHintKind, type Range } from 'vscode-languageserver/node'
import {
  type FunctionEntry,
  type Occurrence,
  type Span,
  type Type,
  describeType,
  functions,
} from '../../language/index.ts'
import type { CallExpression, Expression, FeatureDeclaration } from '../../language/syntax/ast.ts'
import type { FileContext } from '../core/context.ts'
import { durationText } from './describe/data.ts'
import { declarationsIn, knownSource } from './known.ts'

export interface HintSettings {
  readonly types: boolean
  readonly versions: boolean
  readonly parameterNames: boolean
  readonly windows: boolean
}

/** Hints of a part of the file, by place. */
export function inlayHints(file: FileContext, range: Range, settings: HintSettings): InlayHint[] {
  const start = file.document.offsetAt(range.start)
  const end = file.document.offsetAt(range.end)
  const within = ({ start: from, end: to }: Span): boolean => start <= to && from <= end
  const hints = [
    ...(settings.types ? typeHints(file, within) : []),
    ...(settings.versions ? versionHints(file, within) : []),
    ...(settings.parameterNames ? parameterHints(file, within) : []),
    ...(settings.windows ? windowHints(file, within) : []),
  ]
  return hints.sort(
    (a, b) => a.position.line - b.position.line || a.position.character - b.position.character,
  )
}

type Within = (span: Span) => boolean

const typed: readonly Occurrence['symbol']['kind'][] = ['modelFeature', 'label', 'feature']

/** The type after the name of a feature or label, or after its line where the names of a block are aligned. */
function typeHints(file: FileContext, within: Within): InlayHint[] {
  const shown = new Set<number>()
  const ends = endsOfLines(file)
  return file.workspace.occurrences(file.path).flatMap(({ span, symbol, definition, type }): InlayHint[] => {
    const isTyped = definition && type !== undefined && typed.includes(symbol.kind)
    if (!isTyped || !isKnown(type) || !within(span) || shown.has(span.start)) return []
    shown.add(span.start)
    return [
      {
        position: file.document.positionAt(ends.get(span.start) ?? span.end),
        label: `: ${describeType(type)}`,
        kind: InlayHintKind.Type,
        tooltip: typeTooltip(type),
      },
    ]
  })
}

/** Where the expressions of a model's features end, by where their names begin. */
function endsOfLines({ tree }: FileContext): ReadonlyMap<number, number> {
  const items = declarationsIn(tree).flatMap(declaration =>
    declaration.kind === 'model' ? (declaration.features?.items ?? []) : [],
  )
  return new Map(items.flatMap(({ name, value }) => (value ? [[name.span.start, value.span.end]] : [])))
}

const isKnown = ({ kind }: Type): boolean => kind !== 'unknown' && kind !== 'missing'

function typeTooltip({ nullable, unit }: Type): string {
  const missing = nullable ? 'The value may be missing.' : 'The value is never missing.'
  return unit === undefined ? missing : `${missing} Its unit is ${unit}.`
}

/** The version that a call without a pin takes; taking the hint over writes the pin. */
function versionHints(file: FileContext, within: Within): InlayHint[] {
  return file.workspace.resolutions(file.path).flatMap(({ span, name, version, pinned }): InlayHint[] => {
    if (pinned || version === 0 || !within(span)) return []
    const position = file.document.positionAt(span.end)
    const newText = `@${version}`
    return [
      {
        position,
        label: newText,
        tooltip: `The catalog's version ${version} of ${name}. With \`@${version}\` in the text it stays this one.`,
        textEdits: [{ range: { start: position, end: position }, newText }],
      },
    ]
  })
}

/** The names of parameters before plain values, in calls with more than one. */
function parameterHints(file: FileContext, within: Within): InlayHint[] {
  return expressionsOf(file, within).flatMap(call => {
    const entry = functions.get(call.callee.text)
    if (!entry || entry.parameters.length < 2 || obvious.has(entry.name)) return []
    return call.args.flatMap((arg, i): InlayHint[] => {
      const name = i === 0 ? undefined : parameterName(entry, i)
      if (name === undefined || !isPlain(arg) || !within(arg.span)) return []
      const label = `${name}:`
      return [
        {
          position: file.document.positionAt(arg.span.start),
          label,
          kind: InlayHintKind.Parameter,
          paddingRight: true,
          tooltip: entry.signature,
        },
      ]
    })
  })
}

/** Functions whose arguments say what they are by their place. */
const obvious: ReadonlySet<string> = new Set([
  'coalesce',
  'one_of',
  'concat',
  'least',
  'greatest',
  'cross',
  'bucket',
  'pow',
])

function parameterName({ parameters, variadic }: FunctionEntry, i: number): string | undefined {
  const name = (parameters[i] ?? (variadic ? parameters.at(-1) : undefined))?.name
  return name !== undefined && name.length > 1 ? name : undefined
}

const isPlain = (arg: Expression): boolean =>
  arg.kind === 'literal' || (arg.kind === 'unary' && arg.operand.kind === 'literal')

/** Calls in the expressions of the file. */
function expressionsOf(file: FileContext, within: Within): readonly CallExpression[] {
  const found: CallExpression[] = []
  const visit = (expression: Expression | undefined): void => {
    if (!expression || !within(expression.span)) return
    if (expression.kind === 'call') {
      found.push(expression)
      expression.args.forEach(visit)
    } else if (expression.kind === 'unary') visit(expression.operand)
    else if (expression.kind === 'binary') {
      visit(expression.left)
      visit(expression.right)
    }
  }
  for (const declaration of declarationsIn(file.tree)) {
    if (declaration.kind === 'feature') [declaration.value, declaration.where].forEach(visit)
    if (declaration.kind !== 'model') continue
    const { observe, features, label, weight } = declaration
    for (const value of [observe?.where, label?.value, weight?.value]) visit(value)
    for (const item of features?.items ?? []) visit(item.value)
  }
  return found
}

/** What of a window is not yet known at its end, because the source's rows become known later. */
function windowHints(file: FileContext, within: Within): InlayHint[] {
  return declarationsIn(file.tree).flatMap(declaration => {
    if (declaration.kind !== 'feature' || !declaration.over || !within(declaration.over.span)) return []
    const us = knownAfterUs(file, declaration)
    if (!us) return []
    return [
      {
        position: file.document.positionAt(declaration.over.span.end),
        label: `up to ${durationText(us)} before`,
        paddingLeft: true,
        tooltip: `A row of the source is known ${durationText(us)} after its time, so the newest rows of the window are not in it yet.`,
      },
    ]
  })
}

function knownAfterUs(file: FileContext, { value }: FeatureDeclaration): number | undefined {
  const argument = value?.kind === 'call' ? value.args[0] : undefined
  const source = argument?.kind === 'column' ? argument.source.text : undefined
  const known = source === undefined ? undefined : knownSource(file, source)
  return known?.plan?.knownAfterUs ?? known?.declaration.knownAfter?.us
}
