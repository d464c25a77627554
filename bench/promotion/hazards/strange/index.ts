/** A package that nobody described. It keeps what it is given, and some of its functions change it. */
const held: unknown[] = []

/** Changes every list and record that it can reach. */
export function mystery(value: unknown): unknown {
  if (Array.isArray(value)) {
    value.forEach(mystery)
    value.push(0)
  } else if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(mystery)
    Object.assign(value, { mystery: true })
  }
  return value
}

/** Keeps a value for `changeHeld`. */
export function hold(value: unknown): void {
  held.push(value)
}

/** Changes everything that was ever given to `hold`. */
export function changeHeld(): void {
  held.forEach(mystery)
}

/** Calls what it is given. */
export function callBack(run: () => void): void {
  run()
}

/** Keeps a function for `fire`. */
export function listen(run: () => void): void {
  held.push(run)
}

export function fire(): void {
  for (const each of held) if (typeof each === 'function') each()
}

/** Calls a function on each item and gives a list of the same items. */
export function each<T>(items: readonly T[], run: (item: T) => void): T[] {
  items.forEach(run)
  return [...items]
}

export class Registry<T> {
  private readonly items: T[] = []

  add(item: T): void {
    this.items.push(item)
  }

  first(): T | undefined {
    return this.items[0]
  }

  clear(): void {
    this.items.length = 0
  }
}
