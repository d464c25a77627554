/**
 * `const df = df.head()`: in a cell, the `df` that is read before the declaration is done is the one of an earlier
 * cell. TypeScript would take it for the new one, so such a mention gets another name of the same length, which the
 * module imports from the earlier cell. Pure.
 */
import type { CellSyntax, Origins } from './cells.ts'
import { ts } from './typescript.ts'

export interface RedeclaredText {
  /** As long as the cell's code. */
  readonly code: string
  /** alias → the name it stands for */
  readonly aliases: ReadonlyMap<string, string>
}

/** A letter that nobody types; the aliases begin with it. */
const letters = ['ꓸ', 'ꙮ', 'ꓹ', 'ꚙ', 'ꛓ', 'ꛘ', 'ꛝ', 'ꛪ']

const none: ReadonlyMap<string, string> = new Map()

/** The code of a cell in which earlier values have names of their own. */
export function redeclaredText({ code, declared, words }: CellSyntax, origins: Origins): RedeclaredText {
  const variables = declared.filter(({ name, kind }) => isVariable(kind) && origins.has(name))
  const again = new Set(variables.map(({ name }) => name).filter(name => isMentionedTwice(code, name)))
  if (again.size === 0) return { code, aliases: none }
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ESNext, true)
  const aliases = new Map<string, string>()
  const names = new Map<string, string>()
  let text = code
  for (const statement of file.statements) {
    const done = declaresVariables(statement)
    for (const id of earlierMentions(statement, again)) {
      const alias = names.get(id.text) ?? freeAlias(id.text, words, aliases)
      if (alias === undefined) continue
      names.set(id.text, alias)
      aliases.set(alias, id.text)
      const start = id.getStart(file)
      text = text.slice(0, start) + alias + text.slice(start + alias.length)
    }
    for (const name of done) again.delete(name)
    if (again.size === 0) break
  }
  return { code: text, aliases }
}

const isVariable = (kind: string) => kind === 'const' || kind === 'let' || kind === 'var'

function isMentionedTwice(code: string, name: string): boolean {
  const first = code.indexOf(name)
  return code.includes(name, first + name.length)
}

function freeAlias(
  name: string,
  words: ReadonlySet<string>,
  taken: ReadonlyMap<string, string>,
): string | undefined {
  return letters
    .map(letter => letter + name.slice(1))
    .find(alias => alias.length === name.length && !words.has(alias) && !taken.has(alias))
}

/** Names of this list that the statement mentions as values, before it has declared them. */
function earlierMentions(statement: ts.Statement, names: ReadonlySet<string>): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node, hidden: ReadonlySet<string>): void => {
    if (ts.isTypeNode(node) && !ts.isTypeQueryNode(node)) return
    // What runs later sees the new value, unless it belongs to the initializer and is called there and then.
    if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return
    const inner = ts.isFunctionLike(node)
      ? new Set([...hidden, ...node.parameters.flatMap(({ name }) => boundNames(name))])
      : hidden
    if (ts.isIdentifier(node) && names.has(node.text) && !inner.has(node.text) && isValue(node))
      found.push(node)
    ts.forEachChild(node, child => visit(child, inner))
  }
  visit(statement, new Set())
  return found
}

function isValue(id: ts.Identifier): boolean {
  const { parent } = id
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === id
  if (ts.isPropertyAssignment(parent)) return parent.initializer === id
  if (ts.isShorthandPropertyAssignment(parent) || ts.isBindingElement(parent))
    return ts.isBindingElement(parent) && parent.initializer === id
  if (ts.isVariableDeclaration(parent)) return parent.initializer === id
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false
  if (ts.isLabeledStatement(parent) || ts.isParameter(parent) || ts.isMethodDeclaration(parent)) return false
  return true
}

function declaresVariables(statement: ts.Statement): string[] {
  return ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
    : []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)))
}
