/** What the notebook's own tsconfig.json may say about cells, and what holds in any case. */
import { dirname, join } from 'node:path'
import { ts } from './typescript.ts'

/** Options that say how types are checked or found. Where code is written to, and for what, the kernel decides. */
const respected = [
  'strict',
  'alwaysStrict',
  'strictNullChecks',
  'strictFunctionTypes',
  'strictBindCallApply',
  'strictPropertyInitialization',
  'strictBuiltinIteratorReturn',
  'noImplicitAny',
  'noImplicitThis',
  'useUnknownInCatchVariables',
  'exactOptionalPropertyTypes',
  'noUncheckedIndexedAccess',
  'noPropertyAccessFromIndexSignature',
  'noImplicitOverride',
  'noImplicitReturns',
  'noFallthroughCasesInSwitch',
  'experimentalDecorators',
  'emitDecoratorMetadata',
  'useDefineForClassFields',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
  'paths',
  'baseUrl',
  'pathsBasePath',
  'customConditions',
  'checkJs',
] as const

export interface Settings {
  readonly options: ts.CompilerOptions
  /** Files whose change changes the options. */
  readonly files: readonly string[]
}

export interface SettingsContext {
  readonly folder: string
  /** A folder whose node_modules has Node's own types. */
  readonly vendorModules: string
  readonly libraryTypes: string
}

/** The options for the cells of a folder. A tsconfig.json that cannot be read counts for nothing. */
export function loadSettings({ folder, vendorModules, libraryTypes }: SettingsContext): Settings {
  const file = ts.findConfigFile(folder, ts.sys.fileExists)
  const own = file === undefined ? undefined : readOptions(file)
  const paths = { ...own?.options.paths, slipway: [libraryTypes] }
  const typeRoots = [...ownTypeRoots(folder), join(vendorModules, 'node_modules/@types')]
  return {
    options: { strict: true, ...own?.options, ...fixedOptions, types: ['node'], typeRoots, paths },
    files: own?.files ?? [],
  }
}

const fixedOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // Cells run in Node: what a page has would only be offered wrongly.
  lib: ['lib.esnext.d.ts'],
  allowJs: true,
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
} satisfies ts.CompilerOptions

function readOptions(file: string): Settings | undefined {
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile) as { config?: object; error?: unknown }
  if (!config || error) return undefined
  // Which files belong to the project is nothing to us, and may take long to find out.
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, dirname(file))
  const extended = (parsed.raw as { extends?: string | readonly string[] }).extends ?? []
  const isRespected = (name: string) => (respected as readonly string[]).includes(name)
  const options = Object.fromEntries(
    Object.entries(parsed.options).filter(([name, value]) => isRespected(name) && value !== undefined),
  ) as ts.CompilerOptions
  const bases = [extended].flat().map(base => join(dirname(file), base))
  return { options, files: [file, ...bases] }
}

/** Types that the notebook's folder has of its own come before those that are lent. */
function ownTypeRoots(folder: string): string[] {
  const roots: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, 'node_modules/@types')
    if (ts.sys.directoryExists(root)) roots.push(root)
    if (at === dirname(at)) return roots
  }
}
