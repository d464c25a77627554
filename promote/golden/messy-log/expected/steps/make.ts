export async function make(): Promise<{ factor: number; total: number }> {
  const xs = [1, 2, 3]

  const total = xs.reduce((a, b) => a + b, 0)

  let factor = 2
  factor += 1

  return { factor, total }
}
