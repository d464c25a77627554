/** Which tests a file declares, from its outline. Knows nothing of VS Code. */
import type { Outline, Range } from '../lsp/requests.ts'

export interface DeclaredTest {
  readonly name: string
  readonly range: Range
}

export interface DeclaredModel extends DeclaredTest {
  readonly tests: readonly DeclaredTest[]
}

/** The models of a file that have tests. */
export type FileTests = readonly DeclaredModel[]

/** Tests of one name in one model are one: the later hides the earlier, of which the language tells. */
export function testsOf(symbols: readonly Outline[]): FileTests {
  return symbols.flatMap(({ name, detail, selectionRange, children = [] }) => {
    if (detail !== 'model') return []
    const tests = children.flatMap(each =>
      each.detail === 'test' ? [{ name: each.name, range: each.range }] : [],
    )
    return tests.length ? [{ name, range: selectionRange, tests }] : []
  })
}
