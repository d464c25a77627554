/** Whether evidence is kept, and of which notebook: what whoever starts the kernel says. */
import { existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

/** By `SLIPWAY_EVIDENCE`, which is `off` for none. Default: it is. */
export function isKept(environment: NodeJS.ProcessEnv = process.env): boolean {
  return !/^(?:off|0|false|no)$/i.test(environment['SLIPWAY_EVIDENCE'] ?? '')
}

/** Whether it is kept of a program's session too, for which `SLIPWAY_EVIDENCE` must be `on`. */
export function isAskedFor(environment: NodeJS.ProcessEnv = process.env): boolean {
  return /^(?:on|1|true|yes)$/i.test(environment['SLIPWAY_EVIDENCE'] ?? '')
}

/**
 * The notebook that the session belongs to, relative to its folder; null when nobody tells. Our client says so in
 * `SLIPWAY_NOTEBOOK`, a Jupyter server in `JPY_SESSION_NAME`.
 */
export function notebookOf(folder: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  const told = environment['SLIPWAY_NOTEBOOK'] ?? environment['JPY_SESSION_NAME']
  if (told === undefined || told === '') return null
  // A server tells the path from its own root.
  if (existsSync(join(folder, basename(told)))) return basename(told)
  return existsSync(told) ? relative(folder, told) : null
}
