/**
 * The errors of the library and of steps: a stable code each, and a text that says what was expected, what came
 * and what to do. docs/library.md explains every code.
 */

/** Every code with its title. A code is never given another meaning. */
export const libraryErrorCodes = {
  LIB001: 'File not found',
  LIB002: 'Unknown format',
  LIB003: 'Query failed',
  LIB004: 'Value cannot be in a query',
  LIB005: 'Unknown model',
  LIB006: 'Model text has errors',
  LIB007: 'Unknown feature',
  LIB008: 'Secret not set',
  LIB009: 'Value cannot be plotted',
  LIB010: 'Package missing',
  LIB011: 'Metric not evaluated',
  LIB101: 'Invalid slipway.json',
  LIB102: 'Project unreadable',
  LIB201: 'Value does not fit its codec',
  LIB202: 'Stored value unreadable',
  LIB301: 'Invalid step request',
  LIB302: 'Step failed',
  LIB303: 'Step ended without a result',
} as const

export type LibraryErrorCode = keyof typeof libraryErrorCodes

/** The world did not fit what the library was asked for. */
export class LibraryError extends Error {
  readonly code: LibraryErrorCode

  constructor(code: LibraryErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'LibraryError'
    this.code = code
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
