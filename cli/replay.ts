/**
 * A clean replay: everything that the notebook ran, in its order, in a kernel of its own; and the values of the
 * outputs at their times, written as a step would write them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startKernel } from '../kernel/client.ts'
import { codecByName } from '../library/codecs/index.ts'
import type { OutputDocuments, ReplayRequest } from '../promote/index.ts'
import { CliError } from './errors.ts'
import { outputDocument } from './outputs.ts'

export interface ReplayOptions {
  readonly root: string
  /** Of the notebook. */
  readonly folder: string
  /** Where values are written; the caller removes it. */
  readonly workFolder: string
  readonly signal?: AbortSignal
  readonly onProgress: (message: string) => void
}

type ReplayOutput = ReplayRequest['outputs'][number]

/** @throws CliError CLI005 when a cell fails in the replay */
export async function replay(request: ReplayRequest, options: ReplayOptions): Promise<OutputDocuments> {
  const { root, folder, workFolder, signal, onProgress } = options
  mkdirSync(workFolder, { recursive: true })
  const kernel = await startKernel({ cwd: folder })
  const documents: Record<string, unknown> = {}
  const run = async (source: string, what: string) => {
    const { status, error } = await kernel.execute(source, { signal })
    signal?.throwIfAborted()
    if (status === 'ok') return
    const text = error?.traceback.join('\n') ?? error?.evalue ?? ''
    throw new CliError('CLI005', `${what} failed in the clean replay of the notebook.\n${text}`)
  }
  try {
    for (const [index, { cell, source }] of request.runs.entries()) {
      onProgress(`Replaying the notebook: ${index + 1} of ${request.runs.length}`)
      const due = request.outputs.filter(output => output.afterRun === index)
      await run(holdResult(source, due), `Cell ${cell}`)
      for (const output of due) {
        const path = join(workFolder, `${index}-${output.name}${codecByName(output.codec).extension}`)
        await run(storeCell(output, path), `Output ${output.name}`)
        documents[output.name] = await outputDocument(root, { codec: output.codec, path })
      }
    }
    return documents
  } finally {
    await kernel.shutdown()
  }
}

const held = '__slipway_result'

/** The run's last expression is kept under a name of ours, when an output is that expression. */
function holdResult(source: string, due: readonly ReplayOutput[]): string {
  const wanted = due.find(output => !output.isVariable)
  const at = wanted ? source.lastIndexOf(wanted.expression) : -1
  if (!wanted || at < 0) return source
  return `${source.slice(0, at)}var ${held} = (${wanted.expression})${source.slice(at + wanted.expression.length)}`
}

function storeCell(output: ReplayOutput, path: string): string {
  const value = output.isVariable ? output.expression : held
  return `await (await import('slipway')).storeValue(${value}, ${JSON.stringify(output.codec)}, ${JSON.stringify(path)})`
}
