/** `%%writefile [-a] file`: the cell becomes a file. */
import * as fs from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { words } from './arguments.ts'
import { MagicError, type MagicRunner } from './context.ts'

export const writeFile: MagicRunner = async ({ argument, body }, context) => {
  const given = words(argument)
  const append = given.includes('-a')
  const [name, ...more] = given.filter(word => word !== '-a')
  if (name === undefined || more.length > 0)
    throw new MagicError('KERNEL031', 'Expected one file: %%writefile [-a] file.')
  const path = resolve(context.folder, name)
  const text = body.endsWith('\n') ? body : `${body}\n`
  try {
    await fs.mkdir(dirname(path), { recursive: true })
    const isThere = await fs.access(path).then(
      () => true,
      () => false,
    )
    await (append ? fs.appendFile : fs.writeFile)(path, text)
    context.print(`${append ? 'Added to' : isThere ? 'Overwrote' : 'Wrote'} ${name}\n`)
  } catch (error) {
    throw new MagicError('KERNEL034', `${name} could not be written: ${messageOf(error)}`)
  }
  return undefined
}
