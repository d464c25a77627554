/**
 * The cells of a notebook that are in the model language: each is checked with the project and the cells that ran
 * before it, and its models can be trained. A cell that runs again, and a name that is declared again, take the
 * place of what was there before.
 */
import { declarationsOf, parse, type Diagnostic, type Plan } from '../../language/index.ts'
import { runModelCell } from '../../language/notebook/model-cells.ts'
import { currentContext } from '../context.ts'
import { loadProject, type CellText, type Project, type ProjectProblem } from '../project.ts'
import { Model } from './model.ts'

export interface ModelCell {
  /** By which it is known when it runs again. */
  readonly key: string
  /** How it is called in messages: `Cell[3]`. */
  readonly path: string
  /** As long as the cell, its first line blank. */
  readonly text: string
}

export interface CheckedCell {
  /** Of the cell, and of what its models need elsewhere; by place. */
  readonly diagnostics: readonly Diagnostic[]
  /** Data and catalogs that could not be read. */
  readonly problems: readonly ProjectProblem[]
  /** The text of a path that a diagnostic names. */
  text(path: string): string | undefined
  /** Whether something keeps the cell from being used: then the cells below see nothing of it. */
  readonly failed: boolean
  readonly models: readonly { readonly model: Model; readonly name: string; readonly plan: Plan }[]
  /** What else it declares. */
  readonly declared: readonly { readonly kind: 'source' | 'entity' | 'feature'; readonly name: string }[]
}

export interface CellModels {
  check(cell: ModelCell): Promise<CheckedCell>
  /** Forgets all cells. */
  clear(): void
}

export function createCellModels(): CellModels {
  let cells: readonly ModelCell[] = []

  async function check(cell: ModelCell): Promise<CheckedCell> {
    const all = runModelCell(cells, cell)
    const texts = all.map(({ path, text }, i) => ({
      path,
      text,
      above: all.slice(0, i).map(above => above.path),
    }))
    const { root, catalogFeatures } = currentContext()
    const project = await loadProject(root, { catalogFeatures, cells: texts })
    const checked = judge(project, cell, texts)
    if (!checked.failed) cells = all
    return checked
  }

  return {
    check,
    clear() {
      cells = []
    },
  }
}

function judge(project: Project, { path }: ModelCell, cells: readonly CellText[]): CheckedCell {
  const { workspace, problems } = project
  const own = workspace.diagnostics(path)
  const declared = workspace.models().filter(model => model.path === path)
  const planned = declared.map(({ name }) => ({ name, ...workspace.plan(name) }))
  const elsewhere = planned.flatMap(({ diagnostics }) => diagnostics).filter(found => found.path !== path)
  const diagnostics = [...own, ...new Set(elsewhere)]
  const models = planned.flatMap(({ name, plan }) =>
    plan ? [{ name, plan, model: new Model(name, cells) }] : [],
  )
  const hasError = own.some(({ severity }) => severity === 'error')
  return {
    diagnostics,
    problems,
    text: name => workspace.text(name),
    failed: hasError || models.length < declared.length,
    models,
    declared: declarationsOf(parse(workspace.text(path) ?? '')).flatMap(({ kind, name }) =>
      kind === 'model' || !name ? [] : [{ kind, name: name.text }],
    ),
  }
}
