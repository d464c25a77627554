/** Text to tree: declarations one after the other, each reported and recovered on its own. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { lex } from './lexer.ts'
import { parseEntity, parseFeature, parseSource } from './parse-declarations.ts'
import { parseImport } from './parse-import.ts'
import { unknownItem } from './parse-items.ts'
import { parseModel } from './parse-model.ts'
import type { SyntaxTree } from './tree.ts'

/**
 * The tree of any text, broken or not, with what the syntax says about it. Never throws.
 * `path` is the file that diagnostics and fixes name.
 */
export function parse(text: string, path = ''): SyntaxTree {
  const tokens = lex(text)
  const c = new Cursor(tokens, path)
  c.open('File')
  while (!c.at('end')) parseDeclaration(c)
  const root = c.closeFile()
  return { text, root, tokens, diagnostics: c.diagnostics.toSorted((a, b) => a.span.start - b.span.start) }
}

const declarations: Readonly<Record<string, (c: Cursor) => void>> = {
  import: parseImport,
  source: parseSource,
  entity: parseEntity,
  feature: parseFeature,
  model: parseModel,
}

function parseDeclaration(c: Cursor): void {
  c.settle()
  if (c.atWord('import', ...keywords.declaration)) {
    declarations[c.token.text]!(c)
    if (c.at('end') || (c.broken && c.atDeclaration())) return
    if (c.token.lineStart && (!c.broken || c.atWord('import', ...keywords.declaration))) return
    if (!c.broken) c.expected('a new line before the next declaration')
  } else unknownItem(c, ['import', ...keywords.declaration], 'a declaration')
  skipToDeclaration(c)
}

/** Everything up to the next declaration goes into an error node. */
function skipToDeclaration(c: Cursor): void {
  c.open('Error')
  const first = c.token
  let depth = 0
  while (!c.at('end') && !(c.token !== first && c.atDeclaration())) {
    // A second mistake after a skipped block deserves its own diagnostic.
    if (depth === 0 && c.token !== first && c.token.lineStart && !c.at('}')) break
    if (c.at('{')) depth++
    if (c.at('}')) depth--
    c.bump()
  }
  c.close()
}
