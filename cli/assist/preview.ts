/** A preview for an editor: what `slipway promote` would do with a notebook as the editor has it. */
import { dirname } from 'node:path'
import { editsFile, noEdits, parseEdits, propose, type ProposeOptions } from '../../promote/index.ts'
import { createContext } from '../context.ts'
import { createOutput } from '../output.ts'
import { promotionRequest } from '../promotion/request.ts'
import type { PreviewAnswer, PreviewRequest } from './messages.ts'

/** @throws CliError CLI001 outside of projects, PromoteError for what is no notebook */
export async function previewPromotion(
  { file, text, name, edits, history }: PreviewRequest,
  cache: NonNullable<ProposeOptions['cache']>,
): Promise<PreviewAnswer> {
  const { signal } = new AbortController()
  const root = createContext({}, signal).projectRoot(dirname(file))
  const { colors } = createOutput(true)
  const { options, folder } = promotionRequest({ root, file, text, name, edits, history, colors, cache })
  const { pipeline, preview, diagnostics, kept, dropped, assumptions } = await propose(options)
  return {
    name: options.name,
    folder,
    edits: edits ?? keptEdits(options.previous?.[editsFile]),
    ...(preview && { preview }),
    ...(pipeline && { version: pipeline.manifest.version }),
    diagnostics,
    kept,
    dropped,
    assumptions,
    edited: pipeline?.edited ?? [],
  }
}

function keptEdits(text: string | undefined): PreviewAnswer['edits'] {
  return text === undefined ? noEdits : parseEdits(text)
}
