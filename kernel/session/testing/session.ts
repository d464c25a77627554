/** A session in this process, for tests: cells run one after the other on one scope, on the real global object. */
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { compileCell } from '../../language/typescript.ts'
import { createScope } from '../child/scope.ts'
import { isReservedGlobal, NeedsCompiler, rewriteCell, withoutMarks, type RewrittenCell } from '../rewrite.ts'

/** Cells run one after the other on one scope; values of last expressions come back. */
export function createSession(modules: Record<string, Record<string, unknown>> = {}) {
  const scope = createScope()
  let shadowing = false
  const rewrite = (source: string): RewrittenCell => {
    try {
      return rewriteCell(source, { shadowing })
    } catch (error) {
      if (!(error instanceof NeedsCompiler)) throw error
      return rewriteCell(source, { shadowing, compiled: compileCell(withoutMarks(source)) })
    }
  }
  return async (source: string): Promise<unknown> => {
    const { code, names } = rewrite(source)
    shadowing ||= names.some(({ name }) => isReservedGlobal(name))
    const shadowed = names.map(name => ({ ...name, shadow: isReservedGlobal(name.name) }))
    scope.declare(shadowed)
    const runtime = {
      freeze: scope.freeze,
      gate: (value: unknown) => value,
      meta: { url: 'file:///notebook.ts' },
      import: (specifier: string) => Promise.resolve(modules[specifier]),
      bind: (specifier: string, bindings: [string, string][]) => {
        for (const [imported, local] of bindings)
          scope.bind(local, { value: imported === '*' ? modules[specifier] : modules[specifier]![imported] })
      },
    }
    try {
      const body = new vm.Script(code).runInThisContext()(
        runtime,
        createRequire(import.meta.url),
        scope.shadow,
      ) as () => Promise<[unknown]>
      return (await body())?.[0]
    } finally {
      scope.settle(shadowed)
    }
  }
}

/** Runs cells in order and gives the value of the last one. */
export async function valueOf(...cells: string[]): Promise<unknown> {
  const run = createSession({ m: { default: 'd', a: 1, b: 2 } })
  let value: unknown
  for (const cell of cells) value = await run(cell)
  return value
}
