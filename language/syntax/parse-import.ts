/** Imports: which declarations of other files a file sees. */
import { Cursor } from './cursor.ts'
import { closeBracket, parseNameNode } from './parse-expression.ts'
import { expect, expectName } from './parse-items.ts'

const example = 'for example `import { flights } from "shared/flights.slip"`'

/** `import { flights, airport as place } from "shared/flights.slip"` */
export function parseImport(c: Cursor): void {
  c.open('ImportItem')
  c.bump()
  if (c.at('{') && !c.lineStart) parseBraced(c)
  else if (c.atName() && !c.lineStart && !c.atWord('from')) parseBare(c)
  else c.expected(`names in braces, ${example}`, { code: 'SLIP014' })
  if (!c.broken) parseFrom(c)
  c.close()
}

function parseFrom(c: Cursor): void {
  if (c.at('string') && !c.lineStart)
    c.note(`Expected \`from\`, got ${c.describe()}.`, { code: 'SLIP014', fixes: [c.insertion(' from')] })
  else if (c.lineStart || !c.eatWord('from')) return c.expected(`\`from\` and a file in quotes, ${example}`)
  expect(c, 'string', 'a file in quotes, for example `"shared/flights.slip"`')
}

function parseBraced(c: Cursor): void {
  const opening = c.bump()
  c.brackets++
  while (!c.at('}') && !c.broken) {
    parseImportedName(c)
    if (!c.eat(',')) break
  }
  if (c.atWord('from') && !c.broken) {
    c.note(`Expected \`}\`, got ${c.describe()}.`, { code: 'SLIP003', fixes: [c.insertion(' }')] })
    c.brackets--
  } else closeBracket(c, opening, '}')
}

/** Names that lack their braces. */
function parseBare(c: Cursor): void {
  const { start } = c.token
  parseBareNames(c)
  if (c.broken) return
  const span = { start, end: c.previous!.end }
  c.note('Expected the names in braces.', {
    code: 'SLIP014',
    span,
    fixes: [c.fix('Add braces', span, `{ ${c.textOf(span)} }`)],
  })
}

function parseBareNames(c: Cursor): void {
  do {
    parseImportedName(c)
  } while (!c.broken && c.eat(','))
}

function parseImportedName(c: Cursor): void {
  if (!c.atName() || c.atDeclaration())
    return c.expected('the name of a source, an entity or a feature', {
      ...(c.at('*') && { hint: 'Every name is imported by itself.' }),
    })
  c.open('ImportedName')
  parseNameNode(c)
  if (c.eatWord('as')) expectName(c, 'the name it has in this file')
  c.close()
}

/** Whether an import begins here as in other languages: `from "shared/flights.slip" import flights`. */
export function atReversedImport(c: Cursor): boolean {
  return c.atWord('from') && c.peekKind() === 'string' && c.peek(2).text === 'import' && !c.peek(2).lineStart
}

export function parseReversedImport(c: Cursor): void {
  const { start } = c.token
  c.open('ImportItem')
  c.bump()
  const file = c.bump().text
  c.bump()
  const names = { start: c.token.start, end: c.token.end }
  if (c.at('{')) parseBraced(c)
  else parseBareNames(c)
  if (!c.broken) {
    const end = c.previous!.end
    const text = c.textOf({ start: names.start, end })
    const repaired = `import ${text.startsWith('{') ? text : `{ ${text} }`} from ${file}`
    c.note('An import names what it takes first.', {
      code: 'SLIP014',
      span: { start, end },
      fixes: [c.fix(`Change to \`${repaired}\``, { start, end }, repaired)],
    })
  }
  c.close()
}
