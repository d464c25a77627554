/**
 * Turns the runs of a notebook into one checked program: a module per run, whose free names are imported from the run
 * that declares them. So the checker sees every redeclaration as a declaration of its own, and positions in a run's
 * file are positions in the cell.
 */
import { statSync } from 'node:fs'
import { isNamedDeclaration } from './declared.ts'
import { declarations, indexProviders, links, scanOnce, usesNode } from './links.ts'
import { notebookGlobals, notebookGlobalsText, notebookPackage } from './notebook-globals.ts'
import { forgetOutdated, scansOf, sessionOf, type ProgramSession, type Scan } from './session.ts'
import { packageName, ts } from './typescript.ts'

/** Where the declarations of a package are that the notebook's own folder may not have. */
export type TypesOf = (specifier: string) => { readonly path: string } | { readonly text: string } | undefined

export interface ProgramOptions {
  /** In executed order. */
  readonly sources: readonly string[]
  /** Absolute folder of the notebook: packages and local modules are resolved from there. */
  readonly folder: string
  readonly typesOf: TypesOf
  /** Packages whose types are worth reading even where only another package's declarations mention them. */
  readonly follow: ReadonlySet<string>
  /** Parsed declaration files, kept by the caller from one program to the next. */
  readonly cache?: DeclarationCache
}

/** Library files by path. They are read once: an installed package does not change under a running process. */
export type DeclarationCache = Map<string, ts.SourceFile | undefined>

export interface RunFile {
  readonly file: ts.SourceFile
  /** Length of the cell's own text; what follows is ours. */
  readonly length: number
  /** The cell's own top-level statements. */
  readonly statements: readonly ts.Statement[]
  /** Names that the run declares at its top level, with the top-level statement that does. */
  readonly declares: ReadonlyMap<string, ts.Statement>
  /** Those of its statements whose names say nothing of what they declare: classes, types, enums. */
  readonly declaresTypes: ReadonlySet<ts.Statement>
  /** Every identifier's text in it. */
  readonly mentions: ReadonlySet<string>
}

/** A file of the author's own that cells import, by themselves or through another one. */
export interface ModuleFile {
  readonly index: number
  /** Absolute, with `/`. */
  readonly path: string
  readonly file: ts.SourceFile
}

export interface NotebookProgram {
  readonly checker: ts.TypeChecker
  /** What is remembered from one program of the notebook to the next. */
  readonly session: ProgramSession
  /** The type of a name that a statement declares, as text; undefined where a text would not say all of it. */
  typeText(statement: ts.Statement, name: string): string | undefined
  readonly program: ts.Program
  readonly runs: readonly RunFile[]
  /** The package that a declaration belongs to: `js`, `node`, a package's name, or undefined for a local file. */
  packageOf(declaration: ts.Node): string | undefined
  /** The run that a node stands in, or undefined when it is not of the notebook. */
  runOf(node: ts.Node): number | undefined
  /** Local modules by path, those that others import included. */
  readonly modules: ReadonlyMap<string, ModuleFile>
  /** The local module that a node stands in. */
  moduleOf(node: ts.Node): ModuleFile | undefined
  /** The local module that a specifier in the file of a node stands for. */
  localModule(specifier: string, from: ts.Node): ModuleFile | undefined
  /** The number of a cell's statement, the same from program to program. */
  numberOf(statement: ts.Statement): number
  /** A name for a node, the same as long as its statement is what it was. */
  keyOf(node: ts.Node): string
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: [
    'lib.es2025.d.ts',
    'lib.esnext.disposable.d.ts',
    'lib.esnext.array.d.ts',
    'lib.esnext.decorators.d.ts',
  ],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  allowJs: true,
  resolveJsonModule: true,
  maxNodeModuleJsDepth: 0,
}

