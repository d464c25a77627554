import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { backendErrors } from '../backend/errors.ts'
import { catalogErrorCodes } from '../catalog/errors.ts'
import { engineErrorCodes } from '../engine/errors.ts'
import { kernelErrorCodes } from '../kernel/errors.ts'
import { diagnosticCodes } from '../language/index.ts'
import { libraryErrorCodes } from '../library/errors.ts'
import { promoteCodes } from '../promote/index.ts'
import { cliErrorCodes } from './errors.ts'

test('docs/errors.md explains every code, and no code that is not', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/errors.md'), 'utf8')
  const explained = [...page.matchAll(/^(?:#+ |\| )`?([A-Z]{3,6}\d{3})\b/gm)].map(match => match[1]!)
  const tables = [
    diagnosticCodes,
    cliErrorCodes,
    backendErrors,
    engineErrorCodes,
    catalogErrorCodes,
    libraryErrorCodes,
    promoteCodes,
    kernelErrorCodes,
  ]
  const codes = tables.flatMap(table => Object.keys(table))
  assert.deepEqual(explained.sort(), codes.sort())
})
