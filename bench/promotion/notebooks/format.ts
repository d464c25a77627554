/**
 * Notebooks as short texts: cells with their marks, and the order in which a person ran, edited and deleted them. A
 * runner makes real sessions and `.ipynb` files of them. README.md describes the format.
 */

export interface NotebookCase {
  /** The file's name without its ending. */
  readonly name: string
  readonly title: string
  /** Words for the report: what of real notebooks is in it. */
  readonly about: readonly string[]
  /** Files of `vega-datasets`, which lie under `data/`. */
  readonly data: readonly string[]
  /** Who runs the notebook and keeps the record of it. */
  readonly client: Client
  /** Arguments of `slipway promote`. */
  readonly promote: readonly string[]
  /** Expressions to look at when the session ends, by output name: for outputs that no cell is marked with. */
  readonly live: Readonly<Record<string, string>>
  /** Files that the notebook writes and its pipeline must write too. */
  readonly files: readonly string[]
  readonly expect: Expectation
  /** Causes that promotion must find beside that, and no others. */
  readonly findings: readonly string[]
  /** Where the notebook lies, relative to the project's root. */
  readonly folder: string
  /** Whether the features of the project's files are registered in its catalog. Nothing is at the other place. */
  readonly hasCatalog: boolean
  /** Variables of the environment, in the session and wherever the pipeline runs. */
  readonly env: Readonly<Record<string, string>>
  /** Whether every kept statement is changed, to see verification fail. */
  readonly mutate: boolean
  /** Whether it is one of the few that every test run takes. */
  readonly quick: boolean
  readonly cells: readonly CaseCell[]
  /** Files of the project, by path. */
  readonly projectFiles: Readonly<Record<string, string>>
  /** The same as they are once the session has ended. */
  readonly laterFiles: Readonly<Record<string, string>>
  readonly session: readonly Action[]
}

/** `document`: no record is kept at all. */
export type Client = 'slipway' | 'jupyter' | 'document'

/**
 * `equal`: the pipeline gives what the live session had. `differs`: it may not, and promotion must name the cause.
 * `refused`: nothing is written, and the code says why.
 */
export type Expectation =
  | { readonly kind: 'equal' }
  | { readonly kind: 'differs'; readonly cause: string }
  | { readonly kind: 'refused'; readonly code: string }

export interface CaseCell {
  readonly id: string
  readonly kind: 'code' | 'markdown'
  /** The text by its version; 1 is the first that was written. */
  readonly texts: ReadonlyMap<number, string>
  /** The name of the output that it is marked with. */
  readonly output?: string
  /** What the output is worth right after the cell, when it is not what the last line says. */
  readonly value?: string
}

export type Action =
  | { readonly do: 'run'; readonly cell: string; readonly mayFail: boolean }
  | { readonly do: 'edit'; readonly cell: string; readonly version: number }
  | { readonly do: 'delete'; readonly cell: string }
  | { readonly do: 'restart' }

/** @throws Error naming the place in the text */
export function parseCase(name: string, text: string): NotebookCase {
  const [head = '', ...sections] = text.split(/^=== ?/m)
  const header = parseHeader(name, head)
  const cells: {
    id: string
    kind: CaseCell['kind']
    texts: Map<number, string>
    output?: string
    value?: string
  }[] = []
  const projectFiles: Record<string, string> = {}
  const laterFiles: Record<string, string> = {}
  let session: string | undefined
  for (const section of sections) {
    const end = section.indexOf('\n')
    const title = section.slice(0, end).trim()
    const body = section.slice(end + 1).replace(/\n+$/, '')
    if (title === 'session') session = body
    else if (title.startsWith('file ')) projectFiles[title.slice(5).trim()] = `${body}\n`
    else if (title.startsWith('later ')) laterFiles[title.slice(6).trim()] = `${body}\n`
    else addCell(cells, title, body)
  }
  const words = session ?? cells.flatMap(({ id, kind }) => (kind === 'code' ? [id] : [])).join(' ')
  const parsed = { ...header, name, cells, projectFiles, laterFiles, session: parseSession(words) }
  checkSession(parsed)
  return parsed
}

type Header = Omit<NotebookCase, 'name' | 'cells' | 'projectFiles' | 'laterFiles' | 'session'>

