/** The documentation of one suggestion, made when the editor shows it. */
import type { CompletionItem } from 'vscode-languageserver/node'
import type { FileContext } from '../../core/context.ts'
import { type Abilities, usualAbilities } from '../abilities.ts'
import { describeSymbol, isDescribable } from '../describe/symbol.ts'
import { withoutMarkup } from '../hover.ts'
import { type ItemData, markdown } from './items.ts'

/** The document that an item was suggested for. */
export function uriOfItem({ data }: CompletionItem): string | undefined {
  return isItemData(data) ? data.uri : undefined
}

/** The item with all that is known of what it stands for: type, documentation, statistics. */
export function resolveCompletion(
  file: FileContext,
  item: CompletionItem,
  abilities: Abilities = usualAbilities,
): CompletionItem {
  const { data } = item
  if (!isItemData(data) || !isDescribable(data.kind)) return item
  const { kind, name, container, path } = data
  const text = describeSymbol(
    file,
    { kind, name, ...(container !== undefined && { container }), ...(path !== undefined && { path }) },
    { images: abilities.images },
  )
  if (text === undefined) return item
  return { ...item, documentation: abilities.markdown ? markdown(text) : withoutMarkup(text) }
}

function isItemData(data: unknown): data is ItemData {
  return typeof data === 'object' && data !== null && 'uri' in data && 'kind' in data && 'name' in data
}
