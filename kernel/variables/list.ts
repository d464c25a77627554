/** All values that cells have declared, as the question `variables` answers. */
import type { Scope } from '../session/child/scope.ts'
import { describe } from './describe.ts'
import { partsOf } from './parts.ts'
import type { PartsReply, PartsRequest, Variable } from './variable.ts'

/** Names that are described; there are rarely more. */
const maxVariables = 2000
/** After this long, sizes are estimated from less. */
const patienceMs = 50

export function listVariables(scope: Scope): { readonly variables: readonly Variable[] } {
  const startedMs = performance.now()
  const variables = scope
    .names()
    .slice(-maxVariables)
    .flatMap(({ name, kind, file }): Variable[] => {
      const found = valueOf(scope, name)
      if (!found) return []
      const isLate = performance.now() - startedMs > patienceMs
      return [
        {
          name,
          kind,
          ...describe(found.value, isLate ? 50 : undefined),
          file: file.replace(/#[^\]]*\]$/, ']'),
        },
      ]
    })
  return { variables }
}

/** @throws {Error} when there is no such name */
export function listParts(scope: Scope, { name, path, ...page }: PartsRequest): PartsReply {
  const found = valueOf(scope, name)
  if (!found) throw new Error(`Expected a name that a cell has declared, got ${name}.`)
  return partsOf(found.value, { path, ...page })
}

/** The accessors that stand for names are the kernel's own: of imports, and of what has no value yet. */
function valueOf(scope: Scope, name: string): { readonly value: unknown } | undefined {
  const property = scope.property(name)
  if (!property) return undefined
  if (!property.get) return { value: property.value }
  try {
    return { value: property.get.call(undefined) }
  } catch {
    return undefined // A type that was imported, or a name without a value.
  }
}
