/** `%history`: what was run in this session. */
import { words } from './arguments.ts'
import { MagicError, type MagicRunner } from './context.ts'

export const history: MagicRunner = async ({ argument }, context) => {
  const { count, text } = read(argument)
  const all = await context.history.answer({ hist_access_type: 'tail', n: 10_000, raw: true, output: false })
  // Its own cell is the last one.
  const entries = all
    .filter(([session]) => session === 0 || session === all.at(-1)?.[0])
    .slice(0, -1)
    .map(([, line, input]) => ({ line, input: typeof input === 'string' ? input : input[0] }))
    .filter(({ input }) => input.includes(text))
    .slice(count === undefined ? 0 : -count)
  if (entries.length === 0) context.print('Nothing was run that fits.\n')
  for (const { line, input } of entries)
    context.print(`[${line}] ${input.trimEnd().replaceAll('\n', '\n    ')}\n`)
  return undefined
}

function read(argument: string): { readonly count: number | undefined; readonly text: string } {
  const found = /^-n\s+(\S+)\s*/.exec(argument)
  const text = words(argument.slice(found?.[0].length ?? 0)).join(' ')
  if (!found) return { count: undefined, text }
  const count = Number(found[1])
  if (Number.isInteger(count) && count > 0) return { count, text }
  throw new MagicError('KERNEL031', `Expected how many cells behind -n, got ${found[1]}: %history -n 5.`)
}
