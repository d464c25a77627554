/**
 * Modules of the project's own that cells import go along as copies at `steps/modules/<path in the project>`, with the
 * modules that these import. So relative imports between them hold; what a tsconfig.json resolves is made relative.
 */
import { posix } from 'node:path'
import MagicString from 'magic-string'
import type { PromoteDiagnostic } from '../errors.ts'
import type { ProjectView } from '../lock.ts'
import { ts } from '../slice/typescript.ts'

export interface LocalImport {
  /** As the cell says it. */
  readonly specifier: string
  readonly cell: string
}

export interface LocalModules {
  /** Specifier in a cell -> specifier in a step. */
  readonly specifiers: ReadonlyMap<string, string>
  /** The copies, by path in the pipeline's folder. */
  readonly files: Readonly<Record<string, string>>
  readonly diagnostics: readonly PromoteDiagnostic[]
}

const folder = 'steps/modules'

export async function collectModules(
  project: ProjectView,
  imports: readonly LocalImport[],
): Promise<LocalModules> {
  const specifiers = new Map<string, string>()
  const files: Record<string, string> = {}
  const diagnostics: PromoteDiagnostic[] = []

  async function copy(path: string, text: string, cell: string): Promise<void> {
    const at = `${folder}/${path}`
    if (Object.hasOwn(files, at)) return
    // Before its imports are followed: modules may import each other.
    files[at] = text
    if (!/\.[cm]?[jt]sx?$/.test(path)) return
    const changes = new MagicString(text)
    for (const literal of importLiterals(text, path)) {
      const found = await project.module?.(literal.text, path)
      if (!found) {
        if (literal.text.startsWith('.')) diagnostics.push(missing(literal.text, path, cell))
        continue
      }
      await copy(found.path, found.text, cell)
      if (literal.text.startsWith('.')) continue
      const relative = posix.relative(posix.dirname(path), found.path)
      changes.overwrite(literal.start + 1, literal.end - 1, dotted(relative))
    }
    files[at] = changes.toString()
  }

  for (const { specifier, cell } of imports) {
    if (specifiers.has(specifier)) continue
    const found = await project.module?.(specifier)
    if (found) {
      await copy(found.path, found.text, cell)
      specifiers.set(specifier, `./modules/${found.path}`)
    } else if (specifier.startsWith('.')) diagnostics.push(missing(specifier, 'the notebook', cell))
  }
  return { specifiers, files, diagnostics }
}

function dotted(path: string): string {
  return path.startsWith('.') ? path : `./${path}`
}

function missing(specifier: string, from: string, cell: string): PromoteDiagnostic {
  return {
    code: 'PRO023',
    message:
      `Expected ${specifier}, which ${from} imports, to be a TypeScript, JavaScript or JSON file of the project, ` +
      'found none that can go along with the pipeline. Move it into the project.',
    cell,
  }
}

interface ImportLiteral {
  readonly text: string
  /** With its quotes. */
  readonly start: number
  readonly end: number
}

/** Every module that a file names: by `import`, `export … from`, `import(…)` and `require(…)`. */
export function importLiterals(text: string, path: string): readonly ImportLiteral[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true)
  const found: ImportLiteral[] = []
  const visit = (node: ts.Node): void => {
    const literal = moduleLiteral(node)
    if (literal) found.push({ text: literal.text, start: literal.getStart(file), end: literal.end })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** The literal by which a node names a module. */
export function moduleLiteral(node: ts.Node): ts.StringLiteralLike | undefined {
  const named =
    (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && isImporting(node)
        ? node.arguments[0]
        : undefined
  return named && ts.isStringLiteralLike(named) ? named : undefined
}

function isImporting({ expression }: ts.CallExpression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require')
  )
}
