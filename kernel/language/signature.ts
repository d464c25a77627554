/** Which parameters a call takes, and which of them is being written. */
import { placeIn, type LanguageContext } from './context.ts'
import { documentationOf, proseOf, withNames } from './markdown.ts'
import type { Place, Signature, SignatureHelp } from './protocol.ts'
import { ts } from './typescript.ts'

export interface SignatureOptions {
  /** The character whose typing asked. */
  readonly trigger?: string
  /** Whether help is shown already. */
  readonly retrigger?: boolean
}

export function signatureHelp(
  context: LanguageContext,
  place: Place,
  { trigger, retrigger }: SignatureOptions = {},
): SignatureHelp | undefined {
  const at = placeIn(context, place)
  const found =
    at &&
    context.service.getSignatureHelpItems(at.path, at.position, { triggerReason: reason(trigger, retrigger) })
  if (!found) return undefined
  const signatures = found.items.map(item => signatureOf(item, at.cell.module.aliases))
  const active = found.items[found.selectedItemIndex]
  const last = Math.max(0, (active?.parameters.length ?? 1) - 1)
  return {
    signatures,
    activeSignature: found.selectedItemIndex,
    activeParameter: active?.isVariadic ? Math.min(found.argumentIndex, last) : found.argumentIndex,
  }
}

function reason(trigger: string | undefined, retrigger: boolean | undefined): ts.SignatureHelpTriggerReason {
  const isTrigger = trigger === '(' || trigger === ',' || trigger === '<'
  if (retrigger)
    return isTrigger || trigger === ')'
      ? { kind: 'retrigger', triggerCharacter: trigger }
      : { kind: 'retrigger' }
  return isTrigger ? { kind: 'characterTyped', triggerCharacter: trigger } : { kind: 'invoked' }
}

function signatureOf(item: ts.SignatureHelpItem, aliases: ReadonlyMap<string, string>): Signature {
  const text = (parts: readonly ts.SymbolDisplayPart[]) =>
    withNames(ts.displayPartsToString(parts as ts.SymbolDisplayPart[]), aliases)
  let label = text(item.prefixDisplayParts)
  const separator = text(item.separatorDisplayParts)
  const parameters = item.parameters.map((parameter, i) => {
    if (i > 0) label += separator
    const start = label.length
    label += text(parameter.displayParts)
    return { label: [start, label.length] as const, documentation: proseOf(parameter.documentation) }
  })
  const tags = item.tags.filter(({ name }) => name !== 'param')
  return {
    label: label + text(item.suffixDisplayParts),
    documentation: documentationOf(item.documentation, tags),
    parameters,
  }
}
