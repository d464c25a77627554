/** The bearer token of a service: made once, in a file that only its user can read. */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from './files.ts'

export interface Token {
  readonly value: string
  readonly file: string
}

/** The token of the state folder; makes it when there is none. */
export async function loadToken(state: string): Promise<Token> {
  const file = join(state, 'token')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known.trim() !== '') {
    await chmod(file, 0o600)
    return { value: known.trim(), file }
  }
  const value = randomBytes(32).toString('base64url')
  await writeFileAtomic(file, `${value}\n`, 0o600)
  return { value, file }
}

/** Compares in constant time. `header` is the value of `Authorization`. */
export function isAuthorized(header: string | undefined, token: Token): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token.value}`))
}
