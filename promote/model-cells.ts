/**
 * Cells in the model language. A run of one is, to whoever slices, the code that takes its models from files
 * (`const late = model('cells/late.slip')`), and these files hold what the cell said then: a file per model, which
 * imports what stands in the cells above it. Pure.
 */
import { declarationsOf, importsOf, mentionsOf, parse, writeName, type ast } from '../language/index.ts'
import { readCell } from '../language/notebook/cell.ts'
import {
  isVariableName,
  modelCollection,
  runModelCell,
  withoutDeclarations,
  type ModelCellText,
} from '../language/notebook/model-cells.ts'
import type { CellRun, Notebook } from './notebook.ts'
import { notebookGlobals } from './slice/notebook-globals.ts'
import { declaredNames } from './slice/declared.ts'
import { ts } from './slice/typescript.ts'
import { sha256 } from './version.ts'

/** A piece of a cell's text, half-open, in UTF-16 offsets. */
export interface Piece {
  readonly start: number
  readonly end: number
}

/** A `.slip` file that a pipeline has of a cell. */
export interface CellFile {
  /** Of this very content: `cells/late-1f2e3d4c.slip`. What it is called in a pipeline is told by `nameCellFiles`. */
  readonly path: string
  /** Without folder and extension. */
  readonly base: string
  readonly cell: string
  /** The cell's text as it ran, without its first line and what is not of this file; of the same length. */
  readonly text: string
  /** What of the text is in the file. */
  readonly pieces: readonly Piece[]
  readonly imports: readonly FileImport[]
}

interface FileImport {
  /** `name`, or `name as alias`, as the language writes it. */
  readonly names: readonly string[]
  /** Another cell's file, or the path of a file of the project. */
  readonly from: CellFile | string
}

/** A model of a run of a cell in the model language. */
export interface CellModel {
  readonly name: string
  readonly file: CellFile
  /** Where it is declared in the cell. */
  readonly span: Piece
}

interface RanCell extends ModelCellText {
  readonly cell: string
  /** The cells that it saw. */
  readonly above: readonly RanCell[]
}

/** The notebook with code for the runs of cells in the model language. */
export function withModelCells(notebook: Notebook): Notebook {
  if (notebook.runs.every(run => run.text === undefined)) return notebook
  const folder = folderOf(notebook)
  const modelsOf = modelsByRun(notebook.runs, folder)
  const taken = [...modelsOf.values()].flat().map(({ name }) => name)
  const local = importedAs(notebook, taken)
  let hasCollection = false
  const runs = notebook.runs.map((run, i): CellRun => {
    const models = modelsOf.get(i)
    if (!models || models.length === 0) return run
    const named = models.map(model => ({ ...model, isVariable: isVariable(model.name) }))
    const isFirst = !hasCollection && named.some(model => !model.isVariable)
    hasCollection ||= isFirst
    return { ...run, models, source: codeOfModels(named, { local, isFirst }) }
  })
  return { ...notebook, runs }
}

/** Of a folder that the notebook names itself the files could not be told from its own. */
function folderOf({ runs }: Notebook): string {
  const isTaken = (folder: string) => runs.some(({ source, text = source }) => text.includes(`${folder}/`))
  return ['cells', 'notebook-cells'].find(folder => !isTaken(folder)) ?? 'models-of-cells'
}

function modelsByRun(runs: readonly CellRun[], folder: string): ReadonlyMap<number, readonly CellModel[]> {
  const found = new Map<number, readonly CellModel[]>()
  let cells: readonly RanCell[] = []
  for (const [i, { cell, text, failed }] of runs.entries()) {
    // A cell with errors is not seen by the others, as if it had never run.
    if (text === undefined || failed) continue
    const { code } = readCell(text)
    cells = withAbove(runModelCell(cells, { key: cell, cell, text: code, above: [] }))
    const ran = cells.at(-1) as RanCell
    const models = declarationsOf(parse(code)).filter(({ kind, name }) => kind === 'model' && name)
    found.set(
      i,
      models.flatMap(({ name, node }) =>
        name
          ? [
              {
                name: name.text,
                file: fileOf(ran, { folder, model: name.text }),
                span: { start: node.start, end: node.end },
              },
            ]
          : [],
      ),
    )
  }
  return found
}

