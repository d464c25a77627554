/**
 * How a command ends: exit codes, and which of them an error stands for.
 *
 * 0 done, 1 the user's text or data is wrong, 2 wrong usage, 3 the world failed, 130 cancelled.
 */
export const exitCodes = { done: 0, wrong: 1, usage: 2, world: 3, cancelled: 130 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Every code of the command line itself. What each means: docs/errors.md. */
export const cliErrorCodes = {
  CLI001: 'No project here',
  CLI002: 'File not found',
  CLI003: 'Already exists',
  CLI004: 'Errors in model text',
  CLI005: 'A cell failed',
  CLI006: 'Invalid parameter',
  CLI007: 'No such pipeline',
  CLI008: 'Not JSON',
  CLI009: 'Token missing',
  CLI010: 'Backend did not start',
  CLI011: 'Run did not succeed',
  CLI012: 'Verification failed',
  CLI013: 'Nothing to show',
  CLI014: 'No test',
} as const
export type CliErrorCode = keyof typeof cliErrorCodes

/** The text says what was expected, what came and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  readonly exitCode: ExitCode
  /** Goes into the JSON document beside code and message. */
  readonly details: unknown

  constructor(
    code: CliErrorCode,
    message: string,
    options: { exitCode?: ExitCode; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.exitCode = options.exitCode ?? exitCodes.wrong
    this.details = options.details
  }
}

/** Errors of other parts whose cause is the world and not what the user wrote. */
const worldCodes = new Set(['BCK001', 'BCK002', 'BCK013', 'BCK014', 'BCK016', 'BCK017', 'BCK018', 'BCK500'])
worldCodes.add('LIB102').add('LIB303')
const systemCodes = new Set([
  'EACCES',
  'EPERM',
  'ENOSPC',
  'EMFILE',
  'ECONNREFUSED',
  'ECONNRESET',
  'EIO',
  'EROFS',
])

/** The code that an error carries, if it carries one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** Which exit code an error stands for. An error without a code of ours is the world's. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode
  if (isCancellation(error)) return exitCodes.cancelled
  const code = codeOf(error)
  if (code === undefined || systemCodes.has(code) || worldCodes.has(code)) return exitCodes.world
  return /^[A-Z]{3,4}\d{3}$/.test(code) ? exitCodes.wrong : exitCodes.world
}

export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
