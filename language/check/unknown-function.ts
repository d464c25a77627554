/** Says of a call that nothing answers to what may have been meant. */
import type { DiagnosticCode } from '../diagnostics.ts'
import { aggregates, foreignName, functions } from '../functions.ts'
import { suggest } from '../suggest.ts'
import type { CallExpression } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'

import type { Findings } from './findings.ts'

export interface UnknownCallOptions {
  readonly findings: Findings
  readonly code: DiagnosticCode
  readonly message: string
  /** Names beside the functions that may have been meant: features. */
  readonly among?: Iterable<string>
  /** What to do when nothing similar is known. */
  readonly hint?: string
  /** Whether an aggregate may stand here. */
  readonly aggregates?: boolean
}

/** Reports a call of an unknown function: a misspelt name, a name of another language, or an aggregate out of place. */
export function reportUnknownCall({ callee, args }: CallExpression, options: UnknownCallOptions): void {
  const { findings, code, message, among = [], hint } = options
  const { name: meant, hint: said } = meaning(callee.text, args.length, options)
  const near = meant ?? suggest(callee.text, [...functions.keys(), ...among])
  // How it is said here is worth more than a name that is merely spelt alike.
  if (said !== undefined && meant === undefined)
    return findings.report(code, callee.span, message, { hint: said })
  const text = near === undefined ? hint : `Did you mean \`${near}\`?`
  findings.report(code, callee.span, message, {
    ...(text !== undefined && { hint: text }),
    ...(near !== undefined && {
      fixes: [
        findings.replace(callee.span, functions.has(near) ? near : writeName(near), `Change to \`${near}\``),
      ],
    }),
  })
}

interface Meaning {
  readonly name?: string
  readonly hint?: string
}

function meaning(
  name: string,
  nArguments: number,
  { aggregates: allowed = false }: UnknownCallOptions,
): Meaning {
  const known = functions.has(name.toLowerCase()) ? { name: name.toLowerCase() } : foreignName(name)
  const called = known?.name ?? name
  if (!aggregates.has(called) || allowed) return known ?? {}
  if (called === 'max' && nArguments > 1) return { name: 'greatest' }
  if (called === 'min' && nArguments > 1) return { name: 'least' }
  const shown = `feature f of entity = ${called}(source.column) by source.key over 7 days`
  return { hint: `\`${called}\` is over many rows. Declare a windowed feature: \`${shown}\`.` }
}
