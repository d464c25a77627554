/** Which characters make a word. */

const name = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy

/** By ASCII character: whether it goes on with a word. */
const inWord = new Uint8Array(128)
for (let char = 0; char < 128; char++) inWord[char] = /\w/.test(String.fromCharCode(char)) ? 1 : 0

/** Where the word ends that begins at `start`; `start` when none does. */
export function wordEnd(text: string, start: number): number {
  let end = start
  while (end < text.length) {
    const char = text.charCodeAt(end)
    if (char >= 128) return patternEnd(text, start)
    if (inWord[char] === 0) break
    end++
  }
  return end
}

function patternEnd(text: string, start: number): number {
  name.lastIndex = start
  return name.test(text) ? name.lastIndex : start
}
