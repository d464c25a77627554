/**
 * Whether an exception is caught by code of the user's. V8 takes the kernel, which catches whatever leaves a cell,
 * for a catch too; so this reads the text around each frame. Pure.
 */
import { parse, type Node } from 'acorn'
import { walk } from '../session/tree.ts'

type AnyNode = Node & Record<string, unknown>

export interface ScriptText {
  readonly code: string
  readonly isModule: boolean
}

/** A script, read once. */
export interface Catches {
  /** Whether what is thrown at this offset is caught in the function that holds it. */
  catchesAt(offset: number): boolean
}

export function readCatches({ code, isModule }: ScriptText): Catches {
  const covered: { readonly start: number; readonly end: number }[] = []
  const functions: { readonly start: number; readonly end: number }[] = []
  const program = parseSafely(code, isModule)
  if (program)
    walk(program, {
      enter(given) {
        const node = given as AnyNode
        if (node.type === 'TryStatement' && node['handler']) covered.push(node['block'] as Node)
        else if (/Function/.test(node.type)) functions.push(node)
        else if (node.type === 'AwaitExpression' && isCatchCall(node['argument'] as AnyNode))
          covered.push(node)
        else if (isCatchCall(node)) covered.push(((node['callee'] as AnyNode)['object'] ?? node) as Node)
        return true
      },
    })
  const holds = (offset: number) => (range: { start: number; end: number }) =>
    range.start <= offset && offset < range.end
  return {
    catchesAt(offset) {
      const inner = functions.filter(holds(offset)).at(-1)
      return covered.some(range => holds(offset)(range) && (!inner || range.start >= inner.start))
    },
  }
}

/** `f().catch(…)`, `f().then(…, …)`: who calls `f` there has it caught. */
function isCatchCall(node: AnyNode): boolean {
  if (node.type !== 'CallExpression') return false
  const callee = node['callee'] as AnyNode
  const name = (callee['property'] as { name?: string } | undefined)?.name
  if (callee.type !== 'MemberExpression' || name === undefined) return false
  return name === 'catch' || (name === 'then' && (node['arguments'] as unknown[]).length > 1)
}

function parseSafely(code: string, isModule: boolean): Node | undefined {
  const sourceType = isModule ? 'module' : 'script'
  try {
    return parse(code, {
      ecmaVersion: 'latest',
      sourceType,
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    })
  } catch {
    return undefined
  }
}
