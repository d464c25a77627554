/** `%env`: environment variables of the process that runs cells. */
import { MagicError, type MagicRunner } from './context.ts'
import { showTable } from './show-table.ts'

/** What the question `env` answers: all variables, one, or the one that was set. */
export type Environment = Readonly<Record<string, string | undefined>>

const secretName = /secret|token|password|passwd|credential|api_?key|private|auth/i

export const env: MagicRunner = async ({ argument }, context) => {
  const { name, value } = read(argument)
  const known = (await context.ask('env', { name, value })) as Environment
  if (name === undefined) {
    const rows = Object.entries(known).sort(([a], [b]) => a.localeCompare(b, 'en'))
    context.display(
      showTable(
        ['variable', 'value'],
        rows.map(([key, text = '']) => [key, secretName.test(key) ? 'hidden' : text]),
      ),
    )
  } else if (known[name] === undefined) {
    throw new MagicError(
      'KERNEL031',
      `Expected a variable that is set, got ${name}. To set it: %env ${name}=value.`,
    )
  } else if (value === undefined) context.print(`${known[name]}\n`)
  else context.print(`${name} is set${secretName.test(name) ? '' : ` to ${value}`}\n`)
  return undefined
}

function read(argument: string): { readonly name?: string; readonly value?: string } {
  if (argument === '') return {}
  const found = /^([A-Za-z_][\w.]*)(?:\s*=\s*|\s+)?([^]*)$/.exec(argument)
  if (!found) throw new MagicError('KERNEL031', `Expected NAME or NAME=value, got ${argument}.`)
  const [, name, text = ''] = found
  const isSet = argument.slice(name!.length).trimStart() !== ''
  return { name: name!, ...(isSet ? { value: text.replace(/^(["'])(.*)\1$/, '$2') } : {}) }
}
