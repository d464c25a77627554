/** How well a name fits what was typed: its letters in their order, better at the beginnings of words and in a row. */

/** 0 when it does not fit; everything fits an empty query. Higher is better. */
export function fit(name: string, query: string): number {
  const letters = query.toLowerCase().replaceAll(/\s/g, '')
  if (letters === '') return 1
  const lower = name.toLowerCase()
  if (lower === letters) return 1000
  if (lower.startsWith(letters)) return 500 + 100 / name.length
  const found = lower.indexOf(letters)
  if (found >= 0) return (beginsWord(name, found) ? 300 : 200) + 100 / name.length
  return scattered(name, lower, letters)
}

function scattered(name: string, lower: string, letters: string): number {
  let score = 0
  let at = -1
  for (const letter of letters) {
    const next = lower.indexOf(letter, at + 1)
    if (next < 0) return 0
    score += next === at + 1 ? 2 : beginsWord(name, next) ? 3 : 1
    at = next
  }
  return score + 10 / name.length
}

function beginsWord(name: string, at: number): boolean {
  const before = name.charAt(at - 1)
  return (
    at === 0 || /[^\p{L}\p{N}]/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(name.charAt(at)))
  )
}
