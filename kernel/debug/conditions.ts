/** Conditions, hit counts and log messages of breakpoints, as one expression that V8 evaluates. Pure. */
import { stripTypeScriptTypes } from 'node:module'
import { parse } from 'acorn'

/** Where the process being debugged keeps what breakpoints need (inside.ts). */
export const insideExpression = 'globalThis[Symbol.for("slipway.debug")]'

export interface BreakpointWishes {
  readonly condition?: string
  readonly hitCondition?: string
  readonly logMessage?: string
}

/** @throws {SyntaxError} with a sentence for the user */
export function breakpointCondition(id: number, wishes: BreakpointWishes): string | undefined {
  const parts = [
    ...(wishes.condition?.trim() ? [`(${readExpression(wishes.condition)})`] : []),
    ...(wishes.hitCondition?.trim() ? [hitExpression(id, wishes.hitCondition)] : []),
    ...(wishes.logMessage ? [logExpression(id, wishes.logMessage)] : []),
  ]
  return parts.length ? parts.join(' && ') : undefined
}

/** An expression of TypeScript as one of JavaScript. @throws {SyntaxError} */
export function readExpression(text: string): string {
  // On lines of its own, so that a comment at its end ends.
  const javaScript = stripTypes(`(${text}\n)`)
  try {
    const { body } = parse(javaScript, { ecmaVersion: 'latest', allowAwaitOutsideFunction: true })
    if (body.length !== 1 || body[0]!.type !== 'ExpressionStatement')
      throw new SyntaxError('it is more than one')
    if (text.trim() === '') throw new SyntaxError('it is empty')
  } catch (error) {
    const reason = (error as Error).message.replace(/ \(\d+:\d+\)$/, '')
    throw new SyntaxError(`Expected an expression, got ${text.trim()} (${reason}).`, { cause: error })
  }
  return javaScript.slice(1, -2)
}

/** Whether a text is one expression. */
export function isExpression(text: string): boolean {
  try {
    readExpression(text)
    return true
  } catch {
    return false
  }
}

export function stripTypes(text: string): string {
  try {
    return stripTypeScriptTypes(text)
  } catch {
    return text // The parser says what is wrong.
  }
}

const comparisons: Readonly<Record<string, string>> = { '': '===', '=': '===', '==': '===', '===': '===' }

function hitExpression(id: number, text: string): string {
  const match = /^\s*(>=|<=|>|<|={1,3}|%)?\s*(\d+)\s*$/.exec(text)
  if (!match) throw new SyntaxError(`Expected a hit count such as 5, >= 5 or % 5; got ${text.trim()}.`)
  const [, operator = '', count = ''] = match
  const hits = `${insideExpression}.hit(${id})`
  return operator === '%'
    ? `${hits} % ${count} === 0`
    : `${hits} ${comparisons[operator] ?? operator} ${count}`
}

/** What stands between braces is evaluated; the breakpoint itself never holds. */
function logExpression(id: number, message: string): string {
  const parts: string[] = []
  let at = 0
  while (at < message.length) {
    const open = message.indexOf('{', at)
    const text = message.slice(at, open < 0 ? undefined : open)
    if (text) parts.push(JSON.stringify(text))
    if (open < 0) break
    const close = closingBrace(message, open)
    if (close < 0) {
      parts.push(JSON.stringify(message.slice(open)))
      break
    }
    const expression = readExpression(message.slice(open + 1, close))
    parts.push(
      `(() => { try { return { value: (${expression}) } } catch (error) { return { value: error } } })()`,
    )
    at = close + 1
  }
  return `${insideExpression}.log(${id}, [${parts.join(', ')}])`
}

function closingBrace(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth += 1
    else if (text[i] === '}' && --depth === 0) return i
  }
  return -1
}
