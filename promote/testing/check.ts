/** For tests: what TypeScript says of generated files. */
import { ts } from '../slice/typescript.ts'
import { testFolder, testTypes } from './types.ts'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2024.d.ts'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  types: ['node'],
}

/** Messages of the compiler about the modules of a pipeline, unused names among them. */
export function checkPipeline(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map<string, string>()
  for (const [path, text] of Object.entries(files))
    if (path.startsWith('steps/')) texts.set(`${testFolder}/pipelines/demo/${path}`, text)
  const roots = [...texts.keys()].filter(path => path.endsWith('.ts'))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.directoryExists = () => true
  host.fileExists = path => texts.has(path) || fileExists(path)
  host.readFile = path => texts.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path)
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language, true)
  }
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const given = testTypes(text)
      if (!given || !('text' in given)) return ts.resolveModuleName(text, from, options, host)
      const path = `/__types/${text}/index.d.ts`
      texts.set(path, given.text)
      return { resolvedModule: { resolvedFileName: path, extension: ts.Extension.Dts } }
    })
  const program = ts.createProgram({ rootNames: roots, options, host })
  return roots.flatMap(path => {
    const file = program.getSourceFile(path)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    const name = path.slice(path.indexOf('/steps/') + 1)
    return found.map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}
