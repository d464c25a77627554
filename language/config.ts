/** The version of the language, which slipway.json names so that an update never breaks a project. */
import { type Diagnostic, diagnostic } from './diagnostics.ts'
import type { Span } from './syntax/tokens.ts'

/** Versions that can be asked for, the newest last. */
export const languageVersions = [1] as const

export type LanguageVersion = (typeof languageVersions)[number]

export const newestLanguage: LanguageVersion = languageVersions.at(-1)!

/** The version that is used for the one asked for: that very one, else the newest. */
export function languageVersion(asked: number | undefined): LanguageVersion {
  return languageVersions.find(known => known === asked) ?? newestLanguage
}

/**
 * What the text of slipway.json says wrong of the language: a version that is not known. Text that is no JSON object,
 * or says nothing of it, is left to others.
 */
export function checkConfig(text: string, path = 'slipway.json'): readonly Diagnostic[] {
  const found = memberOf(text, 'language')
  if (!found) return []
  const written = text.slice(found.start, found.end)
  if (languageVersions.some(known => String(known) === written)) return []
  const listed = languageVersions.join(', ')
  const isNewer = /^\d+$/.test(written) && Number(written) > newestLanguage
  return [
    diagnostic('SLIP406', {
      path,
      span: found,
      message: `Expected a version of the language (${listed}), got ${written}.`,
      hint: `${isNewer ? 'Update Slipway, or write' : 'Write'} ${newestLanguage}. Meanwhile version ${newestLanguage} is used.`,
      fixes: [
        {
          title: `Change to ${newestLanguage}`,
          edits: [{ path, span: found, text: String(newestLanguage) }],
        },
      ],
    }),
  ]
}

const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"?|[{}[\],:]|[^\s{}[\],:"]+/g

/** Where the value of a member of the outermost object stands; its last one, as JSON has it. */
function memberOf(text: string, name: string): Span | undefined {
  let depth = 0
  let key: string | undefined
  let isValue = false
  let found: { start: number; end: number } | undefined
  for (const { 0: part, index } of text.matchAll(token)) {
    if (part.startsWith('//') || part.startsWith('/*')) continue
    const closes = part === '}' || part === ']'
    if (closes) depth--
    if (depth === 1 && isValue && part !== ',') {
      if (key === name) found = { start: found && closes ? found.start : index, end: index + part.length }
      if (part !== '{' && part !== '[') isValue = false
    } else if (depth === 1 && part === ':') isValue = true
    else if (depth === 1 && part === ',') [key, isValue] = [undefined, false]
    else if (depth === 1 && !closes) key = textOfKey(part)
    if (part === '{' || part === '[') depth++
  }
  return found
}

function textOfKey(part: string): string | undefined {
  try {
    const value: unknown = JSON.parse(part)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
