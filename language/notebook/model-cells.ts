/**
 * The cells of a notebook that are in the model language, as they stand beside each other: which texts a cell sees
 * when it runs, and by which names its models are reached. One meaning for the kernel and for promotion. Pure.
 */
import { declarationsOf } from '../syntax/lower.ts'
import { parse } from '../syntax/parser.ts'

export interface ModelCellText {
  /** By which the cell is known when it runs again. */
  readonly key: string
  /** Its first line blank; what was declared again since is blank too, so that places stay. */
  readonly text: string
}

/**
 * The cells after one has run: it takes the place of what it was before, and of features and models that it declares
 * anew. It comes last; the cells before it are those that it sees.
 */
export function runModelCell<Cell extends ModelCellText>(
  cells: readonly Cell[],
  cell: Cell,
): readonly Cell[] {
  const others = cells.filter(({ key }) => key !== cell.key)
  return [...others.map(other => withoutRedeclared(other, cell.text)), cell]
}

/** Features and models have one name in a project: those that are declared anew are blank in the older cell. */
function withoutRedeclared<Cell extends ModelCellText>(cell: Cell, newer: string): Cell {
  const anew = new Set(uniqueDeclarations(newer).map(({ kind, name }) => `${kind} ${name?.text ?? ''}`))
  const text = withoutDeclarations(cell.text, ({ kind, name }) => anew.has(`${kind} ${name}`))
  return text === cell.text ? cell : { ...cell, text }
}

function uniqueDeclarations(text: string) {
  return declarationsOf(parse(text)).filter(({ kind }) => kind === 'feature' || kind === 'model')
}

/** The text with the features and models that are unwanted made blank, as long as before. */
export function withoutDeclarations(
  text: string,
  isUnwanted: (declaration: { readonly kind: 'feature' | 'model'; readonly name: string }) => boolean,
): string {
  let left = text
  for (const { kind, name, node } of uniqueDeclarations(text)) {
    if (!name || (kind !== 'feature' && kind !== 'model') || !isUnwanted({ kind, name: name.text })) continue
    left =
      left.slice(0, node.start) +
      left.slice(node.start, node.end).replace(/[^\r\n]/g, ' ') +
      left.slice(node.end)
  }
  return left
}

/** Models whose names no cell can say are reached through a value of this name: `models["on time"]`. */
export const modelCollection = 'models'

/** Whether a model's name can be that of a variable, as far as its text says. */
export function isVariableName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !reserved.has(name)
}

const reserved = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield arguments eval undefined models'
  ).split(' '),
)
