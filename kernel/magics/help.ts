/** `%help`: what a name or a magic is; without one, how notebooks work. As a page, and below the cell. */
import { magicEntry, magics } from '../../language/notebook/magics.ts'
import { magicHelp } from '../../language/notebook/assist.ts'
import type { Json } from '../wire/message.ts'
import { MagicError, type MagicContext, type MagicRunner } from './context.ts'
import { usage } from './list.ts'

export const help: MagicRunner = async ({ argument }, context) => {
  const data = argument === '' ? overview() : await about(argument, context)
  // Jupyter messaging, "Payloads": clients that have a pager show it there.
  context.payload({ source: 'page', data, start: 0 })
  context.display(data)
  return undefined
}

async function about(name: string, { language, cell }: MagicContext): Promise<Json> {
  const magic = magicEntry(name.replace(/^%%?/, ''))
  if (magic && name.startsWith('%')) return page(magicHelp(magic))
  const imported = /^[\w$]+$/.test(name) ? [`import { ${name} } from 'slipway'\n${name}`] : []
  // What `slipway` exports is known by its name, imported or not.
  for (const source of [name, ...imported]) {
    const found = await language.inspect({ source, cursor: [...source].length, cell, before: [] })
    if (found && !/^any$|^import /.test(found.plain))
      return { 'text/plain': found.plain, 'text/markdown': found.markdown }
  }
  if (magic) return page(magicHelp(magic))
  throw new MagicError(
    'KERNEL031',
    `Expected a name that is known here or a magic, got ${name}. %magics lists the magics.`,
  )
}

const page = (text: string): Json => ({
  'text/plain': text.replaceAll('**', '').replaceAll('`', ''),
  'text/markdown': text,
})

function overview(): Json {
  const rows = magics.map(entry => `| \`${usage(entry).replaceAll('|', '\\|')}\` | ${entry.summary} |`)
  const markdown = [
    '**Notebooks in TypeScript**',
    '',
    'A cell is TypeScript: `import` what is installed or lies beside the notebook, `await` where you like, declare ' +
      'names again as often as you like. The value of the last expression is shown below the cell.',
    '',
    "- `import { read, sql, model, plot } from 'slipway'`: tables, queries, models and plots.",
    '- `%install package` installs from npm; the import works at once.',
    '- `%help name` says what a name is; `display(value)` shows a value before the cell ends.',
    '- A cell whose first line is `%%slip` declares models, which the cells below train.',
    '',
    '| magic | |',
    '|---|---|',
    ...rows,
  ].join('\n')
  const plain = markdown
    .replace(/^\|---.*\n/m, '')
    .replaceAll('**', '')
    .replaceAll('`', '')
  return { 'text/plain': plain, 'text/markdown': markdown }
}
