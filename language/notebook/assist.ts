/** Completion and hover of magics: pure, so that every editor and client gives the same. */
import { suggest } from '../suggest.ts'
import { readCell } from './cell.ts'
import { magicEntry, magics, type MagicEntry } from './magics.ts'

export interface MagicCompletion {
  /** UTF-16 offsets of what an item replaces. */
  readonly start: number
  readonly end: number
  readonly items: readonly MagicItem[]
}

export interface MagicItem {
  readonly text: string
  /** One line. */
  readonly detail: string
  readonly kind: 'magic' | 'option' | 'name' | 'value'
}

export interface MagicWorld {
  /** Names that cells have declared. */
  readonly names?: readonly string[]
  /** Names of environment variables. */
  readonly variables?: readonly string[]
  /** Files of the notebook's folder. */
  readonly files?: readonly string[]
}

/**
 * What may stand at the offset on the line of a magic, or where one may begin. Undefined where TypeScript is written:
 * behind `%time`, in the middle of a statement, in the text of a cell magic.
 */
export function completeMagic(
  source: string,
  offset: number,
  world: MagicWorld = {},
): MagicCompletion | undefined {
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1
  const before = source.slice(lineStart, offset)
  const word = /^\s*(%%?)([\w-]*)$/.exec(before)
  if (word) return completeName(source, offset, { sign: word[1]!, typed: word[2]! })
  const magic = readCell(source).magics.findLast(({ start }) => start >= lineStart && start < offset)
  const entry = magic && magicEntry(magic.name, magic.kind)
  if (!entry || (entry.code && magic.kind === 'line')) return undefined
  return completeArgument(entry, before, offset, world)
}

function completeName(
  source: string,
  offset: number,
  { sign, typed }: { readonly sign: string; readonly typed: string },
): MagicCompletion | undefined {
  const start = offset - typed.length - sign.length
  const isFirst = source.slice(0, start).trim() === ''
  if (sign === '%%' && !isFirst) return undefined
  // Written out, the line has to be one of a magic.
  const probe = `${source.slice(0, start)}%whos -x${source.slice(offset).replace(/^[\w-]*/, '')}`
  if (!isFirst && !readCell(probe).magics.some(magic => magic.start === start)) return undefined
  const end = offset + /^[\w-]*/.exec(source.slice(offset))![0].length
  const items = magics.flatMap(({ name, kinds, summary }) =>
    kinds.flatMap((kind): MagicItem[] => {
      const text = kind === 'cell' ? `%%${name}` : `%${name}`
      const fits = (kind === 'cell' ? isFirst : sign === '%') && text.startsWith(sign + typed)
      return fits || (kind === 'cell' && isFirst && name.startsWith(typed))
        ? [{ text, detail: summary, kind: 'magic' }]
        : []
    }),
  )
  return { start, end, items }
}

function completeArgument(
  entry: MagicEntry,
  before: string,
  offset: number,
  world: MagicWorld,
): MagicCompletion | undefined {
  const typed = /\S*$/.exec(before)![0]
  const options = Object.entries(entry.options ?? {}).map(([text, detail]): MagicItem => ({
    text,
    detail,
    kind: 'option',
  }))
  const all = [...(typed.startsWith('-') ? options : [...argumentsOf(entry, world), ...options])]
  const items = all.filter(({ text }) => text.startsWith(typed))
  return { start: offset - typed.length, end: offset, items }
}

function argumentsOf(
  { name, argument }: MagicEntry,
  { names = [], variables = [], files = [] }: MagicWorld,
): MagicItem[] {
  const item = (kind: MagicItem['kind'], detail: string) => (text: string) => ({ text, detail, kind })
  if (name === 'who' || name === 'whos') return kinds.map(item('value', 'kind'))
  if (name === 'check') return ['off', 'warn', 'stop'].map(item('value', ''))
  if (argument === 'name') return names.map(item('name', ''))
  if (argument === 'variable') return variables.map(item('name', 'environment variable'))
  if (argument === 'file') return files.map(item('value', 'file'))
  if (argument === 'magic or name')
    return [
      ...names.map(item('name', '')),
      ...magics.map(other => ({ text: `%${other.name}`, detail: other.summary, kind: 'magic' as const })),
    ]
  return []
}

const kinds = [
  'const',
  'let',
  'var',
  'function',
  'class',
  'import',
  'model',
  'table',
  'list',
  'object',
  'value',
  'promise',
]

/** What is said of the magic at the offset. */
export function hoverMagic(
  source: string,
  offset: number,
): { readonly start: number; readonly end: number; readonly markdown: string } | undefined {
  for (const { name, kind, start } of readCell(source).magics) {
    const end = start + (kind === 'cell' ? 2 : 1) + name.length
    if (offset < start || offset > end) continue
    const entry = magicEntry(name, kind)
    return { start, end, markdown: entry ? magicHelp(entry) : unknown(name, kind) }
  }
  return undefined
}

function unknown(name: string, kind: 'line' | 'cell'): string {
  const known = magics.filter(({ kinds: all }) => all.includes(kind)).map(entry => entry.name)
  const sign = kind === 'cell' ? '%%' : '%'
  const near = suggest(name, known)
  return `There is no magic ${sign}${name}.${near ? ` Did you mean ${sign}${near}?` : ''}`
}

/** How it is written: `%time [statement]` and `%%time`. */
export function magicForms({
  name,
  kinds: signs,
  usage,
}: Pick<MagicEntry, 'name' | 'kinds' | 'usage'>): string[] {
  return signs.map(
    (kind, i) => `${kind === 'cell' ? '%%' : '%'}${name}${i === 0 && usage ? ` ${usage}` : ''}`,
  )
}

/** Markdown: usage, what it does, options, examples. */
export function magicHelp({
  name,
  kinds: signs,
  usage,
  summary,
  options = {},
  examples,
}: MagicEntry): string {
  const forms = magicForms({ name, kinds: signs, usage })
  const listed = Object.entries(options).map(([option, text]) => `- \`${option}\` ${text}`)
  return [
    `**\`${forms.join('`** or **`')}\`**`,
    '',
    summary,
    ...(listed.length > 0 ? ['', ...listed] : []),
    '',
    '```typescript',
    examples.join('\n\n'),
    '```',
  ].join('\n')
}
