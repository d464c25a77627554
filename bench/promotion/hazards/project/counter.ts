/** A module with a state of its own. */
let count = 0

export const log: number[] = []

export function next(): number {
  count += 1
  return count
}

export function current(): number {
  return count
}

export function record(value: number): void {
  log.push(value)
}
