/** The one module of the kernel that sees TypeScript's compiler; everything else says what it wants here. */
import { decode } from '@jridgewell/sourcemap-codec'
import ts from 'typescript'
import { CellSyntaxError, type CompiledCell } from '../session/rewrite.ts'

export { ts }

const compileOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
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
  if (first) throw syntaxError(source, first)
  const map = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), mappings: decode(map.mappings) }
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