function parseHeader(name: string, text: string): Header {
  const entries = text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const colon = line.indexOf(':')
      if (colon < 0) throw new Error(`${name}: expected "key: value", got "${line}".`)
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
    })
  const all = (key: string) => entries.flatMap(([k, value]) => (k === key ? [value] : []))
  const words = (key: string) => all(key).flatMap(value => value.split(/[\s,]+/).filter(Boolean))
  const [client = 'slipway'] = all('client')
  if (!['slipway', 'jupyter', 'document'].includes(client)) throw new Error(`${name}: no client ${client}.`)
  return {
    title: all('title')[0] ?? name,
    about: words('about'),
    data: words('data'),
    client: client as Client,
    promote: words('promote'),
    live: Object.fromEntries(all('live').map(line => split(line, '='))),
    files: words('files'),
    findings: words('finding'),
    expect: parseExpectation(name, all('expect')[0] ?? 'equal'),
    folder: all('folder')[0] ?? '.',
    hasCatalog: all('catalog')[0] === 'yes',
    env: Object.fromEntries(all('env').map(line => split(line, '='))),
    mutate: all('mutate')[0] === 'yes',
    quick: all('quick')[0] === 'yes',
  }
}

function parseExpectation(name: string, text: string): Expectation {
  const [kind, detail = ''] = text.split(/\s+/)
  if (kind === 'equal') return { kind }
  if (kind === 'differs' && detail) return { kind, cause: detail }
  if (kind === 'refused' && detail) return { kind, code: detail }
  throw new Error(`${name}: expected equal, differs CAUSE or refused CODE, got "${text}".`)
}

/** `id`, `id@2` for a later text of it, `id -> output`, `id -> output = value`, `# id` for Markdown. */
function addCell(
  cells: {
    id: string
    kind: CaseCell['kind']
    texts: Map<number, string>
    output?: string
    value?: string
  }[],
  title: string,
  body: string,
): void {
  const isMarkdown = title.startsWith('#')
  const [idAndVersion = '', mark] = title.replace(/^#\s*/, '').split(/\s*->\s*/)
  const [id = '', version = '1'] = idAndVersion.trim().split('@')
  const known = cells.find(cell => cell.id === id)
  if (known && version !== '1') return void known.texts.set(Number(version), body)
  if (known || version !== '1')
    throw new Error(`cell ${idAndVersion}: expected each text once, the first one first.`)
  const [output, value] = mark === undefined ? [] : split(mark, '=')
  cells.push({
    id,
    kind: isMarkdown ? 'markdown' : 'code',
    texts: new Map([[1, body]]),
    ...(output ? { output } : {}),
    ...(value ? { value } : {}),
  })
}

/** `a` runs, `a@2` edits and runs, `edit:a@2` edits, `delete:a`, `restart`; `!a` may fail. `a*3` runs three times. */
function parseSession(text: string): readonly Action[] {
  const words = text
    .replace(/^\/\/.*$/gm, '')
    .split(/\s+/)
    .filter(Boolean)
  return words.flatMap((word): Action[] => {
    if (word === 'restart') return [{ do: 'restart' }]
    if (word.startsWith('delete:')) return [{ do: 'delete', cell: word.slice(7) }]
    const isEditOnly = word.startsWith('edit:')
    const [cellAndVersion = '', times = '1'] = word.replace(/^(edit:|!)/, '').split('*')
    const [cell = '', version] = cellAndVersion.split('@')
    const edit: Action[] = version === undefined ? [] : [{ do: 'edit', cell, version: Number(version) }]
    const run: Action = { do: 'run', cell, mayFail: word.startsWith('!') }
    return isEditOnly ? edit : [...edit, ...Array.from({ length: Number(times) }, () => run)]
  })
}

function checkSession({ name, cells, session }: NotebookCase): void {
  for (const action of session) {
    if (action.do === 'restart') continue
    const cell = cells.find(({ id }) => id === action.cell)
    if (!cell) throw new Error(`${name}: the session names ${action.cell}, and there is no such cell.`)
    if (action.do === 'edit' && !cell.texts.has(action.version))
      throw new Error(`${name}: there is no text ${action.version} of the cell ${action.cell}.`)
  }
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index < 0 ? [text.trim(), ''] : [text.slice(0, index).trim(), text.slice(index + at.length).trim()]
}
