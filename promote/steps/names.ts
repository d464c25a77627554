/** Names of steps and functions, made of headings. */

const reserved = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof new null return super switch this throw true try typeof var void while with ' +
    'let static yield await async of implements interface package private protected public arguments eval'
  ).split(' '),
)

/** `Flights we can believe` -> `flights-we-can-believe`; empty when nothing is left. */
export function kebab(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/['’`]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}

/** `flights-we-can-believe` -> `flightsWeCanBelieve`, never a keyword nor one of the names taken. */
export function functionName(step: string, taken: ReadonlySet<string>): string {
  const camel = step.replace(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  const name = /^[0-9]/.test(camel) ? `step${camel}` : camel
  return reserved.has(name) || taken.has(name) ? `${name}Step` : name
}

/** The name, or the first of `name-2`, `name-3`, … that is free. */
export function unique(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let n = 2; ; n++) if (!taken.has(`${name}-${n}`)) return `${name}-${n}`
}
