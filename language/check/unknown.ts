/** Says of a name that the file does not see what may have been meant, or which import it lacks. */
import type { DiagnosticCode } from '../diagnostics.ts'
import type { Name } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import type { Environment, ImportableKind } from './declarations.ts'
import type { Findings } from './findings.ts'

interface Context {
  readonly env: Environment
  readonly findings: Findings
}

/** Reports a name that other files declare and this one does not import; false when none does. Once a declaration. */
export function reportNotImported(
  kind: ImportableKind,
  { text, span }: Name,
  { env, findings }: Context,
): boolean {
  const places = env.elsewhere(kind, text)
  const [first] = places
  if (!first) return false
  if (!findings.once(`not imported ${kind} ${text}`)) return true
  const where = places.length > 1 ? `in ${places.length} other files` : `in ${JSON.stringify(first.path)}`
  findings.report('SLIP116', span, `\`${text}\` is declared ${where} and not imported here.`, {
    hint: `Import it: \`import { ${writeName(text)} } from ${JSON.stringify(first.path)}\`.`,
    fixes: places.map(place => place.fix),
  })
  return true
}

const unknownCodes: Readonly<Record<ImportableKind, DiagnosticCode>> = {
  source: 'SLIP101',
  entity: 'SLIP104',
  feature: 'SLIP103',
}

/** Reports a name that stands for nothing of the kind here: not imported, or not declared at all. Once a declaration. */
export function reportUnknown(
  kind: ImportableKind,
  name: Name,
  options: Context & { readonly among?: readonly string[]; readonly hint?: string },
): void {
  const { env, findings, among = [], hint } = options
  if (env.isImportBroken(kind, name.text) || reportNotImported(kind, name, options)) return
  if (!findings.once(`unknown ${kind} ${name.text}`)) return
  findings.unknownName(unknownCodes[kind], name, `There is no ${kind} \`${name.text}\`.`, {
    among: [...env.names(kind), ...among],
    ...(hint !== undefined && { hint }),
  })
}
