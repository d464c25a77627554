/** What the call around the cursor takes, and which argument it stands at. */
import {
  MarkupKind,
  type ParameterInformation,
  type SignatureHelp,
  type SignatureInformation,
} from 'vscode-languageserver/node'
import { type Token, aggregates, functions, isTrivia, writeName } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { type Abilities, usualAbilities } from './abilities.ts'
import { join } from './describe/markdown.ts'
import { withoutMarkup } from './hover.ts'
import { declared, locate } from './known.ts'

export function signatureHelp(
  file: FileContext,
  offset: number,
  abilities: Abilities = usualAbilities,
): SignatureHelp | null {
  const call = callAt(file.tree.tokens, offset)
  const signature = call && signatureOf(file, call)
  if (!signature) return null
  const last = Math.max(0, signature.parameters.length - 1)
  const { label, doc, parameters } = signature
  const information: SignatureInformation = {
    label,
    documentation: abilities.markdown
      ? { kind: MarkupKind.Markdown, value: doc }
      : { kind: MarkupKind.PlainText, value: withoutMarkup(doc) },
    parameters,
  }
  // What may be repeated stays the last; an argument too many has nothing to show.
  const activeParameter = signature.isVariadic ? Math.min(call.argument, last) : call.argument
  return { signatures: [information], activeSignature: 0, activeParameter }
}

interface Call {
  readonly name: string
  /** The word before the name, e.g. `entity`. */
  readonly before: string | undefined
  readonly argument: number
}

/** The innermost open call before the offset, by tokens: the text is rarely whole while arguments are typed. */
function callAt(tokens: readonly Token[], offset: number): Call | undefined {
  const before = tokensBefore(tokens, offset)
  let depth = 0
  let argument = 0
  for (let i = before.length - 1; i >= 0; i--) {
    const { kind } = before[i]!
    if (kind === '{' || kind === '}') return undefined
    if (kind === ')' || kind === ']') depth++
    else if ((kind === ',' || kind === '..') && depth === 0) argument++
    else if ((kind === '(' || kind === '[') && depth > 0) depth--
    else if (kind === '[') return undefined
    else if (kind === '(') {
      const callee = calleeBefore(before, i)
      if (callee) return { ...callee, argument }
      // Brackets that only group: the commas so far were none of a call.
      argument = 0
    }
  }
  return undefined
}

/** The last tokens before the offset; a text that the offset is inside of counts as none. */
function tokensBefore(tokens: readonly Token[], offset: number): readonly Token[] {
  const end = tokens.findIndex(token => token.end > offset)
  const before = tokens.slice(Math.max(0, end - 2000), end < 0 ? undefined : end)
  return before.filter(({ kind }) => !isTrivia(kind) && kind !== 'end')
}

function calleeBefore(tokens: readonly Token[], bracket: number): Pick<Call, 'name' | 'before'> | undefined {
  const pinned = tokens[bracket - 2]?.kind === '@'
  const at = pinned ? bracket - 3 : bracket - 1
  const token = tokens[at]
  if (token?.kind !== 'name' && token?.kind !== 'quoted') return undefined
  if (['and', 'or', 'not'].includes(token.text)) return undefined
  return { name: token.text.replace(/^`|`$/g, ''), before: tokens[at - 1]?.text }
}

interface Signature {
  readonly label: string
  readonly doc: string
  readonly parameters: ParameterInformation[]
  readonly isVariadic?: boolean
}

function signatureOf(file: FileContext, { name, before }: Call): Signature | undefined {
  if (before === 'entity') return entitySignature(name)
  const entry = functions.get(name)
  if (entry) {
    const doc = join(
      entry.doc,
      entry.missing,
      `For example \`${entry.example.expression}\` gives \`${entry.example.value}\`.`,
    )!
    return { ...written(entry.signature), doc, ...(entry.variadic && { isVariadic: true }) }
  }
  const aggregate = aggregates.get(name)
  if (aggregate)
    return { ...written(aggregate.signature), doc: join(aggregate.doc, 'Missing values are left out.')! }
  return Object.hasOwn(special, name) ? special[name] : featureSignature(file, name)
}

/** Forms that are no functions. */
const special: Readonly<Record<string, Signature>> = {
  probability: {
    ...written('probability(label, class?): float'),
    doc: 'The probability that the label is true or, with `class`, that it is this one of more classes.',
  },
  prediction: {
    ...written('prediction(label): the type of the label'),
    doc: 'The expected value of a number, the likeliest class, or whether true is likelier.',
  },
  log_scale: {
    ...written('log_scale(low .. high)', ' .. '),
    doc: 'Values from `low` to `high`, both included, in steps of the same factor. Both are above 0.',
  },
}

function entitySignature(name: string): Signature {
  return {
    ...written(`entity ${writeName(name)}(key: type, …)`),
    doc: 'What features describe, named by its key. A key of several parts has several names with types.',
    isVariadic: true,
  }
}

/** The keys of a feature, from its entity; else from the columns that carry them in its source. */
function featureSignature(file: FileContext, name: string): Signature | undefined {
  const own = locate(file, 'feature', name)
  const plan = own ? undefined : file.project.catalogView()?.feature(name)?.plan
  const entityName = own?.declaration.entity?.text ?? plan?.entity
  if (entityName === undefined) return undefined
  const entity = declared(own ? { ...file, path: own.path } : file, 'entity', entityName)
  const columns = plan?.kind === 'window' ? plan.by : ['key']
  const keys = entity?.keys.map(key => `${writeName(key.name.text)}: ${key.type?.text ?? '?'}`) ?? columns
  return {
    ...written(`${writeName(name)}(${keys.join(', ')})`),
    doc: join(
      own?.declaration.doc ?? plan?.doc,
      `The keys are columns of what the model observes, one for each key of \`${entityName}\`.`,
    )!,
  }
}

/** A signature with its parameters by their place in it. */
function written(label: string, separator = ','): Pick<Signature, 'label' | 'parameters'> {
  const open = label.indexOf('(')
  const close = label.lastIndexOf(')')
  const parameters: ParameterInformation[] = []
  let start = open + 1
  for (const part of label.slice(open + 1, close).split(separator)) {
    const from = start + part.length - part.trimStart().length
    if (part.trim() !== '') parameters.push({ label: [from, start + part.trimEnd().length] })
    start += part.length + separator.length
  }
  return { label, parameters }
}
