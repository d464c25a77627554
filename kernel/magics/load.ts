/** `%load file`: a file's text in place of the line. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { words } from './arguments.ts'
import { MagicError, type MagicContext, type MagicRunner } from './context.ts'

const maxBytes = 1_000_000

export const load: MagicRunner = async ({ argument, line }, context) => {
  const [name, ...more] = words(argument)
  if (name === undefined || more.length > 0)
    throw new MagicError('KERNEL031', 'Expected one file: %load file.')
  const text = await readText(name, context)
  const lines = context.source.split('\n')
  lines[line] = `// %load ${argument}\n${text.replace(/\n$/, '')}`
  // Jupyter messaging, "Payloads": the cell is given this text.
  context.payload({ source: 'set_next_input', text: lines.join('\n'), replace: true })
  return undefined
}

/** @throws {MagicError} KERNEL034 when it cannot be read or is no text of bearable length */
export async function readText(name: string, { folder }: Pick<MagicContext, 'folder'>): Promise<string> {
  const bytes = await readFile(resolve(folder, name)).catch((error: unknown) => {
    throw new MagicError('KERNEL034', `${name} could not be read: ${messageOf(error)}`)
  })
  if (bytes.length > maxBytes || bytes.includes(0))
    throw new MagicError('KERNEL034', `Expected a text of at most 1 MB in ${name}, got something else.`)
  return bytes.toString('utf8').replace(/^\ufeff/, '')
}