/** Parses and binds everything; checking happens as types are asked for. */
export function createNotebookProgram({
  sources,
  folder,
  typesOf,
  follow,
  cache = new Map(),
}: ProgramOptions): NotebookProgram {
  const base = folder.replaceAll('\\', '/').replace(/\/$/, '')
  const pathOf = (run: number) => `${base}/__run_${run}.ts`
  const scanned = scansOf(cache)
  const scans = sources.map(source => scanOnce(scanned, source))
  const isNode = scans.some(usesNode)
  const session = sessionOf(cache, `${base} ${isNode ? 'node' : ''}`, () =>
    ts.createModuleResolutionCache(base, name => name, options),
  )
  const { texts, roots, local, localTargets, resolved, parsed } = session
  const providers = indexProviders(scans)
  const linked = scans.map((s, i) => links(s, i, providers))
  const files = new Map(scans.map((s, i) => [pathOf(i), `${s.source}\n${linked[i]?.text ?? ''}`]))
  const unresolved = new Set<string>()
  const host = ts.createCompilerHost(options)
  // Comments of declaration files are a third of their cost and say nothing to the checker.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone
  const { getSourceFile, fileExists, readFile } = host
  const textAt = (path: string) => files.get(path) ?? texts.get(path)
  host.getCurrentDirectory = () => base
  // Else every file of the notebook looks for the package it lies in again, on disk.
  host.getModuleResolutionCache = () => session.resolution
  host.fileExists = path => textAt(path) !== undefined || fileExists(path)
  host.readFile = path => textAt(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = textAt(path)
    if (text !== undefined) return parseOnce(parsed, { path, text }, language)
    if (!path.endsWith('.d.ts')) {
      const known = parsed.get(path)
      // What is installed stays; what the author writes is looked at each time.
      if (known && !local.has(path) && packageAt(path, roots) !== undefined) return known.file
      const stamp = stampOf(path)
      if (known && stamp !== undefined && known.stamp === stamp) return known.file
      const own = readFile(path)
      return own === undefined ? undefined : parseOnce(parsed, { path, text: own, stamp }, language)
    }
    if (!cache.has(path)) cache.set(path, getSourceFile(path, language, ...rest))
    return cache.get(path)
  }
  host.resolveModuleNameLiterals = (literals, from, reference) =>
    literals.map(literal => {
      const { text } = literal
      if (isLate(literal) && !files.has(from)) return { resolvedModule: undefined }
      if (text.startsWith('#run-')) return { resolvedModule: moduleAt(pathOf(Number(text.slice(5)))) }
      const key = keyOf(text, from)
      const resolvedModule = resolved.get(key) ?? resolve(text, from, reference)
      if (resolvedModule) resolved.set(key, resolvedModule)
      else unresolved.add(from)
      if (resolvedModule && isOwnFile(text, from, resolvedModule.resolvedFileName)) {
        local.add(resolvedModule.resolvedFileName)
        localTargets.set(key, resolvedModule.resolvedFileName)
      }
      return { resolvedModule }
    })
  const keyOf = (specifier: string, from: string) => (files.has(from) ? specifier : `${from}\0${specifier}`)
  /** Code of the author's that a cell or another such file imports by its path. */
  const isOwnFile = (specifier: string, from: string, path: string) =>
    (files.has(from) || local.has(from)) && /^\.{0,2}\//.test(specifier) && isCode(path)

  /** What the caller says goes first for `slipway`, and stands in for packages that the folder does not have. */
  function resolve(specifier: string, from: string, reference?: ts.ResolvedProjectReference) {
    const fromNotebook = local.has(from) || (from.startsWith(`${base}/`) && !from.includes('/node_modules/'))
    // What a source behind `slipway` uses inside itself says nothing about cells and costs most of the time.
    const isInside = !fromNotebook && !specifier.startsWith('.') && !from.includes('/node_modules/')
    if (isInside && !follow.has(packageName(specifier))) return undefined
    const found = ts.resolveModuleName(specifier, from, options, host, undefined, reference).resolvedModule
    if (found && !(fromNotebook && specifier === 'slipway')) return found
    const given = fromNotebook || !specifier.startsWith('.') ? typesOf(specifier) : undefined
    if (!given) return found
    const path = 'path' in given ? given.path.replaceAll('\\', '/') : `/__types/${specifier}/index.d.ts`
    if ('text' in given) texts.set(path, given.text)
    addRoot(roots, path, packageName(specifier))
    return moduleAt(path)
  }

  const globals = notebookGlobals.some(name => scans.some(({ mentions }) => mentions.has(name)))
    ? [`/__types/${notebookPackage}/index.d.ts`]
    : []
  for (const path of globals) {
    texts.set(path, notebookGlobalsText)
    addRoot(roots, path, notebookPackage)
  }
  const typeRoots = given(typesOf('@types/node'))
  const types = isNode ? ['node'] : []
  if (types.length === 0)
    host.resolveTypeReferenceDirectiveReferences = references =>
      references.map(() => ({ resolvedTypeReferenceDirective: undefined }))
  const program = ts.createProgram({
    rootNames: [...globals, ...files.keys()],
    options: { ...options, types, ...(typeRoots ? { typeRoots } : {}) },
    host,
    ...(session.last ? { oldProgram: session.last.program } : {}),
  })
  const checker = program.getTypeChecker()
  const index = new Map(scans.map((_, i) => [pathOf(i), i]))
  const modules = new Map<string, ModuleFile>()
  for (const path of local) {
    const file = program.getSourceFile(path)
    if (file) modules.set(file.fileName, { index: modules.size, path: file.fileName, file })
  }
  const notebook: NotebookProgram = {
    program,
    checker,
    session,
    typeText: (statement, name) => typeText(checker, statement, name),
    runs: scans.map((s, i) => {
      const file = program.getSourceFile(pathOf(i))
      if (!file) throw new Error(`run ${i} is not in the program`)
      return runOnce(session.runs, file, s)
    }),
    runOf: node => index.get(node.getSourceFile().fileName),
    modules,
    moduleOf: node => modules.get(node.getSourceFile().fileName),
    localModule(specifier, from) {
      const path = localTargets.get(keyOf(specifier, from.getSourceFile().fileName))
      return path === undefined ? undefined : modules.get(path)
    },
    numberOf: statement => session.numbers.get(statement) ?? -1,
    keyOf(node) {
      const known = session.keys.get(node)
      if (known !== undefined) return known
      const made = nameNode(session, node)
      session.keys.set(node, made)
      return made
    },
    packageOf(declaration) {
      const file = declaration.getSourceFile()
      if (program.isSourceFileDefaultLibrary(file)) return 'js'
      return packageAt(file.fileName, roots)
    },
  }
  forgetOutdated(session, notebook, { program, links: linked.map(({ providers }) => providers) })
  return notebook
}

