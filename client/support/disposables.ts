/** What owns listeners, processes and timers, and lets go of all of them at once. */
export interface Disposable {
  dispose(): unknown
}

export class DisposableStore implements Disposable {
  readonly #owned = new Set<Disposable>()
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  /** Takes what it is given; at once disposes of it when this store is already gone. */
  add<T extends Disposable>(disposable: T): T {
    if (this.#disposed) disposable.dispose()
    else this.#owned.add(disposable)
    return disposable
  }

  dispose(): void {
    this.#disposed = true
    for (const disposable of [...this.#owned].reverse()) disposable.dispose()
    this.#owned.clear()
  }
}
