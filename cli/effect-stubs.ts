/** A project's own effect stubs: `effects/*.json` beside its `slipway.json`, as docs/effects.md describes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkEffectStub, PromoteError, type EffectStub } from '../promote/index.ts'

const folderName = 'effects'

/** @throws PromoteError PRO027 naming the file and the place in it */
export function readEffectStubs(root: string): readonly EffectStub[] {
  const folder = join(root, folderName)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(name => name.endsWith('.json'))
  return names.sort().map(name => readStub(join(folder, name), `${folderName}/${name}`))
}

function readStub(path: string, name: string): EffectStub {
  try {
    return checkEffectStub(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PromoteError('PRO027', `${name} is not an effect stub: ${reason}. See docs/effects.md.`, {
      cause,
    })
  }
}
