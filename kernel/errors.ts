/**
 * The errors of the kernel: a stable code each, and a text that says what was expected, what came and what to do.
 */

/** Every code with its title. A code is never given another meaning. */
export const kernelErrorCodes = {
  KERNEL001: 'Connection file unreadable',
  KERNEL002: 'Message unreadable',
  KERNEL003: 'User process ended',
  KERNEL004: 'User process did not start',
  KERNEL005: 'Kernel process ended',
  KERNEL006: 'Wrong command line',
  KERNEL007: 'Unknown request',
  KERNEL008: 'Content of a request',
  KERNEL009: 'Question failed',
  KERNEL010: 'Debugger refused',
  KERNEL011: 'Runtime unfit',
  KERNEL020: 'Image cannot be shown',
  KERNEL030: 'Unknown magic',
  KERNEL031: 'Arguments of a magic',
  KERNEL032: 'npm missing',
  KERNEL033: 'Installation failed',
  KERNEL034: 'Magic failed',
} as const

export type KernelErrorCode = keyof typeof kernelErrorCodes

/** The world did not fit what the kernel was asked for. */
export class KernelError extends Error {
  readonly code: KernelErrorCode

  constructor(code: KernelErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'KernelError'
    this.code = code
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
