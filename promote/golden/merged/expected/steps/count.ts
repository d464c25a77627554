class Bag {
  items: number[] = []
  add(n: number) {
    this.items.push(n)
  }
}

export async function count(): Promise<{ count: number }> {
  const bag = new Bag()

  for (const n of [1, 2]) bag.add(n)

  // All of them.
  const count = bag.items.length

  return { count }
}
