/**
 * Jupyter outputs as VS Code shows and saves them. The metadata is what the built-in `.ipynb` serializer reads to
 * write the outputs back as they came.
 */
import * as vscode from 'vscode'
import type { DisplayContent, ErrorContent, MimeBundle, StreamContent } from './messages.ts'

export function streamItem(content: StreamContent): vscode.NotebookCellOutputItem {
  return content.name === 'stderr'
    ? vscode.NotebookCellOutputItem.stderr(content.text)
    : vscode.NotebookCellOutputItem.stdout(content.text)
}

export function streamOutput(content: StreamContent): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([streamItem(content)], { outputType: 'stream' })
}

export function displayOutput(
  outputType: 'display_data' | 'execute_result',
  content: DisplayContent,
): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput(mimeItems(content.data), {
    outputType,
    executionCount: content.execution_count ?? undefined,
    metadata: content.metadata ?? {},
    transient: content.transient,
  })
}

export function errorOutput(content: ErrorContent): vscode.NotebookCellOutput {
  const stack = content.traceback.join('\n')
  const error = { name: content.ename, message: content.evalue, stack }
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(error)], {
    outputType: 'error',
    originalError: { output_type: 'error', ...content },
  })
}

/** The representations of one value, most telling first as the kernel sent them. */
export function mimeItems(data: MimeBundle): vscode.NotebookCellOutputItem[] {
  return Object.entries(data).map(([mime, value]) => mimeItem(mime, value))
}

function mimeItem(mime: string, value: unknown): vscode.NotebookCellOutputItem {
  if (isBinary(mime) && typeof value === 'string')
    return new vscode.NotebookCellOutputItem(Buffer.from(value, 'base64'), mime)
  if (isJson(mime)) return new vscode.NotebookCellOutputItem(Buffer.from(JSON.stringify(value)), mime)
  const text = Array.isArray(value) ? value.join('') : String(value)
  return vscode.NotebookCellOutputItem.text(text, mime)
}

function isBinary(mime: string): boolean {
  return /^(image|audio|video)\//.test(mime) && mime !== 'image/svg+xml'
}

function isJson(mime: string): boolean {
  return mime === 'application/json' || mime.endsWith('+json')
}
