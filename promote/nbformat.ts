/**
 * Notebook files as the world has them: the text made a document of nbformat 4, older formats brought up to it, and
 * what is wrong with a file that is none, in a person's words. Follows nbformat's own upgrade from 3 to 4.
 */
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'

export const SourceSchema = Type.Union([Type.String(), Type.Array(Type.String())])
export const NotebookSchema = Type.Object({
  nbformat: Type.Integer({ minimum: 4 }),
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  cells: Type.Array(
    Type.Object({
      id: Type.Optional(Type.String()),
      cell_type: Type.String(),
      source: SourceSchema,
      metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      outputs: Type.Optional(Type.Array(Type.Unknown())),
    }),
  ),
})

export type NotebookDocument = Static<typeof NotebookSchema>

/** A notebook, or why the text is none: the end of a sentence that begins with "expected a notebook, ". */
export type ReadNotebook = { readonly document: NotebookDocument } | { readonly problem: string }

/** Members that the schema does not name stay. */
export function readNotebookDocument(text: string): ReadNotebook {
  // Windows programs begin UTF-8 files with a byte order mark, which JSON does not know.
  const plain = text.replace(/^\uFEFF/, '')
  if (plain.trim() === '') return { problem: 'got an empty file' }
  let value: unknown
  try {
    value = JSON.parse(plain)
  } catch (thrown) {
    return { problem: `got text that is not JSON: ${(thrown as Error).message}` }
  }
  const document = upgraded(value)
  if (Value.Check(NotebookSchema, document)) return { document }
  return { problem: problemOf(document) }
}

function problemOf(document: unknown): string {
  if (!isObject(document) || !('cells' in document) || !('nbformat' in document))
    return 'got JSON without "cells" and "nbformat"'
  if (typeof document['nbformat'] === 'number' && document['nbformat'] < 4)
    return `got nbformat ${document['nbformat']}; save it in a newer format with Jupyter`
  const [first] = Value.Errors(NotebookSchema, document)
  return `got one that does not fit nbformat 4 at ${first?.instancePath || '/'}: ${first?.message ?? ''}`
}

type Members = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** nbformat 3 keeps its cells in worksheets, code under `input`, and headings as cells of their own. */
function upgraded(value: unknown): unknown {
  if (!isObject(value) || value['nbformat'] !== 3 || !Array.isArray(value['worksheets'])) return value
  const cells = value['worksheets'].flatMap((sheet: unknown) =>
    isObject(sheet) && Array.isArray(sheet['cells']) ? (sheet['cells'] as unknown[]) : [],
  )
  const { name: _, ...metadata } = isObject(value['metadata']) ? value['metadata'] : {}
  return { nbformat: 4, nbformat_minor: 4, metadata, cells: cells.map(upgradedCell) }
}

function upgradedCell(cell: unknown): unknown {
  if (!isObject(cell)) return cell
  const metadata = isObject(cell['metadata']) ? cell['metadata'] : {}
  const source = cell['input'] ?? cell['source'] ?? ''
  switch (cell['cell_type']) {
    case 'code': {
      const outputs = Array.isArray(cell['outputs']) ? cell['outputs'].map(upgradedOutput) : []
      return {
        ...{ cell_type: 'code', metadata, source, outputs },
        execution_count: cell['prompt_number'] ?? null,
      }
    }
    case 'heading': {
      const text = Array.isArray(source) ? source.join('') : String(source)
      const level = Math.min(6, Math.max(1, Number(cell['level'] ?? 1)))
      return { cell_type: 'markdown', metadata, source: `${'#'.repeat(level)} ${text.replaceAll('\n', ' ')}` }
    }
    default:
      return { ...cell, cell_type: cell['cell_type'] === 'raw' ? 'raw' : 'markdown', metadata, source }
  }
}

const outputTypes: Readonly<Record<string, string>> = { pyout: 'execute_result', pyerr: 'error' }

/** The names under which nbformat 3 keeps representations. */
const mimeTypes: Readonly<Record<string, string>> = {
  text: 'text/plain',
  html: 'text/html',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpeg: 'image/jpeg',
  latex: 'text/latex',
  json: 'application/json',
  javascript: 'application/javascript',
}

function upgradedOutput(output: unknown): unknown {
  if (!isObject(output)) return output
  const given = String(output['output_type'])
  const type = outputTypes[given] ?? given
  if (type === 'stream')
    return { output_type: type, name: output['stream'] ?? 'stdout', text: output['text'] ?? '' }
  if (type === 'error') return { ...output, output_type: type }
  const data = Object.entries(mimeTypes).flatMap(([name, mime]) =>
    output[name] === undefined ? [] : [[mime, output[name]] as const],
  )
  return {
    ...{ output_type: type, data: Object.fromEntries(data), metadata: output['metadata'] ?? {} },
    ...(type === 'execute_result' ? { execution_count: output['prompt_number'] ?? null } : {}),
  }
}
