/**
 * A person's session with a notebook, acted out in the real kernel: cells are run, edited, deleted and run again as
 * the script says. What is left is the notebook's file as its client writes it, what the kernel wrote beside it, and
 * what the live session held.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Action, CaseCell, NotebookCase } from './format.ts'
import { startEditorKernel, startJupyterKernel, type Execution, type PersonsKernel } from './kernel.ts'
import type { Portrait } from './portray.ts'

export interface LiveSession {
  /** The notebook's file, absolute. */
  readonly notebook: string
  /** Output name -> what the live session held of it. */
  readonly live: Readonly<Record<string, Portrait>>
  /** Path -> SHA-256 of what the notebook wrote. */
  readonly files: Readonly<Record<string, string>>
}

interface State {
  readonly cells: { readonly cell: CaseCell; version: number; ran?: Execution }[]
  log: { readonly cell: string; readonly source: string }[]
}

/** @throws Error when a cell fails that should not, with the cell's error */
export async function actOut(given: NotebookCase, root: string): Promise<LiveSession> {
  const folder = join(root, given.folder)
  mkdirSync(folder, { recursive: true })
  const notebook = join(folder, `${given.name}.ipynb`)
  const state: State = { cells: given.cells.map(cell => ({ cell, version: 1 })), log: [] }
  // The kernel looks for the file that its client names.
  writeNotebook(notebook, given, state)
  const start = given.client === 'jupyter' ? startJupyterKernel : startEditorKernel
  const kernel = await start({ folder, notebook, env: given.env })
  const watch = createWatch(root, kernel)
  try {
    for (const action of given.session) await act(action, { given, state, kernel, watch })
    await watch.look(given.live)
  } finally {
    await kernel.end()
  }
  writeNotebook(notebook, given, state)
  const files = Object.fromEntries(given.files.map(path => [path, digest(join(root, path))]))
  return { notebook, live: watch.seen, files }
}

export function digest(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'not there'
}

interface Stage {
  readonly given: NotebookCase
  readonly state: State
  readonly kernel: PersonsKernel
  readonly watch: ReturnType<typeof createWatch>
}

async function act(action: Action, { given, state, kernel, watch }: Stage): Promise<void> {
  if (action.do === 'restart') {
    await kernel.restart()
    state.log = []
    return
  }
  const at = state.cells.findIndex(({ cell }) => cell.id === action.cell)
  const found = state.cells[at]
  if (!found) throw new Error(`${given.name}: the cell ${action.cell} was deleted.`)
  if (action.do === 'edit') found.version = action.version
  else if (action.do === 'delete') state.cells.splice(at, 1)
  else {
    const source = textOf(found)
    state.log.push({ cell: action.cell, source })
    found.ran = await kernel.execute(source, { cell: action.cell })
    if (found.ran.status !== 'ok' && !action.mayFail)
      throw new Error(`${given.name}: the cell ${action.cell} failed.\n${found.ran.error}`)
    const { output, value } = found.cell
    if (output !== undefined && found.ran.status === 'ok')
      await watch.look({ [output]: value ?? lastValue(source) })
  }
}

function textOf({ cell, version }: State['cells'][number]): string {
  return cell.texts.get(version) ?? ''
}

/**
 * The value of a cell's last statement, as an expression that can be evaluated right after it.
 * @throws Error when the cell ends in no value
 */
export function lastValue(source: string): string {
  const { statements } = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true)
  const last = statements.at(-1)
  if (last && ts.isExpressionStatement(last)) return assigned(last.expression) ?? last.expression.getText()
  const name = last && ts.isVariableStatement(last) ? lastName(last) : undefined
  if (name === undefined) throw new Error(`The cell ends in no value:\n${source}`)
  return name
}

function assigned(node: ts.Expression): string | undefined {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? node.left.getText()
    : undefined
}

function lastName({ declarationList }: ts.VariableStatement): string | undefined {
  const name = declarationList.declarations.at(-1)?.name
  if (!name || ts.isIdentifier(name)) return name?.text
  const element = name.elements.at(-1)
  return element && ts.isBindingElement(element) ? element.name.getText() : undefined
}

/** Looks at values of the live session without leaving a trace in its record. */
function createWatch(root: string, kernel: PersonsKernel) {
  const file = join(root, '.portraits.json')
  const portray = join(import.meta.dirname, 'portray.ts')
  const seen: Record<string, Portrait> = {}
  return {
    seen: seen as Readonly<Record<string, Portrait>>,
    async look(values: Readonly<Record<string, string>>): Promise<void> {
      const listed = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: (${value})`)
      if (listed.length === 0) return
      const source = `await (await import(${JSON.stringify(portray)})).writePortraits(${JSON.stringify(file)}, { ${listed.join(', ')} })`
      const { status, error } = await kernel.execute(source, { isSilent: true })
      if (status !== 'ok') throw new Error(`Looking at ${listed.join(', ')} failed.\n${error}`)
      Object.assign(seen, JSON.parse(readFileSync(file, 'utf8')))
    },
  }
}

/** As VS Code's serializer and its Slipway extension write it. */
function writeNotebook(file: string, { client }: NotebookCase, { cells, log }: State): void {
  const lines = (text: string) => text.split(/(?<=\n)/)
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
      language_info: { name: 'slipway-typescript', file_extension: '.ts', mimetype: 'text/typescript' },
      ...(client === 'slipway' && log.length > 0 ? { slipway: { log } } : {}),
    },
    cells: cells.map(found => {
      const { cell, ran } = found
      const mark = cell.output === undefined ? {} : { slipway: { output: cell.output } }
      const common = { id: cell.id, metadata: mark, source: lines(textOf(found)) }
      if (cell.kind === 'markdown') return { cell_type: 'markdown', ...common }
      return {
        cell_type: 'code',
        ...common,
        execution_count: ran?.executionCount ?? null,
        outputs: ran?.outputs ?? [],
      }
    }),
  }
  writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`)
}
