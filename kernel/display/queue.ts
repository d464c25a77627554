/**
 * The order of what one owner (a cell's run) shows: what is ready is sent at once, unless something before it is still
 * being made.
 */
export interface DisplayQueue {
  /** Sends now, or behind what is still being made. */
  add(send: () => void): void
  /** Keeps the place of something that takes time; resolves when it was sent. */
  place<T>(make: () => Promise<T>, send: (made: T) => void): Promise<void>
  /** Resolves when nothing of the owner is being made any more. */
  settled(owner: object): Promise<void>
}

const nobody = {}

export function createQueue(owner: () => object | undefined): DisplayQueue {
  const tails = new WeakMap<object, Promise<void>>()

  function chain(work: () => void | Promise<void>): Promise<void> {
    const key = owner() ?? nobody
    const done = (tails.get(key) ?? Promise.resolve()).then(work)
    const tail: Promise<void> = done
      .catch(() => undefined)
      .then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
    tails.set(key, tail)
    return done
  }

  return {
    add(send) {
      if (tails.has(owner() ?? nobody)) void chain(send)
      else send()
    },
    place(make, send) {
      const made = make()
      return chain(async () => send(await made))
    },
    async settled(key) {
      while (tails.has(key)) await tails.get(key)
    },
  }
}
