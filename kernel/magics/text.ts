/** `%%html`, `%%markdown`, `%%latex` and `%%svg`: the cell is what is shown. */
import type { MagicRunner } from './context.ts'

const shown =
  (mime: string): MagicRunner =>
  async ({ body }, context) => {
    context.display({ [mime]: body, 'text/plain': body })
    return undefined
  }

export const html = shown('text/html')
export const markdown = shown('text/markdown')
export const latex = shown('text/latex')
export const svg = shown('image/svg+xml')
