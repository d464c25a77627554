/**
 * The `display` of cells, where nobody looks: code of a notebook that shows something in between goes on in a step. What
 * it returns can be updated and called like the real one's.
 */

interface QuietHandle {
  readonly displayId: string
  update(value: unknown): Promise<void>
  clear(): void
}

/** Puts it among the globals of this process, unless there is one. */
export function provideDisplay(globals: Record<string, unknown> = globalThis): void {
  globals['display'] ??= createDisplay()
}

function createDisplay(): unknown {
  const handle: QuietHandle = { displayId: '', update: () => Promise.resolve(), clear: () => undefined }
  const show = (..._shown: readonly unknown[]) => handle
  // Every kind of output there is or will be.
  return new Proxy((..._shown: readonly unknown[]) => Promise.resolve(handle), {
    get: (target, name) => (name in target || name === 'then' ? Reflect.get(target, name) : show),
  })
}
