/** `%check`: what TypeScript finds in this cell, and what is to come of findings. */
import type { CheckMode } from '../session/checking.ts'
import { MagicError, type MagicRunner } from './context.ts'

const said: Readonly<Record<CheckMode, string>> = {
  off: 'Cells run whatever TypeScript finds in them, and nothing is said of it.',
  warn: 'What TypeScript finds in a cell is shown, and the cell runs.',
  stop: 'Cells in which TypeScript finds an error are not run from now on. %check warn ends it.',
}

export const check: MagicRunner = async ({ argument }, context) => {
  const mode = argument === 'on' ? 'stop' : argument
  if (mode === 'off' || mode === 'warn' || mode === 'stop') {
    context.checking.mode = mode
    context.print(`${said[mode]}\n`)
    return undefined
  }
  if (argument !== '')
    throw new MagicError('KERNEL031', `Expected %check, %check off, warn or stop; got ${argument}.`)
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
