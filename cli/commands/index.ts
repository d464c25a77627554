/** Every command, in the order in which help shows them. */
import type { AddCommand } from '../main.ts'
import { addBackend } from './backend.ts'
import { addDeploy } from './deploy.ts'
import { addInit } from './init.ts'
import { addKernel } from './kernel.ts'
import { addLsp } from './lsp.ts'
import { addRuns } from './runs.ts'
import { addSubmit } from './submit.ts'

export const commands: readonly AddCommand[] = [
  addInit,
  addSubmit,
  addRuns,
  addDeploy,
  addLsp,
  addKernel,
  addBackend,
]
