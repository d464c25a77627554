/**
 * Parts of Node that are loaded when they are first used, behind the shield.
 */
import { isBuiltin } from 'node:module'
import type { Shield } from './shield.ts'

export interface Builtins {
  /** Loads the module if it is one of Node's own. */
  load(specifier: unknown): void
  /** What is behind `fetch`, before a cell runs that names it. */
  loadFetch(code: string): Promise<unknown> | undefined
}

const isNetwork = (specifier: string) => /^(?:node:)?(?:net|tls|dgram|https?|http2)$/.test(specifier)
/** What modules of the network load when they connect or listen for the first time. */
const behindNetwork = ['dns', 'cluster'] as const

export function createBuiltins(shield: Shield): Builtins {
  const { fetch } = globalThis
  const { getBuiltinModule } = process
  let hasFetch = false
  return {
    load(specifier) {
      if (typeof specifier !== 'string' || !isBuiltin(specifier)) return
      shield.during(() => {
        getBuiltinModule(specifier)
        if (isNetwork(specifier)) for (const name of behindNetwork) getBuiltinModule(name)
      })
    },
    loadFetch(code) {
      if (hasFetch || !/\b(?:fetch|Headers|Request|Response|WebSocket|EventSource)\b/.test(code))
        return undefined
      hasFetch = true
      for (const name of behindNetwork) getBuiltinModule(name)
      return shield.until(fetch('data:,').catch(() => undefined))
    },
  }
}
