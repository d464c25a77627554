/** Pieces of snippets: text with places to fill in, and what is left of it for editors without them. */

/** Text that a snippet takes as it is. */
export function literal(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&')
}

/** A place to fill in, with what stands there until then. */
export function place(number: number, text: string): string {
  return `\${${number}:${literal(text)}}`
}

/** A place with one of a few texts, the first until another is chosen. With one text, a place that holds it. */
export function choice(number: number, texts: readonly string[], otherwise = ''): string {
  const options = [...new Set(texts)].slice(0, 12)
  if (options.length < 2) return place(number, options[0] ?? otherwise)
  return `\${${number}|${options.map(text => text.replace(/[\\$},|]/g, '\\$&')).join(',')}|}`
}

/** The snippet's text with its first choices and without its places. */
export function withoutPlaces(snippet: string): string {
  let text = ''
  for (let i = 0; i < snippet.length; i++) {
    const char = snippet[i]!
    if (char === '\\') text += snippet[++i] ?? ''
    else if (char !== '$') text += char
    else {
      const { shown, end } = placeAt(snippet, i)
      text += shown
      i = end
    }
  }
  return text
}

/** What a place shows, and the offset of its last character. */
function placeAt(snippet: string, start: number): { readonly shown: string; readonly end: number } {
  const rest = snippet.slice(start)
  const bare = /^\$\d+/.exec(rest)
  if (bare) return { shown: '', end: start + bare[0].length - 1 }
  const chosen = /^\$\{\d+\|((?:\\.|[^\\,|])*)(?:\\.|[^\\|])*\|\}/s.exec(rest)
  if (chosen) return { shown: unescaped(chosen[1]!), end: start + chosen[0].length - 1 }
  const named = /^\$\{\d+(?::((?:\\.|[^\\}])*))?\}/s.exec(rest)
  return named
    ? { shown: unescaped(named[1] ?? ''), end: start + named[0].length - 1 }
    : { shown: '$', end: start }
}

const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1')
