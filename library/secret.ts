/** Secrets: named in the text, never written in it. */
import { LibraryError } from './errors.ts'
import { kernelHook } from './progress/hook.ts'

/** What was typed in this session, by name. It is in no variable of the environment, which child processes inherit. */
const typed = new Map<string, string>()

/**
 * The value of the environment variable `SLIPWAY_SECRET_<name>`, else of `<name>`; in a cell, when neither is set,
 * what the person types when asked (the field does not show it), remembered until the kernel restarts. A pipeline
 * names its secrets and never holds them: whoever runs a step gives them to it.
 * @throws LIB008 when it is not set and nobody can be asked
 */
export function secret(name: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name))
    throw new LibraryError(
      'LIB008',
      `Expected a name such as API_KEY, got ${JSON.stringify(name.slice(0, 20))}.`,
    )
  const value = process.env[`SLIPWAY_SECRET_${name}`] ?? process.env[name] ?? typed.get(name) ?? ask(name)
  if (value === undefined)
    throw new LibraryError(
      'LIB008',
      `Expected a secret "${name}", and neither SLIPWAY_SECRET_${name} nor ${name} is set. ` +
        'Set it in the environment of the kernel, the backend or the command line.',
    )
  return value
}

type Prompt = (text: string, options: { readonly password: boolean }) => string | null

/** Undefined outside of a cell, and where the client has nobody to ask. */
function ask(name: string): string | undefined {
  const { prompt } = globalThis as unknown as { readonly prompt?: Prompt }
  if (!kernelHook() || typeof prompt !== 'function') return undefined
  const value = promptFor(name, prompt)
  if (value) typed.set(name, value)
  return value || undefined
}

function promptFor(name: string, prompt: Prompt): string | null {
  try {
    return prompt(`Secret ${name}:`, { password: true })
  } catch (error) {
    if ((error as Error).name === 'InputUnavailable') return null
    throw error
  }
}
