/** Functions of the author's own: some change what they get, others do not. */
export interface Item {
  n: number
}

export const rates: Record<string, number> = { a: 1, b: 2 }

export function double(n: number): number {
  return n * 2
}

export function total(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + item.n, 0)
}

export function raise(items: Item[]): void {
  for (const item of items) item.n += 1
}

export function setRate(name: string, rate: number): void {
  rates[name] = rate
}

export class Basket {
  readonly items: Item[] = []

  add(item: Item): this {
    this.items.push(item)
    return this
  }

  get total(): number {
    return total(this.items)
  }
}
