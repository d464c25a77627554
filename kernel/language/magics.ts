/** Magics in what the language service answers: what there is to say of them language/notebook/assist.ts knows. */
import { completeMagic, hoverMagic } from '../../language/notebook/assist.ts'
import type { LanguageContext } from './context.ts'
import { fromCodePoints } from './positions.ts'
import type { Hover, Place } from './protocol.ts'
import { ts } from './typescript.ts'

export interface MagicMatches {
  readonly start: number
  readonly end: number
  readonly matches: readonly { readonly name: string; readonly kind: string; readonly detail: string }[]
}

const maxFiles = 200

/** What may stand at a place on the line of a magic; undefined where TypeScript is written. */
export function magicCompletion(
  { folder, modules }: LanguageContext,
  place: Place,
): MagicMatches | undefined {
  const { source } = place
  if (!source.includes('%')) return undefined
  const offset = fromCodePoints(source, place.cursor)
  const world = { names: modules.names(), variables: Object.keys(process.env), files: filesOf(folder) }
  const found = completeMagic(source, offset, world)
  return (
    found && {
      start: found.start,
      end: found.end,
      matches: found.items.map(({ text, detail, kind }) => ({ name: text, kind: kindOf(kind), detail })),
    }
  )
}

const kindOf = (kind: string) =>
  kind === 'magic' || kind === 'option' ? 'keyword' : kind === 'name' ? 'var' : 'script'

function filesOf(folder: string): string[] {
  try {
    return ts.sys
      .readDirectory(folder, undefined, ['**/node_modules'], ['*'])
      .slice(0, maxFiles)
      .map(baseName)
  } catch {
    return [] // A folder that cannot be read offers nothing.
  }
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** What the magic at a place does. */
export function magicHover({ source, cursor }: Place): Hover | undefined {
  if (!source.includes('%')) return undefined
  const found = hoverMagic(source, fromCodePoints(source, cursor))
  if (!found) return undefined
  const { start, end, markdown } = found
  return {
    plain: markdown
      .replace(/^```.*\n?/gm, '')
      .replace(/[*`]/g, '')
      .trim(),
    markdown,
    span: { start, end },
  }
}
