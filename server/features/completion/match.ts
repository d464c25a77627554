/** Whether what is typed may mean a name: its letters are in it, in order, as editors filter. */
export function matches(typed: string, name: string): boolean {
  const wanted = typed.toLowerCase()
  const text = name.toLowerCase()
  let at = 0
  for (const char of wanted) {
    at = text.indexOf(char, at) + 1
    if (at === 0) return false
  }
  return true
}