function nameNode({ numbers }: ProgramSession, node: ts.Node): string {
  let top = node
  while (top.parent && !ts.isSourceFile(top.parent)) top = top.parent
  const number = numbers.get(top as ts.Statement)
  const base = number === undefined ? 0 : top.getStart()
  const start = node.pos === top.pos ? 'first' : node.pos - base
  return `${number ?? node.getSourceFile().fileName}:${start}:${node.end - base}:${node.kind}`
}

function runOnce(runs: ProgramSession['runs'], file: ts.SourceFile, { source, mentions }: Scan): RunFile {
  const known = runs.get(file)
  if (known) return known
  const statements = file.statements.filter(statement => statement.getStart(file) < source.length)
  const made = {
    file,
    length: source.length,
    statements,
    declares: declarations(file, source.length),
    declaresTypes: new Set(statements.filter(declaresType)),
    mentions,
  }
  runs.set(file, made)
  return made
}

function addRoot(roots: ProgramSession['roots'], path: string, name: string): void {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  if (!roots.some(root => root.folder === folder && root.name === name)) roots.push({ folder, name })
}

function parseOnce(
  parsed: ProgramSession['parsed'],
  {
    path,
    text,
    stamp,
  }: { readonly path: string; readonly text: string; readonly stamp?: string | undefined },
  language: Parameters<ts.CompilerHost['getSourceFile']>[1],
): ts.SourceFile {
  const known = parsed.get(path)
  if (known?.text === text) {
    if (known.stamp !== stamp) parsed.set(path, { ...known, stamp })
    return known.file
  }
  const file = ts.createSourceFile(path, text, language, true)
  parsed.set(path, { text, file, stamp })
  return file
}

/** What changes when somebody writes a file; undefined when it is not there. */
function stampOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}`
}

/** Variables and functions have a type that says all; what mentions names of types may mean others by them. */
function typeText(checker: ts.TypeChecker, statement: ts.Statement, name: string): string | undefined {
  if (!ts.isVariableStatement(statement) && !ts.isFunctionDeclaration(statement)) return statement.getText()
  const node = nameIn(statement, name)
  if (!node) return undefined
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias
  return checker.typeToString(checker.getTypeAtLocation(node), undefined, flags)
}

function declaresType(statement: ts.Statement): boolean {
  return isNamedDeclaration(statement) && !ts.isFunctionDeclaration(statement)
}

function nameIn(node: ts.Node, name: string): ts.Identifier | undefined {
  if (ts.isIdentifier(node) && node.text === name) return node
  return ts.forEachChild(node, child => nameIn(child, name))
}

/** Messages of the parser about a run's own text. */
export function syntaxErrors(run: RunFile): readonly { readonly start: number; readonly message: string }[] {
  const { parseDiagnostics } = run.file as unknown as {
    parseDiagnostics: readonly ts.DiagnosticWithLocation[]
  }
  return parseDiagnostics.map(d => ({
    start: Math.min(d.start, run.length),
    message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
  }))
}

function given(types: ReturnType<TypesOf>): string[] | undefined {
  if (!types || !('path' in types)) return undefined
  const at = types.path.replaceAll('\\', '/').lastIndexOf('/@types/')
  return at < 0 ? undefined : [types.path.slice(0, at + '/@types'.length)]
}

/** What a library loads while it runs is none of its declarations. */
function isLate(literal: ts.Node): boolean {
  return (literal.parent as ts.Node | undefined)?.kind === ts.SyntaxKind.CallExpression
}

/** Declarations have nothing to follow, and data is only read. */
function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path) && !path.includes('/node_modules/')
}

function moduleAt(path: string): ts.ResolvedModuleFull {
  const extension = /\.d\.ts$/.test(path) ? ts.Extension.Dts : ts.Extension.Ts
  return { resolvedFileName: path, extension, isExternalLibraryImport: false }
}

function packageAt(path: string, roots: readonly { folder: string; name: string }[]): string | undefined {
  const given = roots.find(root => path.startsWith(root.folder))
  if (given) return given.name
  const at = path.lastIndexOf('/node_modules/')
  if (at < 0) return undefined
  const name = packageName(path.slice(at + '/node_modules/'.length))
  if (name === '@types/node') return 'node'
  return name.startsWith('@types/') ? name.slice('@types/'.length) : name
}
