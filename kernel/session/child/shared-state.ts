/**
 * What user code's thread and the one that interrupts it share, in an Int32Array. `interrupt`: number of the last one that
 * the user thread ended runs for; `input`: 1 while it waits for some; `loading`: 1 while it must not be interrupted,
 * because a part of Node is loaded.
 */
export const places = { interrupt: 0, input: 1, loading: 2 } as const

export const stateBytes = 12
