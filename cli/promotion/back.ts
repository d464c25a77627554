/** `slipway promote --back`: edits made in a pipeline's steps, written into the cells that they came from. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { editsToCells } from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import { idOf, readNotebookFile, sourceOf, writeNotebookFile } from '../run-notebook.ts'
import { readTexts } from './folder.ts'

export interface BackRequest {
  /** The notebook, absolute. */
  readonly file: string
  /** The pipeline's, absolute. */
  readonly folder: string
  readonly mayWrite: () => Promise<boolean>
}

/** @throws CliError CLI007 when there is no pipeline */
export async function carryBack(context: CommandContext, request: BackRequest): Promise<void> {
  const { file, folder, mayWrite } = request
  const { output } = context
  const texts = readTexts(folder)
  if (!texts) throw new CliError('CLI007', `There is no pipeline in ${folder}: promote the notebook first.`)
  const { cells, problems } = editsToCells(readFileSync(file, 'utf8'), texts)
  for (const { cell, before, after } of cells)
    output.text(createTwoFilesPatch(`cell ${cell}`, `cell ${cell}`, before, after, 'there', 'new'))
  for (const { message } of problems) output.text(output.colors.yellow(`  note: ${message}`))
  const written = cells.length > 0 && (await mayWrite())
  if (written) {
    const notebook = readNotebookFile(file)
    for (const [i, each] of notebook.cells.entries()) {
      const edit = cells.find(({ cell }) => cell === idOf(each, i))
      if (edit && sourceOf(each) === edit.before)
        Object.assign(each, { source: Array.isArray(each.source) ? lines(edit.after) : edit.after })
    }
    writeNotebookFile(file, notebook)
  }
  output.document({ notebook: file, folder, cells, problems, written })
  if (cells.length === 0) output.text('No edit of a step to carry back.')
  else if (written) output.text(`Wrote ${basename(file)}. Run the changed cells, then promote again.`)
}

/** As notebooks keep them: each line with its end. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
