/** Imports: which declarations of other files a file sees. */
import { Cursor } from './cursor.ts'
import { closeBracket, parseNameNode } from './parse-expression.ts'
import { expect, expectName } from './parse-items.ts'

/** `import { flights, airport as place } from "shared/flights.slip"` */
export function parseImport(c: Cursor): void {
  c.open('ImportItem')
  c.bump()
  if (c.at('{') && !c.token.lineStart) parseImportedNames(c)
  else c.expected('names in braces, for example `{ flights }`')
  if (!c.broken) parseFrom(c)
  c.close()
}

function parseFrom(c: Cursor): void {
  if (c.token.lineStart || !c.eatWord('from')) return c.expected('`from` and a file in quotes')
  expect(c, 'string', 'a file in quotes, for example `"shared/flights.slip"`')
}

function parseImportedNames(c: Cursor): void {
  const opening = c.bump()
  c.brackets++
  while (!c.at('}') && !c.broken) {
    parseImportedName(c)
    if (!c.eat(',')) break
  }
  closeBracket(c, opening, '}')
}

function parseImportedName(c: Cursor): void {
  if (!c.atName() || c.atDeclaration()) return c.expected('the name of a source, an entity or a feature')
  c.open('ImportedName')
  parseNameNode(c)
  if (c.eatWord('as')) expectName(c, 'the name it has in this file')
  c.close()
}
