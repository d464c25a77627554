/**
 * The models in the state folder of a service that does not run, to be read only: asking what is registered starts
 * nothing.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type * as api from '../api/index.ts'
import { createModelStore } from '../store/models.ts'

export interface StoredModels {
  /** Newest first; none when there is no such model. */
  versions(name: string): readonly api.ModelVersion[]
  /** One of a version's files. */
  read(model: api.ModelVersion, path: string): Promise<Uint8Array>
  close(): void
}

/** Undefined when nothing was ever stored there, or when what is there cannot be read. */
export function openStoredModels(state: string): StoredModels | undefined {
  const file = join(state, 'backend.db')
  if (!existsSync(file)) return undefined
  try {
    const sql = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    const models = createModelStore({ sql, transaction: work => work(), close: () => sql.close() })
    return {
      versions: name => (models.list().some(model => model.name === name) ? models.versions(name) : []),
      read: async (model, path) => {
        const found = model.files.find(stored => stored.path === path)
        if (!found) throw new Error(`model ${model.name} version ${model.version} has no ${path}`)
        return await readFile(join(state, 'blobs', found.digest.slice(0, 2), found.digest))
      },
      close: () => sql.close(),
    }
  } catch {
    return undefined
  }
}
