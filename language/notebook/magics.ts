/**
 * The magics there are: what reading a cell, completion, hover, `%help` and docs/notebooks.md say of them. What they
 * do is in kernel/magics/, a file each.
 */

export interface MagicEntry {
  readonly name: string
  /** `line`: `%name …`, anywhere between statements. `cell`: `%%name …`, the first line of a cell. */
  readonly kinds: readonly ('line' | 'cell')[]
  /** What may follow the name, as in a manual. */
  readonly usage: string
  /** One sentence. */
  readonly summary: string
  /** What stands behind the name on its line is TypeScript. */
  readonly code?: boolean
  /** What the lines behind a cell magic are. */
  readonly body?: 'typescript' | 'slip' | 'text'
  /** Options, each with what it does. */
  readonly options?: Readonly<Record<string, string>>
  /** What the arguments name, for completion. */
  readonly argument?: 'name' | 'package' | 'file' | 'variable' | 'magic or name'
  readonly examples: readonly string[]
}

const line = ['line'] as const
const cell = ['cell'] as const

/** By name. */
export const magics: readonly MagicEntry[] = [
  {
    name: 'install',
    kinds: line,
    usage: '[--save-dev] [--registry URL] package[@range] …',
    summary: 'Installs npm packages for the notebook; they can be imported at once.',
    options: {
      '--save-dev': 'writes them down as development dependencies',
      '--registry': 'the registry to ask instead of the configured one',
      '--force': 'installs them again although they are there',
    },
    argument: 'package',
    examples: ['%install lodash-es', '%install simple-statistics@7 d3-array'],
  },
  {
    name: 'time',
    kinds: ['line', 'cell'],
    usage: '[statement]',
    summary: 'Runs a statement or a whole cell, awaited, and says how long it took.',
    code: true,
    body: 'typescript',
    examples: ['%time await table.count()', '%%time\nconst rows = await table.rows()'],
  },
  {
    name: 'who',
    kinds: line,
    usage: '[kind …]',
    summary: 'Lists the names that cells have declared, all or those of a kind.',
    argument: 'name',
    examples: ['%who', '%who function'],
  },
  {
    name: 'whos',
    kinds: line,
    usage: '[kind …]',
    summary: 'Shows the names that cells have declared in a table: kind, type, shape, size and a preview.',
    argument: 'name',
    examples: ['%whos', '%whos table'],
  },
  {
    name: 'reset',
    kinds: line,
    usage: '[-f] [name …]',
    summary: 'Forgets names, or all that cells have declared; -f does not ask.',
    options: { '-f': 'does not ask before it forgets everything' },
    argument: 'name',
    examples: ['%reset flights', '%reset -f'],
  },
  {
    name: 'help',
    kinds: line,
    usage: '[name]',
    summary: 'Says what a name is, with its type and documentation; without a name, how notebooks work.',
    argument: 'magic or name',
    examples: ['%help read', '%help %install'],
  },
  {
    name: 'magics',
    kinds: line,
    usage: '',
    summary: 'Lists the magics.',
    examples: ['%magics'],
  },
  {
    name: 'check',
    kinds: line,
    usage: '[off | warn | stop]',
    summary:
      'Shows what TypeScript finds in this cell; or says of later cells that findings are not shown, are shown, or stop them.',
    examples: ['%check', '%check stop'],
  },
  {
    name: 'env',
    kinds: line,
    usage: '[NAME | NAME=value]',
    summary:
      'Shows or sets environment variables of the process that runs cells; values that look secret are hidden.',
    argument: 'variable',
    examples: ['%env TZ', '%env TZ=UTC'],
  },
  {
    name: 'run',
    kinds: line,
    usage: 'file.ts | notebook.ipynb',
    summary: 'Runs a file or all cells of another notebook, whose names are then known here.',
    argument: 'file',
    examples: ['%run clean.ts', '%run prepare.ipynb'],
  },
  {
    name: 'load',
    kinds: line,
    usage: 'file',
    summary: "Puts a file's text into this cell in place of the line.",
    argument: 'file',
    examples: ['%load clean.ts'],
  },
  {
    name: 'history',
    kinds: line,
    usage: '[-n COUNT] [text]',
    summary: 'Shows what was run in this session, the last COUNT cells or those that contain a text.',
    options: { '-n': 'how many cells, counted from the last' },
    examples: ['%history -n 5', '%history flights'],
  },
  {
    name: 'sh',
    kinds: ['line', 'cell'],
    usage: 'command',
    summary: "Runs a command of the shell in the notebook's folder and shows what it writes.",
    body: 'text',
    examples: ['%sh ls data', '%%sh\nwc -l data/*.csv'],
  },
  {
    name: 'bash',
    kinds: cell,
    usage: '',
    summary: "Runs the cell as a script of Bash in the notebook's folder.",
    body: 'text',
    examples: ['%%bash\nset -e\nls data'],
  },
  {
    name: 'slip',
    kinds: cell,
    usage: '',
    summary: 'The cell is in the model language; its models are values in the cells below.',
    body: 'slip',
    examples: ['%%slip\nmodel late_departure {\n  …\n}'],
  },
  {
    name: 'html',
    kinds: cell,
    usage: '',
    summary: 'Shows the cell as HTML.',
    body: 'text',
    examples: ['%%html\n<b>bold</b>'],
  },
  {
    name: 'markdown',
    kinds: cell,
    usage: '',
    summary: 'Shows the cell as Markdown.',
    body: 'text',
    examples: ['%%markdown\n**bold**'],
  },
  {
    name: 'latex',
    kinds: cell,
    usage: '',
    summary: 'Shows the cell as LaTeX.',
    body: 'text',
    examples: ['%%latex\n$e^{i\\pi} = -1$'],
  },
  {
    name: 'svg',
    kinds: cell,
    usage: '',
    summary: 'Shows the cell as an SVG picture.',
    body: 'text',
    examples: ['%%svg\n<svg width="9" height="9"><circle r="9"/></svg>'],
  },
  {
    name: 'writefile',
    kinds: cell,
    usage: '[-a] file',
    summary: 'Writes the cell into a file; -a adds it to the end.',
    body: 'text',
    options: { '-a': 'adds to the end of the file' },
    argument: 'file',
    examples: ['%%writefile clean.ts\nexport const limit = 10'],
  },
]

