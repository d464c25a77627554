/** Stack frames as clients show them: the user's with their own lines, packages greyed, everything else left out. */
import type { Debugger } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { Awaiters } from './awaiters.ts'
import type { Script, Scripts } from './scripts.ts'

export interface Frames {
  stack(pause: Debugger.PausedEventDataType): Promise<DebugProtocol.StackFrame[]>
  /** V8's frame of ours. */
  get(id: number | undefined): Debugger.CallFrame | undefined
  forget(): void
}

export function createFrames({ scripts, awaiters }: { scripts: Scripts; awaiters: Awaiters }): Frames {
  const frames = new Map<number, Debugger.CallFrame>()
  let made: { readonly pause: object; readonly stack: Promise<DebugProtocol.StackFrame[]> } | undefined
  let count = 0

  interface Place {
    readonly location: {
      readonly scriptId: string
      readonly lineNumber: number
      readonly columnNumber?: number
    }
    readonly name: string
    readonly callFrame?: Debugger.CallFrame
  }

  async function frameOf({
    location,
    name,
    callFrame,
  }: Place): Promise<DebugProtocol.StackFrame | undefined> {
    const script = scripts.get(location.scriptId)
    if (!script || script.kind === 'internal') return undefined
    const at = { line: location.lineNumber, column: location.columnNumber ?? 0 }
    const text = script.kind === 'library' ? at : await placeOf(script, at)
    const id = ++count
    if (callFrame) frames.set(id, callFrame)
    return {
      id,
      name: name || script.name,
      source: sourceOf(script),
      line: text.line + 1,
      column: text.column + 1,
      ...(script.kind === 'library' ? { presentationHint: 'subtle' as const } : {}),
    }
  }

  /** A place in text of ours, such as the end of a cell, is shown where the user's text is next to it. */
  async function placeOf(script: Script, at: { line: number; column: number }) {
    const exact = await scripts.position(script.id, at)
    if (exact) return exact
    for (let column = at.column; column >= 0; column -= 1) {
      const near = await scripts.position(script.id, { line: at.line, column })
      if (near) return near
    }
    const { original } = await scripts.mapped(script.id)
    return { line: Math.max(0, original.length - 1), column: 0 }
  }

  async function build(event: Debugger.PausedEventDataType) {
    const stack: DebugProtocol.StackFrame[] = []
    for (const callFrame of event.callFrames) {
      const { location, functionName: name } = callFrame
      const frame = await frameOf({ location, name, callFrame })
      if (frame) stack.push(frame)
    }
    const waiting: DebugProtocol.StackFrame[] = []
    for (const { location, name } of await awaiters.of(event)) {
      const frame = await frameOf({ location, name })
      if (frame) waiting.push(frame)
    }
    const label = { id: ++count, name: 'await', line: 0, column: 0, presentationHint: 'label' as const }
    if (waiting.length) stack.push(label, ...waiting)
    return stack
  }

  return {
    stack(pause) {
      if (made?.pause !== pause) made = { pause, stack: build(pause) }
      return made.stack
    },
    get: id => (id === undefined ? undefined : frames.get(id)),
    forget() {
      frames.clear()
      made = undefined
    },
  }
}

export function sourceOf({ name, path, kind }: Script): DebugProtocol.Source {
  return { name, path, ...(kind === 'library' ? { presentationHint: 'deemphasize' } : {}) }
}
