/** How people are told which cell is meant: ids stand in no client, so it is the place and the first line. */
import { idOf, sourceOf, type NotebookFile } from '../run-notebook.ts'

const longestLine = 40

/** Of a cell that is not in the document any more, its id. */
export function cellNames(notebook: Pick<NotebookFile, 'cells'>): (id: string) => string {
  const names = new Map<string, string>()
  for (const [i, cell] of notebook.cells.entries()) {
    const id = idOf(cell, i)
    const line = firstLine(sourceOf(cell))
    if (!names.has(id)) names.set(id, line === '' ? `${i + 1}` : `${i + 1}: ${line}`)
  }
  return id => names.get(id) ?? id
}

function firstLine(source: string): string {
  const lines = source.split('\n').map(line => line.trim())
  const line =
    lines.find(text => text !== '' && !text.startsWith('//')) ?? lines.find(text => text !== '') ?? ''
  return line.length <= longestLine ? line : `${line.slice(0, longestLine - 1).trimEnd()}…`
}
