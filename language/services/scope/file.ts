/** Between declarations, in imports, and in comments that ignore diagnostics. */
import { keywords, writeName } from '../../syntax/keywords.ts'
import type { Token } from '../../syntax/tokens.ts'
import { fileOf } from './known.ts'
import { featureHead } from './feature.ts'
import { typeCandidates } from './source.ts'
import { type Candidate, type Query, type Scope, type Suggestions, nothing, plain, words } from './query.ts'

export function topLevel(query: Query): Suggestions {
  const { item, last } = query
  if (item.length === 0)
    return { context: 'topLevel', candidates: words(['import', ...keywords.declaration]) }
  switch (item[0]!.text) {
    case 'import':
      return last === '}' ? { context: 'import', candidates: words(['from']) } : nothing
    case 'entity':
      return entityHead(query)
    case 'feature':
      return featureHead(query)
    default:
      return nothing
  }
}

function entityHead({ last, item }: Query): Suggestions {
  const context = 'entityHead'
  if (last === ':') return { context, candidates: typeCandidates() }
  const typed = item.at(-2)?.kind === ':'
  return typed ? { context, candidates: words(['unit']) } : nothing
}

/** Inside `import { … }`: what other files declare, or only the one that is named after it. */
export function importBody(query: Query): Suggestions {
  const context = 'import'
  const { item } = query
  if (item.length === 1) return { context, candidates: words(['as']) }
  if (item.length > 1) return nothing
  const file = importedFile(query)
  const taken = namedBefore(query)
  const candidates = query.project.files
    .filter(({ path }) => path !== query.path && (file === undefined || path === file))
    .flatMap(({ path, declarations }) =>
      declarations.flatMap(({ kind, name, doc }): Candidate[] => {
        if (kind === 'model' || !name || taken.has(name.text)) return []
        const known = { kind, name: name.text, text: writeName(name.text), detail: `${kind} of ${path}` }
        return [{ ...known, ...(doc !== undefined && { doc }), ...(file === undefined && { from: path }) }]
      }),
    )
  return { context, candidates }
}

/** The path after the names, when it is already there. */
function importedFile(query: Query): string | undefined {
  const tokens = tokensFrom(query)
  const from = tokens.findIndex(({ kind }) => kind === '}')
  const path = tokens[from + 2]
  if (from < 0 || tokens[from + 1]?.text !== 'from' || path?.kind !== 'string') return undefined
  return path.text.slice(1, path.unterminated ? undefined : -1)
}

function tokensFrom(query: Query): readonly Token[] {
  const tokens = fileOf(query)?.tree.tokens ?? []
  const rest = tokens.slice(query.place.next?.index ?? tokens.length)
  return rest
    .filter(({ kind }) => !['space', 'newline', 'comment', 'doc', 'end'].includes(kind))
    .slice(0, 200)
}

function namedBefore(query: Query): ReadonlySet<string> {
  const { tokens } = fileOf(query)!.tree
  const names = new Set<string>()
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i]!
    if (token.end > query.place.replace.start) continue
    if (token.kind === '{') break
    if (token.kind === 'name' || token.kind === 'quoted') names.add(plain(token))
  }
  return names
}

/** Inside the quotes after `from` of an import: the other files of the project. */
export function importPath({ project, path }: Query, replace: Scope['replace']): Partial<Scope> {
  const candidates = project.files
    .filter(file => file.path !== path)
    .map((file): Candidate => {
      const names = file.declarations.flatMap(({ kind, name }) =>
        kind !== 'model' && name ? [name.text] : [],
      )
      const detail = names.slice(0, 6).join(', ') + (names.length > 6 ? ', …' : '')
      return {
        kind: 'file',
        name: file.path,
        text: file.path,
        detail,
        ...(names.length === 0 && { unlikely: true }),
      }
    })
  return { context: 'importPath', candidates, replace }
}

/** Inside `// slip-ignore …`: the codes of diagnostics that can be ignored. */
export function ignoreComment(token: Token, offset: number): Partial<Scope> | undefined {
  const head = /^\/\/\s*slip-ignore\s+/.exec(token.text)
  if (!head || offset < token.start + head[0].length) return undefined
  const typed = token.text.slice(head[0].length, offset - token.start)
  // After the codes comes the reason, which is the author's.
  const match = /^((?:SLIP\d+[,\s]+)*)(\w*)$/.exec(typed)
  if (!match) return undefined
  const start = offset - match[2]!.length
  const word = /^\w*/.exec(token.text.slice(start - token.start))![0]
  return { context: 'ignore', prefix: match[2]!, replace: { start, end: start + word.length } }
}
