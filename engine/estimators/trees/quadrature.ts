/** Gauss–Legendre quadrature on [0, 1]. */

export interface QuadraturePoint {
  readonly at: number
  readonly weight: number
}

const known = new Map<number, readonly QuadraturePoint[]>()

/** The `n` points whose weighted sum is the integral of every polynomial of a degree up to 2n − 1. */
export function quadrature(n: number): readonly QuadraturePoint[] {
  let points = known.get(n)
  if (!points) known.set(n, (points = Array.from({ length: n }, (_, k) => point(n, k))))
  return points
}

/** Newton's method on Legendre's polynomial, from Tricomi's guess of its root. */
function point(n: number, k: number): QuadraturePoint {
  let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5))
  let slope = 0
  for (let step = 0; step < 20; step++) {
    const [value, before] = legendre(n, x)
    slope = (n * (x * value - before)) / (x * x - 1)
    x -= value / slope
  }
  return { at: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) }
}

/** The polynomials of degree n and n − 1 at x. */
function legendre(n: number, x: number): readonly [value: number, before: number] {
  let [before, value] = [1, x]
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
  return [value, before]
}