const byName = new Map(magics.map(entry => [entry.name, entry]))

/** Undefined when there is none of the name and kind. */
export function magicEntry(name: string, kind?: 'line' | 'cell'): MagicEntry | undefined {
  const entry = byName.get(name)
  return entry && (kind === undefined || entry.kinds.includes(kind)) ? entry : undefined
}

/** What other notebooks call things, and what to write here. */
export const foreignMagics: Readonly<Record<string, string>> = {
  pip: 'Packages come from npm: %install name.',
  npm: 'To install packages, write %install name; for other commands of npm, %sh npm ….',
  conda: 'Packages come from npm: %install name.',
  add: 'To install packages, write %install name.',
  lsmagic: 'To list the magics, write %magics.',
  timeit: 'To time a statement, write %time statement.',
  matplotlib: "Plots need no preparation: import { plot } from 'slipway'.",
  autoreload: 'Files of yours are read again when they have changed, without a magic.',
  load_ext: 'There are no extensions of magics; import a package instead.',
  cd: "Write process.chdir('…'); imports go on starting from the notebook's folder.",
  pwd: 'Write process.cwd().',
  ls: 'Write %sh ls.',
  cat: 'Write %sh cat file, or %load file.',
  pinfo: 'Write %help name.',
  who_ls: 'Write %who.',
  set_env: 'Write %env NAME=value.',
  debug: 'Breakpoints are set in the margin of a cell; run it with the debugger.',
  python: 'Cells are in TypeScript here. A command can be run with %%sh.',
  javascript: 'Cells are TypeScript, which JavaScript is a part of: leave the line out.',
  js: 'Cells are TypeScript, which JavaScript is a part of: leave the line out.',
  typescript: 'Cells are TypeScript: leave the line out.',
  ts: 'Cells are TypeScript: leave the line out.',
  sql: 'Write sql`select …`, from slipway.',
  file: 'Write %%writefile file.',
}
