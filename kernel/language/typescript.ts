/** The one module of the kernel that sees TypeScript's compiler; everything else says what it wants here. */
import { decode } from '@jridgewell/sourcemap-codec'
import ts from 'typescript'
import { CellSyntaxError, type CompiledCell } from '../session/rewrite.ts'

export { ts }

const compileOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  // Imports stay as they are, and `import x = require(…)` calls the cell's `require`.
  module: ts.ModuleKind.Preserve,
  sourceMap: true,
  // A name that this cell imports and does not use is for later cells.
  verbatimModuleSyntax: true,
}

/** TypeScript to JavaScript with a map back. @throws {CellSyntaxError} for the first thing that is wrong */
export function compileCell(source: string): CompiledCell {
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
    compilerOptions: compileOptions,
    reportDiagnostics: true,
    fileName: 'cell.ts',
  })
  const first = diagnostics?.find(d => d.category === ts.DiagnosticCategory.Error)
  if (first) throw jsxError(source) ?? syntaxError(source, first)
  const map = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), mappings: decode(map.mappings) }
}

/** What is wrong about a cell that is right as soon as JSX is allowed. */
function jsxError(source: string): CellSyntaxError | undefined {
  if (!/<\/?[A-Za-z>]/.test(source)) return undefined
  const file = ts.createSourceFile('cell.tsx', source, ts.ScriptTarget.ESNext, false, ts.ScriptKind.TSX)
  if ((file as ts.SourceFile & { parseDiagnostics: readonly unknown[] }).parseDiagnostics.length)
    return undefined
  const find = (node: ts.Node): ts.Node | undefined =>
    ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)
      ? node
      : ts.forEachChild(node, find)
  const jsx = find(file)
  if (!jsx) return undefined
  const { line, character } = file.getLineAndCharacterOfPosition(jsx.getStart(file))
  const message =
    'Expected TypeScript, got JSX, which cells do not know. To show HTML, give its text to display.html(…).'
  return new CellSyntaxError(message, { line, column: character })
}

function syntaxError(source: string, diagnostic: ts.Diagnostic): CellSyntaxError {
  const position = diagnostic.start ?? 0
  const before = source.slice(0, position).split('\n')
  return new CellSyntaxError(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'), {
    line: before.length - 1,
    column: before.at(-1)!.length,
    incomplete: isAtEnd(source, diagnostic),
  })
}

const unterminatedString = 1002
const unterminatedComment = 1010
const unterminatedTemplate = 1160
const unterminatedRegExp = 1161

/** An error at the end of the text, or in something that never ended, may be mended by more text. */
function isAtEnd(source: string, { start = 0, code }: ts.Diagnostic): boolean {
  if (code === unterminatedString || code === unterminatedRegExp) return false
  return code === unterminatedComment || code === unterminatedTemplate || source.slice(start).trim() === ''
}
