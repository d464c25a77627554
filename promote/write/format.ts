/** Formatting of generated code, in the hand of the notebook's author: semicolons and quotes as in the cells. */
import * as estree from 'prettier/plugins/estree'
import * as typescript from 'prettier/plugins/typescript'
import { format } from 'prettier/standalone'
import type { Plugin } from 'prettier'

export interface CodeStyle {
  readonly semi: boolean
  readonly singleQuote: boolean
  readonly printWidth: number
}

/** What most of the cells do. */
export function styleOf(sources: readonly string[]): CodeStyle {
  const text = sources.join('\n')
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return {
    semi: count(/;[ \t]*$/gm) > count(/[^;{}\s,([][ \t]*$/gm) / 2,
    singleQuote: count(/'/g) >= count(/"/g),
    printWidth: 110,
  }
}

export async function formatCode(text: string, style: CodeStyle): Promise<string> {
  return await format(text, {
    ...style,
    parser: 'typescript',
    arrowParens: 'avoid',
    plugins: [typescript, estree as Plugin],
  })
}
