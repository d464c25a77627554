/** What is said of a cell's dependencies: short above the cell and below it, in full where the pointer rests. */
import type { CellDependencies, CellLink, StaleReason } from '../../promote/index.ts'

/** How many names or cells a short text gives. */
const few = 3

/** The words for a cell, e.g. `Cell 4`, or that it was deleted. */
export type NameCell = (id: string) => string

/** Above a cell: `flights, limit (Cell 2, Cell 3)`; names that the cell takes, and where from. */
export function needsText(needs: readonly CellLink[], nameCell: NameCell): string {
  const names = [...new Set(needs.flatMap(link => link.names))]
  const from = cellsText(needs, nameCell)
  return names.length > 0 ? `${fewOf(names)} (${from})` : from
}

/** `Cell 5, Cell 7 and 2 more`. */
export function cellsText(links: readonly CellLink[], nameCell: NameCell): string {
  return fewOf(links.map(({ cell }) => nameCell(cell)))
}

function fewOf(items: readonly string[]): string {
  if (items.length <= few + 1) return items.join(', ')
  return `${items.slice(0, few).join(', ')} and ${items.length - few} more`
}

/** One link in a list: `flights from Cell 2`. */
export function linkText({ names, cell }: CellLink, nameCell: NameCell): string {
  return names.length > 0
    ? `${names.join(', ')} from ${nameCell(cell)}`
    : `what ${nameCell(cell)} leaves outside`
}

/** A sentence. */
export function reasonText({ kind, cell, names }: StaleReason, nameCell: NameCell): string {
  const which = nameCell(cell)
  const sentences: { readonly [Kind in StaleReason['kind']]: string } = {
    edited: `${which} was edited since.`,
    'ran-again': `${which} ran again since.`,
    stale: `${which}, which it needs, is stale itself.`,
    deleted: 'It uses what a cell gave that was deleted since.',
    redefined: `${which} has declared ${(names ?? []).join(', ')} anew since.`,
  }
  return sentences[kind]
}

/** Below a cell. Undefined when there is nothing to say. */
export function stateText({ state }: CellDependencies): string | undefined {
  const texts: Readonly<Record<CellDependencies['state'], string | undefined>> = {
    stale: 'Stale',
    edited: 'Edited since it ran',
    new: undefined,
    unknown: undefined,
    current: undefined,
  }
  return texts[state]
}
