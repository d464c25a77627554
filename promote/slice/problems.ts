/** What is wrong with a notebook that is to be sliced: what does not parse, is refused, failed, or is declared nowhere. */
import type { PromoteDiagnostic } from '../errors.ts'
import type { Notebook } from '../notebook.ts'
import type { Found } from './found.ts'
import { external, type Interpreter } from './interpreter.ts'
import { importedSpecifiers } from './kept-modules.ts'
import { reachedModules } from './modules.ts'
import { isReference, type Names } from './names.ts'
import { refusalsIn } from './refuse.ts'
import type { Statement } from './slice.ts'
import { syntaxErrors, type ModuleFile, type NotebookProgram } from './program.ts'
import { ts } from './typescript.ts'

export function parseProblems(notebook: Notebook, program: NotebookProgram): PromoteDiagnostic[] {
  return program.runs.flatMap((run, i) =>
    syntaxErrors(run).map(error => ({
      code: 'PRO011' as const,
      message: `The cell does not parse: ${error.message} Mend it and run it again.`,
      cell: notebook.runs[i]?.cell ?? '',
      span: { start: error.start, end: error.start },
    })),
  )
}

/** Local modules are held to the same rules as cells; the cell that imports them is the one to tell. */
export function moduleProblems(
  statements: readonly Statement[],
  { program, names }: { readonly program: NotebookProgram; readonly names: Names },
): readonly PromoteDiagnostic[] {
  if (program.modules.size === 0) return []
  const told = new Set<ModuleFile>()
  return statements.flatMap(({ node, cell }) =>
    importedSpecifiers(node, names).flatMap(specifier => {
      const module = program.localModule(specifier, node)
      const reached = module ? [...reachedModules({ notebook: program }, module)] : []
      return reached.flatMap(each => {
        if (told.has(each)) return []
        told.add(each)
        return each.file.statements.flatMap(statement =>
          refusalsIn(statement, names).map(({ code, message }) => ({
            code,
            message: `${specifier}: ${message}`,
            cell,
            span: { start: node.getStart(), end: node.end },
          })),
        )
      })
    }),
  )
}

/** Patches of a library's prototypes that only following values finds. */
export function patchedPrototypes(
  { it, patches }: Found,
  statements: readonly Statement[],
): readonly PromoteDiagnostic[] {
  const told = new Set<ts.Node>()
  return patches.flatMap(({ statement, node, name }) => {
    if (told.has(node)) return []
    told.add(node)
    const known = statements[statement]
    const isHere = known && it.notebook.runOf(node) === known.run
    return [
      {
        code: 'PRO014' as const,
        message: `${name} is changed for everybody, which no step can be sure about. Use a function instead.`,
        ...(known ? { cell: known.cell } : {}),
        ...(isHere ? { span: { start: node.getStart(), end: node.end } } : {}),
      },
    ]
  })
}

export function failedCells(
  notebook: Notebook,
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
): PromoteDiagnostic[] {
  const failed = new Set(notebook.cells.filter(cell => cell.failed).map(cell => cell.id))
  const lastRun = new Map(notebook.runs.map((run, i) => [run.cell, i]))
  const needed = statements.filter(
    s => kept.has(s.index) && failed.has(s.cell) && lastRun.get(s.cell) === s.run,
  )
  return [...new Set(needed.map(s => s.cell))].map(cell => ({
    code: 'PRO015' as const,
    message: 'The outputs need this cell, and it failed when it ran last. Mend it and run it again.',
    cell,
  }))
}

export function unknownNames(
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
  { names, it, notebook }: { names: Names; it: Interpreter; notebook: Notebook },
): PromoteDiagnostic[] {
  const globals = it.heap.fieldsOf(external(it, 'js', 'globalThis'))
  return statements.flatMap(({ index, node, cell }) => {
    if (!kept.has(index)) return []
    const unknown = names.remember(node, 'unknown names', () => findUnknown(node, names))
    return unknown
      .filter(({ text }) => !globals.has(text))
      .map(at => ({
        code: 'PRO016',
        message: unknownName(at.text, notebook),
        cell,
        span: { start: at.getStart(), end: at.end },
      }))
  })
}

function findUnknown(statement: ts.Statement, names: Names): readonly ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (isTypeOnly(node)) return
    if (ts.isIdentifier(node) && isUnknown(node, names)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

function unknownName(name: string, { models, magics }: Notebook): string {
  if (models.has(name))
    return `The model ${name} is declared in a cell that did not run, or that has errors. Mend it and run it again.`
  const ran = magics.find(({ text }) => text.startsWith('%run'))
  const hint = ran ? ` What ${ran.text} declares is no part of a pipeline: import it from its file.` : ''
  return `Nothing that ran declares ${name}. Run the cell that does, or add it.${hint}`
}

/** Where names stand for types, or for what another module gives. */
function isTypeOnly(node: ts.Node): boolean {
  return (
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  )
}

function isUnknown(node: ts.Identifier, names: Names): boolean {
  const { parent } = node
  const isAsked = ts.isTypeOfExpression(parent) || ts.isMetaProperty(parent)
  if (isAsked || !isReference(node) || node.text === 'undefined' || node.text === 'arguments') return false
  return names.of(node).kind === 'unknown' && !(node.text in globalThis) && node.text !== 'require'
}

export function nothingToPromote(): PromoteDiagnostic {
  return {
    code: 'PRO017',
    message:
      'Expected something to promote (a trained model, a written file, a value shown last), found none. ' +
      'Run the notebook, or mark a cell as output.',
  }
}
