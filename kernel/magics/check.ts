/** `%check`: what TypeScript finds in this cell, and whether findings keep cells from running. */
import { MagicError, type MagicRunner } from './context.ts'

export const check: MagicRunner = async ({ argument }, context) => {
  if (argument === 'on' || argument === 'off') {
    context.checking.stops = argument === 'on'
    context.print(
      argument === 'on'
        ? 'Cells in which TypeScript finds an error are not run from now on. %check off ends it.\n'
        : 'Cells run whatever TypeScript finds in them.\n',
    )
    return undefined
  }
  if (argument !== '')
    throw new MagicError('KERNEL031', `Expected %check, %check on or %check off, got ${argument}.`)
  const { source, cell } = context
  const found = await context.language.diagnostics({ source, cursor: 0, cell, before: [] })
  if (found.length === 0) context.print('TypeScript finds nothing.\n')
  for (const { start, severity, message, code } of found) {
    const before = source.slice(0, start).split('\n')
    const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`
    context.print(`${place} ${severity} TS${code}: ${message}\n`)
  }
  return undefined
}
