/**
 * Parts of Node that are loaded when they are first used. An interrupt in the midst of that would leave them broken for as
 * long as the process lives: it waits until they are there.
 */
import { isBuiltin } from 'node:module'
import { places } from './shared-state.ts'

export interface Builtins {
  /** Loads the module if it is one of Node's own. */
  load(specifier: unknown): void
  /** What is behind `fetch`, before a cell runs that names it. */
  loadFetch(code: string): Promise<unknown> | undefined
}

const isNetwork = (specifier: string) => /^(?:node:)?(?:net|tls|dgram|https?|http2)$/.test(specifier)
/** What modules of the network load when they connect or listen for the first time. */
const behindNetwork = ['dns', 'cluster'] as const

/** `state` is what user code's thread shares with the one that interrupts it. */
export function createBuiltins(state: Int32Array): Builtins {
  const { store } = Atomics
  const { fetch } = globalThis
  const { getBuiltinModule } = process
  let hasFetch = false
  return {
    load(specifier) {
      if (typeof specifier !== 'string' || !isBuiltin(specifier)) return
      store(state, places.loading, 1)
      try {
        getBuiltinModule(specifier)
        if (isNetwork(specifier)) for (const name of behindNetwork) getBuiltinModule(name)
      } finally {
        store(state, places.loading, 0)
      }
    },
    loadFetch(code) {
      if (hasFetch || !/\b(?:fetch|Headers|Request|Response|WebSocket|EventSource)\b/.test(code))
        return undefined
      hasFetch = true
      store(state, places.loading, 1)
      for (const name of behindNetwork) getBuiltinModule(name)
      return fetch('data:,')
        .catch(() => undefined)
        .finally(() => store(state, places.loading, 0))
    },
  }
}
