/** Writes inner loops, the `kernel.wat` of some folders, as bytes that source and bundles load alike. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import createWabt from 'wabt'

const estimators = join(import.meta.dirname, '../engine/estimators')
const folders = ['trees', 'linear-kernel'].map(name => join(estimators, name))

/** Text of the module that holds the compiled kernel of a folder. */
export async function kernelModule(folder: string): Promise<string> {
  const wabt = await createWabt()
  const text = await readFile(join(folder, 'kernel.wat'), 'utf8')
  const parsed = wabt.parseWat('kernel.wat', text, { simd: true, threads: true, bulk_memory: true })
  const bytes = Buffer.from(parsed.toBinary({}).buffer).toString('base64')
  const lines = bytes.match(/.{1,100}/g)!.map(line => `  '${line}',`)
  return [
    '/** kernel.wat, compiled by scripts/wasm.ts. Not to be edited. */',
    `export const kernelBase64 = [\n${lines.join('\n')}\n].join('')\n`,
  ].join('\n')
}

if (import.meta.main)
  for (const folder of folders) await writeFile(join(folder, 'kernel-wasm.ts'), await kernelModule(folder))
