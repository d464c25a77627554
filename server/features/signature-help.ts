/** What the call around the cursor takes, and which argument it stands at. */
import { MarkupKind, type SignatureHelp, type SignatureInformation } from 'vscode-languageserver/node'
import { type Token, aggregates, functions, isTrivia, writeName } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { declared } from './known.ts'

export function signatureHelp(file: FileContext, offset: number): SignatureHelp | null {
  const call = callAt(file.tree.tokens, offset)
  const signature = call && signatureOf(file, call.name)
  if (!signature) return null
  const last = (signature.parameters?.length ?? 1) - 1
  return {
    signatures: [signature],
    activeSignature: 0,
    activeParameter: Math.min(call.argument, Math.max(0, last)),
  }
}

/** The innermost open call before the offset, by tokens: the text is rarely whole while arguments are typed. */
function callAt(tokens: readonly Token[], offset: number): { name: string; argument: number } | undefined {
  const before = tokens.filter(token => token.end <= offset && !isTrivia(token.kind))
  let depth = 0
  let argument = 0
  for (let i = before.length - 1; i >= 0; i--) {
    const { kind } = before[i]!
    if (kind === '{' || kind === '}') return undefined
    if (kind === ')') depth++
    else if (kind === ',' && depth === 0) argument++
    else if (kind === '(' && depth > 0) depth--
    else if (kind === '(') {
      const name = calleeBefore(before, i)
      if (name !== undefined) return { name, argument }
      argument = 0
    }
  }
  return undefined
}

/** The name before a bracket, with a version pin skipped. */
function calleeBefore(tokens: readonly Token[], bracket: number): string | undefined {
  const pinned = tokens[bracket - 2]?.kind === '@'
  const token = tokens[pinned ? bracket - 3 : bracket - 1]
  if (token?.kind === 'name') return token.text
  return token?.kind === 'quoted' ? token.text.slice(1, -1) : undefined
}

function signatureOf(file: FileContext, name: string): SignatureInformation | undefined {
  const entry = functions.get(name)
  if (entry) {
    const parameters = entry.parameters.map(parameter => parameter.name)
    return information(entry.signature, parameters, `${entry.doc} ${entry.missing}`)
  }
  const aggregate = aggregates.get(name)
  if (aggregate) return information(aggregate.signature, ['x'], aggregate.doc)
  if (name === 'probability')
    return information('probability(label): float', ['label'], 'The probability that the label is true.')
  return featureSignature(file, name)
}

function featureSignature(file: FileContext, name: string): SignatureInformation | undefined {
  const own = declared(file, 'feature', name)
  const plan = own ? undefined : file.project.catalogView()?.feature(name)?.plan
  const entityName = own?.entity?.text ?? plan?.entity
  if (entityName === undefined) return undefined
  const entity = declared(file, 'entity', entityName)
  const keys = entity?.keys.map(key => `${key.name.text}: ${key.type?.text ?? '?'}`) ?? [
    ...(plan?.by ?? ['key']),
  ]
  const label = `${writeName(name)}(${keys.join(', ')})`
  const doc = own?.doc ?? plan?.doc
  return information(
    label,
    keys,
    [doc, `The keys are columns of what the model observes (${entityName}).`].filter(Boolean).join('\n\n'),
  )
}

function information(label: string, parameters: readonly string[], doc: string): SignatureInformation {
  return {
    label,
    documentation: { kind: MarkupKind.Markdown, value: doc },
    parameters: parameters.map(parameter => ({ label: parameter })),
  }
}
