/** What a name of a cell is: its type, its documentation and, on request, the text that declares it. */
import type { Origins } from './cells.ts'
import { placeIn, spanIn, type CellPlace, type LanguageContext } from './context.ts'
import { magicHover } from './magics.ts'
import { codeBlock, documentationOf, proseOf, signatureOf } from './markdown.ts'
import type { Hover, Place } from './protocol.ts'
import { ts } from './typescript.ts'

/** Definitions longer than this are cut, in lines. */
const maxLines = 200

/** @param detail 1 adds the text of the definition, as Jupyter's `detail_level` does */
export function hoverOf(context: LanguageContext, place: Place, detail = 0): Hover | undefined {
  const magic = magicHover(place)
  if (magic) return magic
  const at = placeIn(context, place)
  if (!at) return undefined
  // A cursor behind a name means that name; inside of empty parentheses, what is called.
  for (const position of [at.position, at.position - 1, callee(at)]) {
    if (position < at.cell.module.offset) continue
    const info = context.service.getQuickInfoAtPosition(at.path, position)
    const span = info && spanIn(at.cell, info.textSpan)
    if (!info || !span) continue
    const hover = textOf(info, at)
    return {
      ...(detail > 0 ? withDefinition(hover, definitionText(context, at.path, position)) : hover),
      span,
    }
  }
  return undefined
}

function callee({ cell, offset }: CellPlace): number {
  const found = /([\p{ID_Continue}$])\s*\([^()\n]*$/u.exec(cell.syntax.code.slice(0, offset))
  return found ? cell.module.offset + found.index : -1
}

function textOf({ displayParts, documentation, tags }: ts.QuickInfo, { cell }: CellPlace) {
  const signature = withKind(signatureOf(displayParts ?? [], cell.module.aliases), cell.module.imports)
  const markdown = documentationOf(documentation, tags)
  const text = [proseOf(documentation ?? []), ...(tags ?? []).map(plainTag)]
    .filter(part => part !== '')
    .join('\n\n')
  return {
    plain: text ? `${signature}\n\n${text}` : signature,
    markdown: markdown ? `${codeBlock(signature)}\n\n${markdown}` : codeBlock(signature),
  }
}

/** Of a function that is called under an imported name TypeScript does not say that it is one. */
function withKind(signature: string, imports: Origins): string {
  const name = /^([\p{ID_Continue}$]+)[(<]/u.exec(signature)?.[1] ?? ''
  return imports.get(name)?.kind === 'function' ? `function ${signature}` : signature
}

function plainTag({ name, text }: ts.JSDocTagInfo): string {
  return `@${name} ${proseOf(text ?? [])}`.trim()
}

function withDefinition(hover: { plain: string; markdown: string }, definition: Definition | undefined) {
  if (!definition) return hover
  const { text, where } = definition
  return {
    plain: `${hover.plain}\n\n${where}:\n${text}`,
    markdown: `${hover.markdown}\n\n${where}:\n\n${codeBlock(text)}`,
  }
}

interface Definition {
  readonly text: string
  readonly where: string
}

function definitionText(context: LanguageContext, path: string, position: number): Definition | undefined {
  const found = context.service.getDefinitionAtPosition(path, position)?.[0]
  const file = found && context.service.getProgram()?.getSourceFile(found.fileName)
  if (!file) return undefined
  const { start, length } = found.contextSpan ?? found.textSpan
  const lines = file.text.slice(start, start + length).split('\n')
  const text = lines.length > maxLines ? [...lines.slice(0, maxLines), '…'].join('\n') : lines.join('\n')
  const isCell =
    /\/__(?:cell|run)_[^/]*$/.test(found.fileName) && !found.fileName.endsWith('__cell_globals.d.ts')
  const { line } = file.getLineAndCharacterOfPosition(start)
  return { text, where: isCell ? 'Declared in a cell' : `Declared in ${found.fileName}:${line + 1}` }
}
