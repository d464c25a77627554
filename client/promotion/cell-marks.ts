/** What is shown of dependencies at the cells: a lens above, and below whether the result is stale. */
import * as vscode from 'vscode'
import type { CellDependencies, CellLink } from '../../promote/index.ts'
import { DisposableStore } from '../support/disposables.ts'
import type { Dependencies } from './dependencies.ts'
import { cellById, promotionId } from './notebook-text.ts'
import { cellsText, linkText, needsText, reasonText, stateText, type NameCell } from './words.ts'

const notebookType = 'jupyter-notebook'

/** How messages name a cell: as VS Code counts them in its own lists. */
export function namesCells(notebook: vscode.NotebookDocument): NameCell {
  return id => {
    const cell = cellById(notebook, id)
    return cell ? `Cell ${cell.index + 1}` : 'a deleted cell'
  }
}

/** Which cell a command is about; lenses and status items send it. */
export interface CellPlace {
  readonly notebook: string
  readonly cell: string
}

export function placeOf(cell: vscode.NotebookCell): CellPlace {
  return { notebook: cell.notebook.uri.toString(), cell: promotionId(cell) }
}

/** The name under which the notebook's own metadata marks a cell as output. */
export function outputMark(cell: vscode.NotebookCell): string | undefined {
  const { metadata } = cell.metadata as { metadata?: { slipway?: { output?: unknown } } }
  const output = metadata?.slipway?.output
  return typeof output === 'string' && output !== '' ? output : undefined
}

/** Registers lenses and status items. */
export function registerCellMarks(dependencies: Dependencies): vscode.Disposable {
  const owned = new DisposableStore()
  const lenses = owned.add(new Lenses(dependencies))
  const statuses = owned.add(new Statuses(dependencies))
  const selector = ['slipway-typescript', 'typescript'].map(language => ({ language, notebookType }))
  owned.add(vscode.languages.registerCodeLensProvider(selector, lenses))
  owned.add(vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, statuses))
  return owned
}

function isWanted(cell: vscode.NotebookCell): boolean {
  return vscode.workspace.getConfiguration('slipway', cell.notebook.uri).get('notebook.dependencies', true)
}

class Lenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #dependencies: Dependencies
  readonly #owned = new DisposableStore()
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>())
  readonly onDidChangeCodeLenses = this.#changed.event

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#owned.add(dependencies.onDidChange(() => this.#changed.fire()))
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration(
        event => event.affectsConfiguration('slipway.notebook.dependencies') && this.#changed.fire(),
      ),
    )
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const cell = vscode.workspace.notebookDocuments
      .filter(({ uri }) => uri.path === document.uri.path)
      .flatMap(notebook => notebook.getCells())
      .find(each => each.document === document)
    const known = cell && this.#dependencies.of(cell)
    if (!cell || !known || !isWanted(cell)) return []
    const top = new vscode.Range(0, 0, 0, 0)
    return lensCommands(cell, known).map(command => new vscode.CodeLens(top, command))
  }

  dispose(): void {
    this.#owned.dispose()
  }
}

function lensCommands(cell: vscode.NotebookCell, known: CellDependencies): vscode.Command[] {
  const { needs, neededBy, result } = known
  const nameCell = namesCells(cell.notebook)
  const place = placeOf(cell)
  const commands: vscode.Command[] = []
  if (needs.length > 0)
    commands.push({
      command: 'slipway.showNeeds',
      title: `$(arrow-up)\u2002needs ${needsText(needs, nameCell)}`,
      tooltip: needs.map(link => linkText(link, nameCell)).join('\n'),
      arguments: [place],
    })
  if (neededBy.length > 0)
    commands.push({
      command: 'slipway.showNeededBy',
      title: `$(arrow-down)\u2002needed by ${cellsText(neededBy, nameCell)}`,
      tooltip: 'What uses what this cell gives',
      arguments: [place],
    })
  const isEnd = neededBy.length === 0 && result !== undefined
  if (vscode.workspace.isTrusted && (isEnd || outputMark(cell) !== undefined))
    commands.push({
      command: 'slipway.promoteCell',
      title: '$(rocket)\u2002Promote',
      tooltip: 'Make a pipeline that gives what this cell gives',
      arguments: [place],
    })
  return commands
}

class Statuses implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #dependencies: Dependencies
  readonly #owned = new DisposableStore()
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>())
  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#owned.add(dependencies.onDidChange(() => this.#changed.fire()))
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    if (cell.kind !== vscode.NotebookCellKind.Code) return []
    const known = this.#dependencies.of(cell)
    const items = [markItem(cell), known && isWanted(cell) ? stateItem(cell, known) : undefined]
    return items.filter(item => item !== undefined)
  }

  dispose(): void {
    this.#owned.dispose()
  }
}

function stateItem(
  cell: vscode.NotebookCell,
  known: CellDependencies,
): vscode.NotebookCellStatusBarItem | undefined {
  const text = stateText(known)
  if (text === undefined) return undefined
  const { Left } = vscode.NotebookCellStatusBarAlignment
  const item = new vscode.NotebookCellStatusBarItem(`$(history) ${text}`, Left)
  const nameCell = namesCells(cell.notebook)
  const reasons = known.reasons.map(reason => reasonText(reason, nameCell))
  const advice = vscode.workspace.isTrusted ? ['Click to run this cell, and first what it needs.'] : []
  item.tooltip = [...reasons, ...advice].join('\n')
  item.priority = 10
  if (vscode.workspace.isTrusted)
    item.command = { command: 'slipway.runNeeded', title: text, arguments: [placeOf(cell)] }
  return item
}

function markItem(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem | undefined {
  const mark = outputMark(cell)
  if (mark === undefined) return undefined
  const { Left } = vscode.NotebookCellStatusBarAlignment
  const item = new vscode.NotebookCellStatusBarItem(`$(rocket) Output ${mark}`, Left)
  item.tooltip = `Promotion gives what this cell ends in as ${mark}. Click to change the mark.`
  item.command = { command: 'slipway.markOutput', title: 'Mark as Output', arguments: [placeOf(cell)] }
  return item
}

/** Cells on which the result of one rests that do not say what they would, in the order to run them; itself last. */
export function cellsToRun(
  cell: vscode.NotebookCell,
  dependencies: Pick<Dependencies, 'of'>,
): readonly vscode.NotebookCell[] {
  const found = new Set<vscode.NotebookCell>([cell])
  const visit = (links: readonly CellLink[]): void => {
    for (const link of links) {
      const needed = cellById(cell.notebook, link.cell)
      const known = needed && dependencies.of(needed)
      if (!needed || !known || found.has(needed) || known.state === 'current' || known.state === 'unknown')
        continue
      found.add(needed)
      visit(known.needs)
    }
  }
  visit(dependencies.of(cell)?.needs ?? [])
  return [...found].sort((a, b) => a.index - b.index)
}
