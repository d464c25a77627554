/** What TypeScript knows of a symbol, as Markdown. Pure. */
import { ts } from './typescript.ts'

/** Documentation and tags of a symbol. */
export function documentationOf(
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  return [proseOf(parts ?? []), ...(tags ?? []).map(tagText)].filter(text => text !== '').join('\n\n')
}

/** Text with its links. */
export function proseOf(parts: readonly ts.SymbolDisplayPart[]): string {
  let text = ''
  let link: { name: string; text: string } | undefined
  for (const part of parts) {
    if (part.kind === 'link') {
      if (link) text += linkText(link)
      link = link ? undefined : { name: '', text: '' }
    } else if (link && part.kind === 'linkName') link.name += part.text
    else if (link && part.kind === 'linkText') link.text += part.text
    else text += part.text
  }
  return text.trim()
}

function linkText({ name, text }: { name: string; text: string }): string {
  if (/^https?:\/\//.test(text || name)) {
    const [url = '', ...label] = (name + text).split(/[\s|]+/)
    return `[${label.join(' ') || url}](${url})`
  }
  return text.trim() === '' ? `\`${name}\`` : text.trim()
}

function tagText({ name, text }: ts.JSDocTagInfo): string {
  const body = proseOf(text ?? [])
  if (name === 'example') return `*@example*\n${exampleText(text?.map(part => part.text).join('') ?? '')}`
  if (['param', 'template', 'property', 'throws', 'exception'].includes(name)) {
    const [, subject = '', rest = ''] = /^(\{[^}]*\}|\S+)?\s*(?:[-–—]\s*)?([^]*)$/.exec(body) ?? []
    if (name === 'throws' || name === 'exception') return `*@${name}* — ${body}`
    return `*@${name}* \`${subject}\`${rest ? ` — ${rest}` : ''}`
  }
  if (body === '') return `*@${name}*`
  return `*@${name}* — ${body}`
}

/** An example is code unless it says where code begins. */
function exampleText(body: string): string {
  const text = body.replace(/^\n+|\s+$/g, '')
  if (text.includes('```')) return text
  const [, caption, rest] = /^<caption>(.*?)<\/caption>\s*([^]*)$/.exec(text) ?? [undefined, undefined, text]
  return `${caption ? `${caption}\n` : ''}\`\`\`typescript\n${rest}\n\`\`\``
}

/** What TypeScript says of a symbol, without what is only so because cells are modules. */
export function signatureOf(
  parts: readonly ts.SymbolDisplayPart[],
  aliases: ReadonlyMap<string, string> = new Map(),
): string {
  const text = ts
    .displayPartsToString(parts as ts.SymbolDisplayPart[])
    .replace(/^\(alias\) /, '')
    .replace(/\nimport [\p{ID_Continue}$ꓸꙮꓹꚙꛓꛘꛝꛪ]+$/u, '')
  return withNames(text, aliases)
}

/** A text in which earlier values of redeclared names are called by their names. */
export function withNames(text: string, aliases: ReadonlyMap<string, string>): string {
  let named = text
  for (const [alias, name] of aliases) named = named.replaceAll(alias, name)
  return named
    .replace(/import\("[^"]*\/__(?:cell|run)_\w+"\)\./g, '')
    .replace(/typeof import\("[^"]*\/__(?:cell|run)_\w+"\)/g, 'cell')
}

export function codeBlock(text: string): string {
  return `\`\`\`typescript\n${text}\n\`\`\``
}
