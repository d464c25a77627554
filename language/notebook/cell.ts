/**
 * A cell as a notebook has it: its language, its magics, and the code without them. The one place where magics are
 * recognised, for the kernel, the language services, the editor and promotion. Pure; never throws.
 */
import { magicEntry } from './magics.ts'
import { continuesStatement, createScanner, type Scanner } from './scan.ts'

export type CellLanguage = 'typescript' | 'slip' | 'text'

export interface Magic {
  readonly name: string
  /** `line` for `%name`, `cell` for `%%name`. */
  readonly kind: 'line' | 'cell'
  /** What follows the name: the rest of its line, or the statement of a magic that runs one. Without blanks around. */
  readonly argument: string
  /** UTF-16 offset of the `%`. */
  readonly start: number
  /** Behind its line, without the line's end; behind its statement for a magic that runs one. */
  readonly end: number
  /** Of the `%`, from 0. */
  readonly line: number
}

export interface Cell {
  /** `text` for cells that a cell magic takes as they are (`%%sh`, `%%html`). */
  readonly language: CellLanguage
  /**
   * What is left without the magics, as long as the source and with the same lines, so that every place means the
   * same in both: `%install x` is blank, `%time f()` is `      f()`, a cell of text is blank altogether.
   */
  readonly code: string
  /** From the top. */
  readonly magics: readonly Magic[]
}

/** Reads a cell. Magics that nobody knows are among its magics all the same. */
export function readCell(source: string): Cell {
  if (!source.includes('%')) return { language: 'typescript', code: source, magics: [] }
  const first = cellMagic(source)
  if (first === undefined) return readLines(source)
  const body = magicEntry(first.name, 'cell')?.body ?? 'text'
  if (body === 'typescript') {
    const rest = readLines(blank(source, 0, first.end))
    return { ...rest, magics: [first, ...rest.magics] }
  }
  const end = body === 'slip' ? first.end : source.length
  return { language: body, code: blank(source, 0, end), magics: [first] }
}

/** Whether a cell is in the model language: its first line that is not blank is `%%slip`. */
export function isModelCell(source: string): boolean {
  return cellMagic(source)?.name === 'slip'
}

/** What follows the first line of a cell that begins with a cell magic; all of another cell. */
export function cellBody(source: string): string {
  const magic = cellMagic(source)
  return magic ? source.slice(magic.end).replace(/^\r?\n/, '') : source
}

const cellMagicPattern = /^\s*(%%([A-Za-z_][\w-]*)([^\r\n]*))/

function cellMagic(source: string): Magic | undefined {
  const found = cellMagicPattern.exec(source)
  if (!found) return undefined
  const [all, magic = '', name = '', rest = ''] = found
  const start = all.length - magic.length
  return {
    name,
    kind: 'cell',
    argument: rest.trim(),
    start,
    end: all.length,
    line: source.slice(0, start).split('\n').length - 1,
  }
}

function readLines(source: string): Cell {
  const scanner = createScanner(source)
  const found: Found[] = []
  for (let line = 0; ; line++) {
    const start = scanner.lineStart
    const magic = scanner.depth === 0 ? magicAt(source, scanner) : undefined
    endStatement({ found, scanner, at: start, next: magic ? '%' : source.slice(start, scanner.lineEnd) })
    if (magic) {
      found.push({ ...magic, line, open: magic.codeAt !== undefined })
      scanner.restart(magic.codeAt ?? scanner.lineEnd)
    }
    scanner.scanLine()
    if (!scanner.nextLine()) break
  }
  endStatement({ found, scanner, at: source.length, next: '' })
  let code = source
  for (const { start, end, codeAt } of found) code = blank(code, start, codeAt ?? end)
  return { language: 'typescript', code: separate(code, source, found), magics: found.map(toMagic(source)) }
}

interface Found {
  readonly name: string
  readonly start: number
  /** Where the TypeScript begins that the magic runs. */
  readonly codeAt: number | undefined
  /** Whether the statement before it may not have ended for a reader who does not see the magic. */
  readonly separates: boolean
  readonly line: number
  end: number
  /** The statement goes on. */
  open: boolean
}

const toMagic =
  (source: string) =>
  ({ name, start, end, codeAt, line }: Found): Magic => ({
    name,
    kind: 'line',
    argument: source.slice(codeAt ?? start + 1 + name.length, end).trim(),
    start,
    end,
    line,
  })

/** The statement of `%time` ends where a line ends that the next one does not go on with. */
function endStatement(place: { found: Found[]; scanner: Scanner; at: number; next: string }): void {
  const { found, scanner, at, next } = place
  const last = found.at(-1)
  if (!last?.open) return
  const goesOn = scanner.depth > 0 || scanner.before === 'operator' || continuesStatement(next)
  if (at < scanner.text.length && goesOn && next !== '%') return
  last.open = false
  last.end = scanner.lastToken
}

const linePattern = /^[ \t]*%([A-Za-z_][\w-]*)([^\r\n]*)/

/** The magic that the line which begins here is, when it is one. */
function magicAt(source: string, scanner: Scanner): Omit<Found, 'line' | 'open'> | undefined {
  const text = source.slice(scanner.lineStart, scanner.lineEnd)
  const found = linePattern.exec(text)
  if (!found) return undefined
  const [all, name = '', rest = ''] = found
  const indent = text.indexOf('%')
  const start = scanner.lineStart + indent
  const isMagic =
    scanner.before === 'start' ||
    (scanner.before === 'operand' && !isRemainder({ name, rest, indented: indent > scanner.statementIndent }))
  if (!isMagic) return undefined
  const end = scanner.lineStart + all.trimEnd().length
  const isCode = magicEntry(name, 'line')?.code === true
  const codeAt = isCode ? start + 1 + name.length : undefined
  return { name, start, end, codeAt, separates: scanner.before === 'operand' }
}

/** What can follow an operand, and so says that `% name` before it is the rest of a division. */
const operatorPattern =
  /^\s*(?:$|\/\/|[+*/%&|^<>=?,;)\]}:]|-(?![A-Za-z-])|\.(?![./]|$)|[([`!](?=)|(?:in|instanceof|as|satisfies)\b)/

/**
 * Behind an operand, `%name` is the rest of a division unless it cannot be: `% time f()` are two operands in a row.
 * A magic that is known may also stand alone, and may be given options and paths, where it begins its statement's
 * column.
 */
function isRemainder({ name, rest, indented }: { name: string; rest: string; indented: boolean }): boolean {
  const entry = magicEntry(name, 'line')
  if (!entry) return operatorPattern.test(rest)
  if (rest.trim() === '') return indented || entry.code === true
  if (!/^[ \t]/.test(rest)) return true
  return /^\s*(?:[+*%&|^<>=?,;)\]}:]|[-/](?:\s|\d)|\.\s*\d|(?:in|instanceof|as|satisfies)\b)/.test(rest)
}

/** A statement without a semicolon must not go on behind a magic that was blanked: one takes the magic's place. */
function separate(code: string, source: string, found: readonly Found[]): string {
  let separated = code
  for (const { start, end, codeAt, separates } of found) {
    const next = source.slice(codeAt ?? end)
    if (separates && /^\s*[([`+\-*/%.,<>=&|^?:]/.test(next))
      separated = `${separated.slice(0, start)};${separated.slice(start + 1)}`
  }
  return separated
}

/** The text with everything but line ends blanked in a range. */
export function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end)
}