function withAbove(cells: readonly RanCell[]): readonly RanCell[] {
  const all: RanCell[] = []
  for (const cell of cells) all.push({ ...cell, above: [...all] })
  return all
}

interface FileRequest {
  readonly folder: string
  /** Left in of all models; none for who only imports from the cell. */
  readonly model?: string
}

function fileOf(cell: RanCell, { folder, model }: FileRequest): CellFile {
  const text = withoutDeclarations(cell.text, ({ kind, name }) => kind === 'model' && name !== model)
  const imports = importsFor(cell, text, folder)
  const first = declarationsOf(parse(text)).find(({ name }) => name)?.name?.text
  const base = (model ?? first ?? 'declarations').replace(/[^\p{L}\p{N}_-]+/gu, '-')
  const file = { base, cell: cell.cell, text, pieces: piecesOf(text, cell.text), imports }
  const digest = sha256(printCellFile({ ...file, path: '' }, other => other.path)).slice(0, 8)
  return { ...file, path: `${folder}/${base}-${digest}.slip` }
}

/** What the text takes of the cells above, the nearest first: as they declare it, or as they import it. */
function importsFor(cell: RanCell, text: string, folder: string): readonly FileImport[] {
  const tree = parse(text)
  const declarations = declarationsOf(tree)
  const known = new Set([
    ...declarations.flatMap(({ kind, name }) => (kind !== 'model' && name ? [name.text] : [])),
    ...importsOf(tree).flatMap(({ names }) => names.map(localName)),
  ])
  const found = new Map<string, FileImport>()
  for (const name of new Set(declarations.flatMap(mentionsOf))) {
    if (known.has(name)) continue
    const taken = takenFrom(cell.above, name, folder)
    if (!taken) continue
    const key = typeof taken.from === 'string' ? taken.from : taken.from.path
    found.set(key, { ...taken, names: [...(found.get(key)?.names ?? []), ...taken.names] })
  }
  return [...found.values()]
}

function takenFrom(above: readonly RanCell[], name: string, folder: string): FileImport | undefined {
  for (const cell of above.toReversed()) {
    const tree = parse(cell.text)
    const isDeclared = declarationsOf(tree).some(each => each.kind !== 'model' && each.name?.text === name)
    if (isDeclared) return { names: [writeName(name)], from: fileOf(cell, { folder }) }
    for (const { names, from } of importsOf(tree)) {
      const imported = names.find(each => localName(each) === name)
      if (imported && from) return { names: [writeImported(imported)], from: from.value }
    }
  }
  return undefined
}

function localName({ name, alias }: ast.ImportedName): string {
  return (alias ?? name).text
}

function writeImported({ name, alias }: ast.ImportedName): string {
  return alias ? `${writeName(name.text)} as ${writeName(alias.text)}` : writeName(name.text)
}

/** The lines that are left of a cell; comments right above what was taken out go along with it. */
function piecesOf(text: string, before: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let open: { start: number; end: number; comments: number } | undefined
  const close = (end: number) => {
    if (open && open.start < end) pieces.push({ start: open.start, end })
    open = undefined
  }
  for (const line of text.split('\n')) {
    const own = line.trim() !== ''
    const wasTaken = !own && before.slice(at, at + line.length).trim() !== ''
    if (wasTaken) close(open?.comments ?? 0)
    else if (own) {
      const end = at + line.trimEnd().length
      const isComment = /^\s*\/\//.test(line)
      // Behind what comments may be about something that is taken out.
      const comments = isComment ? (open?.comments ?? at) : end
      open = { start: open?.start ?? at, end, comments }
    } else if (open) open = { ...open, comments: open.end }
    at += line.length + 1
  }
  close(open?.end ?? 0)
  return pieces
}

