/**
 * Runs a command of the `slipway` command line in a child process and gives its JSON document, so that the editor
 * and the terminal do the same. Exit codes and documents: cli/.
 */
import { startBundle } from '../support/processes.ts'
import { onLines } from '../support/lines.ts'

export interface CliOptions {
  /** The project's root. */
  readonly root: string
  readonly signal: AbortSignal
  /** What is being done now, a line for a person. */
  onProgress(message: string): void
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes that come with an answer: a check that finds errors ends with 1. Default 0 only. */
  readonly accepts?: readonly number[]
}

/** The command ended with an error. Its message says expected, got, what to do. */
export class CliFailure extends Error {
  readonly code: string
  readonly exitCode: number
  readonly details: unknown

  constructor(options: { code: string; message: string; exitCode: number; details?: unknown }) {
    super(options.message)
    this.name = 'CliFailure'
    this.code = options.code
    this.exitCode = options.exitCode
    this.details = options.details
  }

  get cancelled(): boolean {
    return this.exitCode === 130
  }
}

/** @throws CliFailure when it ends with another code than `accepts` names, or prints an error */
export async function runCli<Document>(args: readonly string[], options: CliOptions): Promise<Document> {
  const { root, signal, onProgress, accepts = [0] } = options
  const child = startBundle('cli', [...args, '--json', '--project', root], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { INIT_CWD: root, ...options.env },
  })
  const stop = (): void => void child.kill('SIGINT')
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  const stdout: Buffer[] = []
  const stderr: string[] = []
  child.stdout!.on('data', (chunk: Buffer) => stdout.push(chunk))
  onLines(child.stderr!, line => {
    stderr.push(line)
    onProgress(line)
  })
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => resolve(code ?? 130))
    })
    return documentOf({ stdout: Buffer.concat(stdout).toString('utf8'), stderr, exitCode, accepts })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface Ended {
  readonly stdout: string
  readonly stderr: readonly string[]
  readonly exitCode: number
  readonly accepts: readonly number[]
}

function documentOf<Document>({ stdout, stderr, exitCode, accepts }: Ended): Document {
  const document = parse(stdout)
  const failed = (document as { error?: { code: string; message: string; details?: unknown } } | undefined)
    ?.error
  if (accepts.includes(exitCode) && document !== undefined && !failed) return document as Document
  throw new CliFailure({
    code: failed?.code ?? 'INTERNAL',
    message: failed?.message ?? (stderr.slice(-5).join('\n') || `The command ended with code ${exitCode}.`),
    exitCode,
    details: failed?.details,
  })
}

/** The document may follow others of a stream; the whole output is one when it is not a stream. */
function parse(text: string): unknown {
  for (const candidate of [text, text.trimEnd().split('\n').at(-1) ?? '']) {
    try {
      return JSON.parse(candidate)
    } catch {
      // The next reading of it may be JSON.
    }
  }
  return undefined
}
