/** `%who` and `%whos`: the names that cells have declared. */
import type { Variable } from '../variables/variable.ts'
import { sizeText } from '../variables/size-text.ts'
import { words } from './arguments.ts'
import { MagicError, type MagicContext, type MagicRunner } from './context.ts'
import { showTable } from './show-table.ts'

export const who: MagicRunner = async (call, context) => {
  const variables = await chosen(call.argument, context)
  context.print(
    variables.length === 0 ? 'There are no names.\n' : `${variables.map(({ name }) => name).join('  ')}\n`,
  )
  return undefined
}

export const whos: MagicRunner = async (call, context) => {
  const variables = await chosen(call.argument, context)
  if (variables.length === 0) return void context.print('There are no names.\n')
  const rows = variables.map(({ name, kind, type, shape, sizeBytes, sizeIsLowerBound, preview }) => [
    name,
    kind,
    type,
    shape ?? '',
    sizeText(sizeBytes, sizeIsLowerBound),
    preview,
  ])
  context.display(showTable(['name', 'kind', 'type', 'shape', 'size', 'preview'], rows))
  return undefined
}

/** Those of the kinds or types that were named; all without. */
async function chosen(argument: string, { ask }: MagicContext): Promise<readonly Variable[]> {
  const { variables } = (await ask('variables', null)) as { readonly variables: readonly Variable[] }
  const wanted = words(argument.replaceAll(',', ' ')).map(word => word.toLowerCase())
  if (wanted.length === 0) return variables
  const matches = ({ kind, category, type }: Variable, word: string) =>
    [kind, category, type.toLowerCase()].includes(word) || type.toLowerCase().startsWith(`${word}<`)
  const found = variables.filter(variable => wanted.some(word => matches(variable, word)))
  const known = [...new Set(variables.flatMap(({ kind, category }) => [kind, category]))].sort()
  const isKnown = (word: string) => kinds.has(word) || variables.some(variable => matches(variable, word))
  const odd = wanted.find(word => !isKnown(word))
  if (odd !== undefined)
    throw new MagicError(
      'KERNEL031',
      `Expected a kind (${known.join(', ') || 'there is none yet'}), got ${odd}.`,
    )
  return found
}

const kinds = new Set([
  'const',
  'let',
  'var',
  'function',
  'class',
  'import',
  'model',
  'table',
  'promise',
  'value',
])