/** @param nameOf the path by which another cell's file is imported */
export function printCellFile(
  { text, pieces, imports }: CellFile,
  nameOf: (file: CellFile) => string,
): string {
  return `${headOf(imports, nameOf)}${pieces.map(({ start, end }) => text.slice(start, end)).join('\n\n')}\n`
}

function headOf(imports: CellFile['imports'], nameOf: (file: CellFile) => string): string {
  const lines = imports.map(({ names, from }) => {
    const path = typeof from === 'string' ? from : nameOf(from)
    return `import { ${names.join(', ')} } from "${path.replace(/["\\]/g, '\\$&')}"\n`
  })
  return lines.length > 0 ? `${lines.join('')}\n` : ''
}

/** Where the pieces of a file are in it, and where in the cell. */
export function placesInFile(
  { pieces, imports }: CellFile,
  nameOf: (file: CellFile) => string,
): readonly { readonly span: Piece; readonly source: Piece }[] {
  let at = headOf(imports, nameOf).length
  return pieces.map(source => {
    const span = { start: at, end: at + source.end - source.start }
    at = span.end + 2
    return { span, source }
  })
}

/** Files that are wanted, with those that they import, by what they are called in the pipeline. */
export function nameCellFiles(wanted: readonly CellFile[]): ReadonlyMap<string, CellFile> {
  const all = new Map<string, CellFile>()
  const add = (file: CellFile): void => {
    for (const { from } of file.imports) if (typeof from !== 'string') add(from)
    all.set(file.path, file)
  }
  wanted.forEach(add)
  const named = new Map<string, CellFile>()
  const taken = new Set<string>()
  for (const file of all.values()) {
    const plain = `${file.path.slice(0, file.path.lastIndexOf('/'))}/${file.base}`
    // Some file systems do not tell small letters from capitals.
    const isTaken = (name: string) => taken.has(name.toLowerCase())
    let name = plain
    for (let n = 2; isTaken(name); n++) name = `${plain}-${n}`
    taken.add(name.toLowerCase())
    named.set(`${name}.slip`, file)
  }
  return named
}

/** A name of Node's, or of what notebooks have, is not given to a model. */
function isVariable(name: string): boolean {
  return isVariableName(name) && !(name in globalThis) && !notebookGlobals.includes(name)
}

interface NamedModel extends CellModel {
  readonly isVariable: boolean
}

function codeOfModels(
  models: readonly NamedModel[],
  { local, isFirst }: { readonly local: string; readonly isFirst: boolean },
): string {
  const importing = local === 'model' ? 'model' : `model as ${local}`
  const collection = isFirst
    ? `const ${modelCollection}: Record<string, ReturnType<typeof ${local}>> = {}\n`
    : ''
  const lines = models.map(({ name, file, isVariable }) => {
    const value = `${local}('${file.path}')`
    return isVariable ? `const ${name} = ${value}` : `${modelCollection}[${JSON.stringify(name)}] = ${value}`
  })
  return `import { ${importing} } from 'slipway'\n${collection}${lines.join('\n')}`
}

/** `model`, or another name where the notebook has something else of this one. */
function importedAs({ runs }: Notebook, models: readonly string[]): string {
  const isTaken = (name: string) => models.includes(name) || runs.some(run => declaresOther(run.source, name))
  const candidates = ['model', 'slipwayModel', 'modelOfSlipway']
  return candidates.find(name => !isTaken(name)) ?? `model${sha256(models.join()).slice(0, 8)}`
}

function declaresOther(source: string, name: string): boolean {
  if (!source.includes(name)) return false
  const file = ts.createSourceFile('run.ts', source, ts.ScriptTarget.ES2024, true)
  return file.statements.some(
    statement => declaredNames(statement).includes(name) && !importsModel(statement, name),
  )
}

function importsModel(statement: ts.Statement, name: string): boolean {
  if (
    !ts.isImportDeclaration(statement) ||
    (statement.moduleSpecifier as ts.StringLiteral).text !== 'slipway'
  )
    return false
  const bindings = statement.importClause?.namedBindings
  return (
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.some(
      element => element.name.text === name && (element.propertyName ?? element.name).text === 'model',
    )
  )
}
