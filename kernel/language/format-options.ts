/** A project's configuration of prettier, as far as it is data and not a program. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Options } from 'prettier'
import { parse } from 'yaml'

/** The files prettier looks for, in its order. YAML's readers read JSON, too. */
const files = ['package.json', '.prettierrc', '.prettierrc.json', '.prettierrc.yml', '.prettierrc.yaml']

/** Options from the nearest folder that has some. Undefined: no folder above has. */
export function prettierOptions(folder: string): Options | undefined {
  for (let at = folder; ; at = dirname(at)) {
    for (const file of files) {
      const found = read(join(at, file))
      const options = file === 'package.json' ? found?.['prettier'] : found
      if (options && typeof options === 'object') return forCells(options as Configured)
    }
    if (at === dirname(at)) return undefined
  }
}

type Configured = Options & {
  readonly overrides?: readonly { readonly files: string | readonly string[]; readonly options?: Options }[]
}

function read(path: string): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(path)) return undefined
  try {
    return parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>
  } catch {
    return undefined // Prettier's own command line complains of it.
  }
}

/** With what is said of all TypeScript files; a cell has no path that other patterns could mean. */
function forCells({ overrides = [], ...options }: Configured): Options {
  const meant = overrides.filter(({ files }) =>
    [files].flat().some(pattern => /^(\*\*\/)?\*\.(ts|\{.*\bts\b.*\})$/.test(pattern)),
  )
  const {
    plugins: _,
    parser: __,
    ...known
  } = Object.assign({}, options, ...meant.map(({ options }) => options)) as Options
  return known
}
