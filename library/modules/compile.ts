/**
 * TypeScript files of the user's that Node cannot run as they stand, made JavaScript: enums, namespaces, parameter
 * properties, decorators, JSX. Node's own compiler is asked first; TypeScript is loaded when that will not do.
 */
import { createRequire, SourceMap, stripTypeScriptTypes, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type ts from 'typescript'
import { installation } from '../installation.ts'
import type { CompilerOptions } from './tsconfig.ts'

export interface CompiledFile {
  readonly code: string
  /** Absent when every character is where it was. */
  readonly map?: SourceMap
}

export interface CompileFile {
  readonly path: string
  readonly source: string
  /** Of the tsconfig.json that the file belongs to. */
  readonly options: CompilerOptions
  /** Whether imports and exports become those of CommonJS. Default: false. */
  readonly commonJs?: boolean
}

/** A file that is no TypeScript. Its stack begins with the place that is wrong. */
export class ModuleSyntaxError extends SyntaxError {
  constructor(message: string, { path, line, column }: { path: string; line: number; column: number }) {
    super(message)
    this.name = 'SyntaxError'
    this.stack = `SyntaxError: ${message}\n    at ${pathToFileURL(path).href}:${line}:${column}`
  }
}

/** @throws {ModuleSyntaxError} for the first thing that is wrong */
export function compileFile(file: CompileFile): CompiledFile {
  const { path, source, options, commonJs } = file
  const plain =
    commonJs || path.endsWith('x') || options.experimentalDecorators ? undefined : withNode(source, path)
  return plain && !hasDecorators(plain.code) ? plain : withTypeScript(file)
}

/** Also false where this Node has no such compiler, as in Electron. */
function withNode(source: string, path: string): CompiledFile | undefined {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch {
    // More than types, or wrong.
  }
  try {
    const code = stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true, sourceUrl: path })
    const map = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(code)?.[1]
    return map === undefined ? { code } : { code, map: readMap(Buffer.from(map, 'base64').toString()) }
  } catch {
    return undefined
  }
}

/** Errs on the side of finding some: then TypeScript compiles what needs no compiling. */
const hasDecorators = (code: string) => /^(?!\s*(?:\*|\/\/|\/\*)).*(?:^|[\s;{}(])@[A-Za-z_$(]/m.test(code)

function withTypeScript({ path, source, options, commonJs = false }: CompileFile): CompiledFile {
  const compiler = loadTypeScript()
  const { outputText, sourceMapText, diagnostics } = compiler.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: {
      target: compiler.ScriptTarget.ES2024,
      module: commonJs ? compiler.ModuleKind.CommonJS : compiler.ModuleKind.Preserve,
      esModuleInterop: true,
      sourceMap: true,
      experimentalDecorators: options.experimentalDecorators === true,
      emitDecoratorMetadata: options.emitDecoratorMetadata === true,
      ...jsxOptions(compiler, options),
    },
  })
  const first = diagnostics?.find(d => d.category === compiler.DiagnosticCategory.Error)
  if (first) throw syntaxError(compiler, { path, source }, first)
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '')
  return sourceMapText === undefined ? { code } : { code, map: readMap(sourceMapText) }
}

/** Where a file of JavaScript is wrong, which V8 says to nobody who catches its error. */
export function findSyntaxError(path: string, source: string): ModuleSyntaxError | undefined {
  const compiler = loadTypeScript()
  const { diagnostics } = compiler.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, target: compiler.ScriptTarget.ESNext },
  })
  const first = diagnostics?.find(d => d.category === compiler.DiagnosticCategory.Error)
  return first && syntaxError(compiler, { path, source }, first)
}

function jsxOptions(
  compiler: typeof ts,
  { jsx, jsxFactory, jsxImportSource }: CompilerOptions,
): ts.CompilerOptions {
  const kinds: Readonly<Record<string, ts.JsxEmit>> = {
    react: compiler.JsxEmit.React,
    'react-jsxdev': compiler.JsxEmit.ReactJSXDev,
  }
  return {
    jsx: kinds[jsx ?? ''] ?? compiler.JsxEmit.ReactJSX,
    ...(jsxFactory === undefined ? {} : { jsxFactory }),
    ...(jsxImportSource === undefined ? {} : { jsxImportSource }),
  }
}

function syntaxError(
  compiler: typeof ts,
  { path, source }: { path: string; source: string },
  { start = 0, messageText }: ts.Diagnostic,
): ModuleSyntaxError {
  const before = source.slice(0, start).split('\n')
  const message = compiler.flattenDiagnosticMessageText(messageText, '\n')
  return new ModuleSyntaxError(message, { path, line: before.length, column: before.at(-1)!.length + 1 })
}

const readMap = (text: string) => new SourceMap(JSON.parse(text) as SourceMapPayload)

let loaded: typeof ts | undefined

/** The only place of the library that loads TypeScript, which takes some tenths of a second. */
function loadTypeScript(): typeof ts {
  return (loaded ??= createRequire(join(installation().vendorModules, 'lender.js'))(
    'typescript',
  ) as typeof ts)
}
