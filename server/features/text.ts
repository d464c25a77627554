/** Texts in quotes, as they stand in a model file. */
import type { Token } from '../../language/index.ts'

/** What a quoted text says; undefined for one that cannot be read. */
export function textOf({ text }: Pick<Token, 'text'>): string | undefined {
  try {
    const plain: unknown = JSON.parse(text)
    return typeof plain === 'string' ? plain : undefined
  } catch {
    return undefined
  }
}

/** What stands between the quotes for a text to say this. */
export function writeText(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
