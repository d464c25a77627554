/** `%run file.ts | notebook.ipynb`: another file's statements, as if they stood in cells here. */
import { dirname, extname, relative, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Outcome } from '../session/child-protocol.ts'
import { words } from './arguments.ts'
import { MagicError, succeeded, type MagicRunner } from './context.ts'
import { readText } from './load.ts'

const scripts = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])
const maxDepth = 20
let depth = 0

export const run: MagicRunner = async ({ argument }, context) => {
  const [name, ...more] = words(argument)
  if (name === undefined || more.length > 0)
    throw new MagicError('KERNEL031', 'Expected one file: %run file.ts or %run notebook.ipynb.')
  const isNotebook = extname(name) === '.ipynb'
  if (!isNotebook && !scripts.has(extname(name)))
    throw new MagicError('KERNEL031', `Expected a TypeScript file or a notebook, got ${name}.`)
  if (depth >= maxDepth)
    throw new MagicError('KERNEL034', `Expected files that do not run each other, got ${name} again.`)
  const text = await readText(name, context)
  const cells = isNotebook ? cellsOf(text, name) : [text]
  const folder = dirname(resolve(context.folder, name))
  depth += 1
  try {
    for (const [i, source] of cells.entries()) {
      const outcome = await context.runCell(atFolder(source, { from: folder, to: context.folder }))
      if (outcome.status !== 'ok') return told(outcome, isNotebook ? `${name}, code cell ${i + 1}` : name)
      if (context.signal.aborted) return outcome
    }
  } finally {
    depth -= 1
  }
  return succeeded
}

function told(outcome: Outcome, place: string): Outcome {
  return outcome.status === 'error'
    ? { ...outcome, traceback: [...outcome.traceback, '', `This happened in ${place}.`] }
    : outcome
}

function cellsOf(text: string, name: string): string[] {
  interface Notebook {
    readonly cells?: readonly { readonly cell_type?: string; readonly source?: string | readonly string[] }[]
  }
  try {
    const { cells = [] } = JSON.parse(text) as Notebook
    return cells
      .filter(cell => cell.cell_type === 'code')
      .map(({ source = '' }) => (typeof source === 'string' ? source : source.join('')))
      .filter(source => source.trim() !== '')
  } catch (error) {
    throw new MagicError('KERNEL034', `Expected a notebook in ${name}: ${messageOf(error)}`)
  }
}

/** Imports that are relative to the file's folder, seen from the notebook's. */
function atFolder(source: string, { from, to }: { readonly from: string; readonly to: string }): string {
  const path = relative(to, from).replaceAll('\\', '/')
  if (path === '') return source
  const prefix = path.startsWith('.') ? path : `./${path}`
  return source.replace(
    /((?:^|[\s;}])(?:from|import)\s*\(?\s*)(["'])(\.\.?\/[^"'\n]*)\2/gm,
    (_, before: string, quote: string, specifier: string) =>
      `${before}${quote}${prefix}/${specifier}${quote}`,
  )
}
