/** Secrets: named in the text, never written in it. */
import { LibraryError } from './errors.ts'

/**
 * The value of the environment variable `SLIPWAY_SECRET_<name>`, else of `<name>`. A pipeline names its secrets
 * and never holds them: whoever runs a step gives them to it.
 * @throws LIB008 when neither is set
 */
export function secret(name: string): string {
  const value = process.env[`SLIPWAY_SECRET_${name}`] ?? process.env[name]
  if (value === undefined)
    throw new LibraryError(
      'LIB008',
      `Expected a secret "${name}", and neither SLIPWAY_SECRET_${name} nor ${name} is set. ` +
        'Set it in the environment of the kernel, the backend or the command line.',
    )
  return value
}
