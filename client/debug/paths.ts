/**
 * Between the cells of VS Code and the paths by which the kernel's debugger calls their texts: in what goes to the
 * kernel and in what comes from it. Pure; knows the protocol and not VS Code.
 */
import type { DebugProtocol } from '@vscode/debugprotocol'

export interface CellPaths {
  /** A cell's text has this path in the kernel from now on. */
  learn(cell: string, path: string): void
  /** A message of the kernel, with cells where it has paths of them. */
  toEditor<T extends DebugProtocol.ProtocolMessage>(message: T): T
  /** The path of a text that no cell has any more, which VS Code asks for by a number. */
  pathOf(sourceReference: number): string | undefined
}

/** @param isCellPath whether the kernel calls a cell's text so */
export function createCellPaths(isCellPath: (path: string) => boolean): CellPaths {
  const cells = new Map<string, string>()
  const references: string[] = []

  function source(from: DebugProtocol.Source): DebugProtocol.Source {
    const { path } = from
    if (path === undefined) return from
    const cell = cells.get(path)
    if (cell !== undefined) return { ...from, path: cell }
    if (!isCellPath(path)) return from
    if (!references.includes(path)) references.push(path)
    return { ...from, sourceReference: references.indexOf(path) + 1 }
  }

  /** Sources stand at several depths; nothing else is called so. */
  function translate(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(translate)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === 'source' && isSource(inner)) return [key, source(inner)]
        return [key, key === 'variables' ? inner : translate(inner)]
      }),
    )
  }

  return {
    learn: (cell, path) => void cells.set(path, cell),
    toEditor: message => translate(message) as typeof message,
    pathOf: sourceReference => references[sourceReference - 1],
  }
}

const isSource = (value: unknown): value is DebugProtocol.Source =>
  typeof value === 'object' && value !== null
