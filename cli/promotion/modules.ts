/** Which file of the project an import means, as the kernel and steps find it. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { createTsConfigs } from '../../library/modules/tsconfig.ts'
import { slashes } from '../pipeline.ts'

export interface ModuleRequest {
  readonly root: string
  /** Of the notebook, absolute. */
  readonly folder: string
  readonly specifier: string
  /** The importing module, project-relative. */
  readonly from?: string | undefined
}

export function projectModule({
  root,
  folder,
  specifier,
  from,
}: ModuleRequest): { path: string; text: string } | undefined {
  const importing = from === undefined ? join(folder, 'notebook.ts') : join(root, from)
  const isRelative = /^\.\.?(\/|$)/.test(specifier)
  if (!isRelative && (isAbsolute(specifier) || specifier.startsWith('#') || specifier.includes(':')))
    return undefined
  const places = isRelative
    ? [resolve(dirname(importing), specifier)]
    : createTsConfigs().paths(specifier, importing)
  const file = places.flatMap(candidates).find(isFile)
  if (file === undefined) return undefined
  const path = slashes(relative(root, file))
  const isInside = !path.startsWith('../') && !isAbsolute(path) && !path.includes('node_modules/')
  return isInside ? { path, text: readFileSync(file, 'utf8') } : undefined
}

/** `./x` may mean `./x.ts` or `./x/index.ts`, and `./x.js` may be written as `./x.ts`. */
function candidates(path: string): readonly string[] {
  const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']
  return [
    path.replace(/\.(m|c)?js$/, '.$1ts'),
    path.replace(/\.jsx?$/, '.tsx'),
    path,
    ...extensions.map(extension => path + extension),
    ...['index.ts', 'index.tsx', 'index.js'].map(name => join(path, name)),
  ]
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile() && /\.(?:[cm]?[jt]s|[jt]sx|json)$/.test(path)
}
