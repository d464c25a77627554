/** `%reset [-f] [names]`: names that nobody shall know any more, to the cells and to the language service. */
import { suggest } from '../../language/suggest.ts'
import type { Variable } from '../variables/variable.ts'
import { words } from './arguments.ts'
import { MagicError, type MagicRunner } from './context.ts'

export const reset: MagicRunner = async ({ argument }, context) => {
  const given = words(argument.replaceAll(',', ' '))
  const force = given.includes('-f')
  const names = given.filter(word => word !== '-f')
  const unknownOption = names.find(word => word.startsWith('-'))
  if (unknownOption) throw new MagicError('KERNEL031', `Expected -f or names, got ${unknownOption}.`)
  const known = ((await context.ask('names', null)) as readonly Pick<Variable, 'name'>[]).map(
    ({ name }) => name,
  )
  const missing = names.find(name => !known.includes(name))
  if (missing !== undefined) {
    const near = suggest(missing, known)
    throw new MagicError(
      'KERNEL031',
      `Expected a name that a cell has declared, got ${missing}.${near ? ` Did you mean ${near}?` : ''}`,
    )
  }
  if (names.length === 0 && !force) {
    const answer = await context.input(`Forget all ${known.length} names? (y/n) `)
    if (answer === null)
      throw new MagicError('KERNEL031', 'There is nobody to ask: write %reset -f to forget every name.')
    if (!/^y/i.test(answer.trim())) return void context.print('Nothing was forgotten.\n')
  }
  const forgotten = names.length > 0 ? names : known
  await context.ask('forget', forgotten)
  context.language.forget(names.length > 0 ? names : null)
  context.print(forgotten.length === 0 ? 'There is nothing to forget.\n' : `Forgot ${listed(forgotten)}.\n`)
  return undefined
}

const maxListed = 20

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxListed).join(', ')
  return names.length > maxListed ? `${shown} and ${names.length - maxListed} more` : shown
}
