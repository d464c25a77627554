/** Which declaration a command is about: the one it was given, the one at the cursor, the only one, else asked for. */
import * as vscode from 'vscode'
import { type Outline, outline } from '../lsp/requests.ts'
import type { LanguageServer } from '../lsp/server.ts'
import { choose } from '../support/choose.ts'

export type TargetKind = 'model' | 'feature'

export interface Target {
  readonly uri: vscode.Uri
  readonly name: string
  readonly kind: TargetKind
  /** Of its name. */
  readonly position: vscode.Position
}

export interface TargetQuery {
  /** What the command was called with: a lens gives URI and name, a menu a URI and things of its own. */
  readonly given: { readonly uri?: unknown; readonly name?: unknown }
  readonly kinds: readonly TargetKind[]
  readonly placeHolder: string
}

/** Undefined when there is none, or the person chose none; they have been told. */
export async function chooseTarget(
  language: LanguageServer,
  query: TargetQuery,
): Promise<Target | undefined> {
  const { given, kinds } = query
  const file = uriOf(given.uri)
  const editor = vscode.window.activeTextEditor
  const inEditor = editor?.document.languageId === 'slipway' ? editor : undefined
  const uri = file ?? inEditor?.document.uri
  const here = uri ? targetsOf(uri, await outline(language, uri.toString()), kinds) : []
  if (typeof given.name === 'string') return here.find(({ name }) => name === given.name)
  const cursor = inEditor && uri?.toString() === inEditor.document.uri.toString() && inEditor.selection.active
  const atCursor = cursor ? here.find(({ range }) => contains(range, cursor)) : undefined
  if (atCursor) return atCursor
  if (here.length === 1) return here[0]
  return pick(here.length > 0 ? here : await targetsOfWorkspace(language, kinds), query)
}

/** Every model or feature of the open projects. */
export async function targetsOfWorkspace(
  language: LanguageServer,
  kinds: readonly TargetKind[],
): Promise<readonly Target[]> {
  const params = { query: '' }
  const found = (await language.request<readonly WorkspaceSymbol[] | null>('workspace/symbol', params)) ?? []
  return found.flatMap(({ name, kind, location }) => {
    const target = kindOfSymbol[kind]
    if (target === undefined || !kinds.includes(target)) return []
    const { line, character } = location.range.start
    const position = new vscode.Position(line, character)
    return [{ uri: vscode.Uri.parse(location.uri), name, kind: target, position }]
  })
}

/** The protocol's numbers for what the server calls a class and a function. */
const kindOfSymbol: Readonly<Record<number, TargetKind>> = { 5: 'model', 12: 'feature' }

interface WorkspaceSymbol {
  readonly name: string
  readonly kind: number
  readonly location: {
    readonly uri: string
    readonly range: { readonly start: { readonly line: number; readonly character: number } }
  }
}

type Ranged = Target & { readonly range: Outline['range'] }

function targetsOf(
  uri: vscode.Uri,
  symbols: readonly Outline[],
  kinds: readonly TargetKind[],
): readonly Ranged[] {
  return symbols.flatMap(({ name, detail, range, selectionRange }) => {
    const kind = kinds.find(kind => kind === detail)
    if (!kind) return []
    const { line, character } = selectionRange.start
    return [{ uri, name, kind, position: new vscode.Position(line, character), range }]
  })
}

function contains({ start, end }: Outline['range'], { line }: vscode.Position): boolean {
  return start.line <= line && line <= end.line
}

function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given
  return typeof given === 'string' ? vscode.Uri.parse(given) : undefined
}

async function pick(targets: readonly Target[], { kinds, placeHolder }: TargetQuery) {
  if (targets.length <= 1) {
    if (targets.length === 0) {
      const what = kinds.join(' or ')
      void vscode.window.showWarningMessage(`There is no ${what} here: declare one in a .slip file.`)
    }
    return targets[0]
  }
  const models = targets.filter(({ kind }) => kind === 'model')
  const items = [...models, ...targets.filter(target => !models.includes(target))].map(target => ({
    label: target.name,
    description: vscode.workspace.asRelativePath(target.uri),
    iconPath: new vscode.ThemeIcon(target.kind === 'model' ? 'symbol-class' : 'symbol-function'),
    target,
  }))
  return (await choose(items, { placeHolder, matchOnDescription: true }))?.target
}
